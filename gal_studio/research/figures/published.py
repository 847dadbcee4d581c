"""DreamBench as bars, beside the published figures."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.research.evaluation.published import PUBLISHED
from gal_studio.studio.figures.template import INK, MAIN, MUTED, Theme, error_bars, figure


def published_table(evaluation: Mapping[str, Any], theme: Theme = "light") -> go.Figure:
    """An `evaluation.json` of DreamBench beside what PatchDPO published (arXiv 2412.03177)."""
    rows = evaluation.get("rows")
    if evaluation.get("evaluation") != "DreamBench" or not rows:
        raise StudioError(
            "This is not an evaluation of DreamBench: give the folder of `gal-studio evaluate --dreambench`."
        )
    whole = rows[-1]
    names = ("dino", "clip_i", "clip_t")
    single = str(evaluation.get("compared", "")).startswith("one")
    published = PUBLISHED["one"] if single else PUBLISHED["all"]
    made = figure(
        "DreamBench",
        f"Compared with {evaluation['compared']}; {_known(whole)}",
        theme,
        height=480,
    )
    found = [whole[name] for name in names]
    titles = ["DINO", "CLIP-I", "CLIP-T"]
    made.add_bar(x=titles, y=published, name="published (PatchDPO, SDXL)", marker={"color": MUTED[theme]})
    made.add_bar(
        x=titles, y=[one["value"] for one in found], name="this evaluation", marker={"color": MAIN[theme]},
        error_y=_bars(found, theme),
    )  # fmt: skip
    made.update_layout(barmode="group", bargap=0.45)
    made.update_yaxes(range=[0, 1])
    made.update_xaxes(showgrid=False)
    return made


def _known(whole: Mapping[str, Any]) -> str:
    """Whether there are intervals, and over what."""
    return "too few for intervals" if whole["dino"]["low"] is None else "with 95% intervals"


def _bars(found: Sequence[Mapping[str, Any]], theme: Theme) -> dict[str, Any]:
    """Intervals as error bars, which are missing with too few prompts or subjects."""
    return error_bars([(one["low"], one["value"], one["high"]) for one in found], INK[theme], 2, None)
