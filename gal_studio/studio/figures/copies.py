"""Copies along the strength of the LoRA, and what each strength schedule of a round drew."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gal_studio.core.gal.recipe_rates import recipe_rates
from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Tile
from gal_studio.studio.figures.template import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SKY,
    VERMILION,
    Theme,
    figure,
)
from gal_studio.studio.views.types import FullRound

STRENGTH = "mean LoRA strength (0: base model, 1: full)"


def strengths_figure(view: FullRound, tiles: Sequence[Tile], theme: Theme = "light") -> go.Figure:
    """p(copy) at each mean strength (Eq. G13, G16): a line a prompt, and the mean over the images."""
    prompts = list(dict.fromkeys(tile.prompt for tile in tiles))
    made = figure(
        f"{view.project.name}, round {view.round.number}: copies by LoRA strength",
        f"Copy risk at each mean strength; {len(prompts)} test prompts, {len(tiles)} images",
        theme,
    )
    for number, prompt in enumerate(prompts):
        x, y = _means([tile for tile in tiles if tile.prompt == prompt])
        made.add_scatter(
            x=x, y=y, mode="lines+markers", name="a test prompt", marker={"size": 4},
            line={"color": MUTED[theme], "width": 1}, opacity=0.6,
            legendgroup="prompts", showlegend=number == 0, text=[prompt] * len(x),
            hovertemplate="%{text}<br>strength %{x:.2f}: %{y:.2f}<extra></extra>",
        )  # fmt: skip
    x, y = _means(tiles)
    made.add_scatter(
        x=x, y=y, mode="lines+markers", name="mean over the images", marker={"size": 9},
        line={"color": VERMILION, "width": 3},
        hovertemplate="strength %{x:.2f}: %{y:.2f}<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(title_text=STRENGTH, range=[-0.03, max(1.0, *x) + 0.03])
    made.update_yaxes(title_text="copy risk", range=[-0.03, 1.03])
    return made


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


def schedules_figure(view: FullRound, theme: Theme = "light") -> go.Figure:
    """What the images of each strength schedule are (Eq. G18): copies, as asked, and of use."""
    rates = recipe_rates([tile.candidate for tile in view.candidates])
    best = max(rates, key=lambda rate: rate.good).recipe if rates else None
    made = figure(
        f"{view.project.name}, round {view.round.number}: strength schedules",
        f"Means over {sum(rate.pictures for rate in rates)} images; "
        f"the best: {'as trained' if best is None else best.words or 'as trained'}",
        theme,
    )
    names = [_name(rate.recipe) for rate in rates]
    blue = SKY if theme == "dark" else BLUE
    for name, values, colour, symbol in (
        ("prompt match", [rate.asked for rate in rates], blue, "square"),
        ("copies", [rate.copies for rate in rates], VERMILION, "circle-open"),
        ("good", [rate.good for rate in rates], ORANGE, "diamond"),
    ):
        if any(value is not None for value in values):
            made.add_scatter(
                x=names, y=values, mode="lines+markers", name=name, cliponaxis=False,
                line={"color": colour, "width": 2}, marker={"size": 10, "symbol": symbol},
                customdata=[rate.pictures for rate in rates],
                hovertemplate="%{x}: %{y:.0%} of %{customdata} images<extra>%{fullData.name}</extra>",
            )  # fmt: skip
    made.update_xaxes(type="category", title_text="LoRA strength: constant, or early, then late")
    made.update_yaxes(range=[0, 1.02], tickformat=".0%")
    return made


def _name(recipe: Recipe) -> str:
    return recipe.sign or f"{recipe.late:.3g}"


def _means(tiles: Sequence[Tile]) -> tuple[list[float], list[float]]:
    """The mean p(copy) at each mean strength, in ascending order of strength."""
    chances: dict[float, list[float]] = {}
    for tile in tiles:
        chances.setdefault(round(tile.candidate.recipe.mean, 6), []).append(tile.candidate.chance)
    strengths = sorted(chances)
    return strengths, [float(np.mean(chances[strength])) for strength in strengths]
