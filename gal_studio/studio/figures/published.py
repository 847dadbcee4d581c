"""An evaluation on DreamBench beside the published figures."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.studio.figures.template import INK, MAIN, PALE, Theme, figure

PUBLISHED = {"all": (0.727, 0.838, 0.292), "one": (0.831, 0.880, 0.288)}
"""DINO, CLIP-I and CLIP-T against all pictures of a subject, and against one."""


def published_table(evaluation: Mapping[str, Any], theme: Theme = "light") -> go.Figure:
    """An `evaluation.json` of DreamBench beside what PatchDPO published (arXiv 2412.03177)."""
    rows = evaluation.get("rows")
    if evaluation.get("evaluation") != "DreamBench" or not rows:
        raise StudioError(
            "This is no evaluation of DreamBench: give the folder of `gal-studio evaluate --dreambench`."
        )
    whole = rows[-1]
    names = ("dino", "clip_i", "clip_t")
    single = str(evaluation.get("compared", "")).startswith("one")
    published = PUBLISHED["one"] if single else PUBLISHED["all"]
    made = figure(
        "DreamBench",
        f"Compared with {evaluation['compared']}; 95 % intervals over subjects",
        theme,
        height=480,
    )
    found = [whole[name] for name in names]
    titles = ["DINO", "CLIP-I", "CLIP-T"]
    made.add_bar(x=titles, y=published, name="published (PatchDPO, SDXL)", marker={"color": PALE[theme]})
    made.add_bar(
        x=titles, y=[one["value"] for one in found], name="this evaluation", marker={"color": MAIN[theme]},
        error_y={
            "type": "data", "symmetric": False, "thickness": 2, "color": INK[theme],
            "array": [one["high"] - one["value"] for one in found],
            "arrayminus": [one["value"] - one["low"] for one in found],
        },
    )  # fmt: skip
    made.update_layout(barmode="group", bargap=0.45)
    made.update_yaxes(range=[0, 1])
    made.update_xaxes(showgrid=False)
    return made
