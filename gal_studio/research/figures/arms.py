"""Clock arms of an evaluation."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.studio.figures.arms import ArmPoint, FigureArm, arms_figure
from gal_studio.studio.figures.template import Theme


def evaluated_arms(evaluation: Mapping[str, Any], theme: Theme = "light") -> go.Figure:
    """The `evaluation.json` of clock arms as `gal-studio evaluate` wrote it."""
    if evaluation.get("evaluation") != "clock arms" or not evaluation.get("arms"):
        raise StudioError("This is not an evaluation of clock arms: give the folder that has one.")
    rows = {row["point"]: row for row in evaluation["rows"]}
    arms = [
        FigureArm(f"to {names[-1]}", tuple(
            ArmPoint(name, rows[name]["clip_i"]["value"], rows[name]["clip_t"]["value"],
                  kind="round" if place else "base")
            for place, name in enumerate(names)
        ))
        for names in evaluation["arms"]
    ]  # fmt: skip
    prompts, each = evaluation["prompts"], evaluation["pictures_of_each"]
    about = f"{evaluation['project']}: means over {prompts} prompts x {each}, from the base model (hollow)"
    return arms_figure(arms, about, theme)
