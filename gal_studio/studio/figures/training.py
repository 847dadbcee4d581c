"""Curves of a training: its loss, where it was resumed, and what its sample images copied."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.validation import Validation
from gal_studio.studio.figures.template import COLOURS, GREEN, MAIN, MUTED, VERMILION, Theme, figure

SHARE = 0.1
"""Of the steps, over which the running mean goes: a loss varies with the noise level that was drawn."""


@dataclass(frozen=True)
class TrainingCurve:
    """The (step, loss) of a round's training, with the steps at which it was resumed."""

    name: str
    losses: Sequence[tuple[int, float]]
    restarts: Sequence[int] = ()


def running_mean(losses: Sequence[tuple[int, float]], share: float = SHARE) -> list[float]:
    """The mean of each loss and those before it, over this share of all steps; of fewer at the beginning."""
    values = np.array([loss for _, loss in losses])
    span = max(1, round(share * len(values)))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first = np.maximum(0, np.arange(1, len(sums)) - span)
    return [float(mean) for mean in (sums[1:] - sums[first]) / (np.arange(1, len(sums)) - first)]


def training_figure(
    own: TrainingCurve,
    others: Sequence[TrainingCurve],
    validations: Sequence[Validation],
    theme: Theme = "light",
) -> go.Figure:
    """The loss of a round, its running mean, and behind it the means of other rounds."""
    if len(own.losses) < 2:
        raise StudioError("The training loss appears here while the model learns.")
    steps, values = zip(*own.losses, strict=True)
    means = running_mean(own.losses)
    last = validations[-1] if validations else None
    copied = f"; {last.copies} of {last.pictures} sample images are copies" if last else ""
    about = f"{own.name}: {steps[-1]} steps, now {means[-1]:.3f}{copied}"
    made = figure("Training loss", about, theme)
    main, rest = MAIN[theme], [one for one in COLOURS[theme] if one != MAIN[theme]]
    for number, other in enumerate(others):
        made.add_scatter(
            x=[step for step, _ in other.losses], y=running_mean(other.losses), mode="lines", name=other.name,
            line={"width": 1.5, "color": rest[number % len(rest)]}, hoverinfo="name+x+y",
        )  # fmt: skip
    made.add_scatter(
        x=steps, y=values, mode="lines", name="each step", line={"color": MUTED[theme], "width": 1},
        opacity=0.5, hoverinfo="skip",
    )  # fmt: skip
    made.add_scatter(
        x=steps, y=means, mode="lines", name=f"{own.name}, running mean", line={"color": main, "width": 3},
        hovertemplate="step %{x}: %{y:.4f}<extra></extra>",
    )  # fmt: skip
    if own.restarts:
        made.add_scatter(
            x=list(own.restarts), y=[0] * len(own.restarts), mode="markers", name="resumed", cliponaxis=False,
            marker={"symbol": "triangle-up", "size": 11, "color": GREEN},
            hovertemplate="Resumed before step %{x}<extra></extra>",
        )  # fmt: skip
    if validations:
        made.add_scatter(
            x=[one.step for one in validations], y=[one.copies / one.pictures for one in validations],
            yaxis="y2", mode="lines+markers", name="sample images that are copies", cliponaxis=False,
            line={"color": VERMILION, "width": 2, "dash": "dot"}, marker={"size": 8},
            customdata=[f"{one.copies} of {one.pictures}" for one in validations],
            hovertemplate="step %{x}: %{customdata} are copies<extra></extra>",
        )  # fmt: skip
        made.update_layout(
            yaxis2={
                "overlaying": "y", "side": "right", "range": [0, 1.02], "tickformat": ".0%",
                "showgrid": False, "zeroline": False, "title": {"text": "copies"},
            }
        )  # fmt: skip
    made.update_xaxes(title_text="step", rangemode="tozero")
    made.update_layout(yaxis={"title": {"text": "loss"}, "rangemode": "tozero"})
    return made
