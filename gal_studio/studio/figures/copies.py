"""Copies along the strength of the LoRA."""

from collections.abc import Sequence

import plotly.graph_objects as go

from gal_studio.core.records.candidate import Tile
from gal_studio.studio.figures.template import INK, PAPER, VERMILION, Theme, figure
from gal_studio.studio.views.types import FullRound

STRENGTH = "mean LoRA strength (0: base model, 1: full)"


def copy_curves_figure(view: FullRound, tiles: Sequence[Tile], theme: Theme = "light") -> go.Figure:
    """The mean copy risk by strength of each test prompt, with its images, one prompt at a time, from a list.

    The traces of a prompt have its id as `meta`; those of the first prompt are visible.
    """
    shown = [one for one in view.scores if one.turn is not None]
    made = figure("Copy risk by LoRA strength", shown[0].prompt if shown else "", theme)
    for number, ranked in enumerate(shown):
        turn, anchor = ranked.turn, ranked.anchor_id
        assert turn is not None
        common = {"meta": anchor, "visible": number == 0, "showlegend": False}
        made.add_scatter(
            x=turn.strengths, y=turn.mean, mode="lines", name="mean copy risk",
            line={"color": VERMILION, "width": 2.5},
            hovertemplate="strength %{x:.2f}: %{y:.0%}<extra></extra>", **common,
        )  # fmt: skip
        own = [tile.candidate for tile in tiles if tile.candidate.anchor_id == anchor]
        made.add_scatter(
            x=[one.recipe.mean for one in own], y=[one.chance for one in own], mode="markers", name="images",
            marker={"size": 8, "line": {"color": INK[theme], "width": 1.2},
                    "color": [VERMILION if one.overfit else PAPER[theme] for one in own]},
            text=["copy" if one.overfit else "not a copy" for one in own],
            hovertemplate="%{text}, strength %{x:.2f}<extra></extra>", **common,
        )  # fmt: skip
    made.update_layout(
        updatemenus=[{
            "x": 1, "xanchor": "right", "y": 1.14,
            "buttons": [
                {"label": one.prompt, "method": "update",
                 "args": [{"visible": [trace.meta == one.anchor_id for trace in made.data]},
                          {"title.subtitle.text": one.prompt}]}
                for one in shown
            ],
        }]
    )  # fmt: skip
    made.update_xaxes(title_text=STRENGTH, autorange="reversed")  # strong on the left, as in the grid
    made.update_yaxes(title_text="copy risk", range=[-0.04, 1.04], tickformat=".0%")
    return made
