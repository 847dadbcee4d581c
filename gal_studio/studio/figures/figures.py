"""The figures of a workspace: what the page shows, as `plotly.graph_objects.Figure`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.core.intervals import FEWEST, Interval
from gal_studio.core.measures.pictures import Metric
from gal_studio.studio.figures.template import (
    COLOURS,
    GREEN,
    INK,
    MAIN,
    ORANGE,
    PALE,
    PAPER,
    SYMBOLS,
    VERMILION,
    Theme,
    figure,
    shades,
)
from gal_studio.studio.views.types import CandidateView, RoundView, ScoreView

if TYPE_CHECKING:
    from gal_studio.studio.studio import Studio


class Figures:
    """Figures of the projects and rounds of a workspace; each takes the theme "light" or "dark".

    What has nothing to show yet raises a StudioError that says what to do.
    """

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    def map(self, round_id: str, theme: Theme = "light") -> go.Figure:
        """The t-SNE of a round's CLIP features, with the references as stars."""
        view = self._studio.round_view(round_id)
        tiles = [tile for tile in view.candidates if tile.candidate.x is not None and not tile.candidate.own]
        if not tiles:
            raise StudioError(f"Round {view.round.number} has no map yet: generate its pictures first.")
        made = figure(
            f"{view.project.name}, round {view.round.number}: where its pictures lie",
            f"t-SNE of the CLIP features of {len(tiles)} pictures of {len(view.scores)} test prompts",
            theme,
            height=640,
        )
        kinds: Mapping[str, tuple[str, str, int]] = {
            "no copy": (MAIN[theme], "circle", 8), "copy": (PALE[theme], "circle-open", 8),
            "suggested": (ORANGE, "diamond", 13), "accepted": (GREEN, "square", 12),
        }  # fmt: skip
        for kind, (colour, symbol, size) in kinds.items():
            of_kind = [tile for tile in tiles if _kind(tile) == kind]
            if of_kind:
                made.add_scatter(
                    x=[tile.candidate.x for tile in of_kind], y=[tile.candidate.y for tile in of_kind],
                    mode="markers", name=f"{kind} ({len(of_kind)})",
                    marker={"color": colour, "symbol": symbol, "size": size,
                            "line": {"color": INK[theme] if size > 8 else colour, "width": 1.2}},
                    text=[_about(tile) for tile in of_kind], hovertemplate="%{text}<extra></extra>",
                )  # fmt: skip
        places = list(view.reference_positions.values())
        if places:
            made.add_scatter(
                x=[place[0] for place in places], y=[place[1] for place in places], mode="markers",
                name="reference", hovertemplate="reference<extra></extra>",
                marker={"symbol": "star", "size": 20, "color": VERMILION,
                        "line": {"color": PAPER[theme], "width": 1}},
            )  # fmt: skip
        made.update_xaxes(showticklabels=False, showgrid=False, ticks="", linecolor="rgba(0,0,0,0)")
        made.update_yaxes(
            showticklabels=False, showgrid=False, ticks="", linecolor="rgba(0,0,0,0)", scaleanchor="x"
        )
        return made

    def rates(self, project_id: str, theme: Theme = "light") -> go.Figure:
        """The overfit rate and entropy of each test prompt in each round (Eq. G3, G4), with its copies."""
        views = self._drawn(project_id)
        order = [ranked.anchor for ranked in views[0].scores]
        order += [ranked.anchor for view in views[1:] for ranked in view.scores if ranked.anchor not in order]
        anchors = list(dict.fromkeys(order))[::-1]  # the most undecided of the first round at the top
        found = [{ranked.anchor: ranked for ranked in view.scores} for view in views]
        values = [[_rate(scores.get(anchor)) for scores in found] for anchor in anchors]
        texts = [[_counted(scores.get(anchor)) for scores in found] for anchor in anchors]
        made = figure(
            f"{views[0].project.name}: copies by test prompt",
            "Mean chance of a copy, and copies of all pictures; the most undecided prompt of round 1 on top. "
            "Accepted prompts leave.",
            theme,
            height=190 + 26 * len(anchors),
        )
        made.add_heatmap(
            z=values, x=self._names(views), y=[anchor.prompt for anchor in anchors], text=texts,
            texttemplate="%{text}", zmin=0, zmax=1, colorscale=shades(theme), xgap=3, ygap=3,
            customdata=[[_entropy(scores.get(anchor)) for scores in found] for anchor in anchors],
            hovertemplate="%{y}<br>%{x}: %{z:.2f} (%{text}), entropy %{customdata} nats<extra></extra>",
            colorbar={"title": {"text": "overfit rate", "side": "right"}, "outlinewidth": 0, "thickness": 14},
        )  # fmt: skip
        made.update_xaxes(side="top", showgrid=False, ticks="", linecolor="rgba(0,0,0,0)")
        made.update_yaxes(showgrid=False, ticks="", linecolor="rgba(0,0,0,0)")
        made.update_layout(margin={"t": 128})
        return made

    def strengths(self, round_id: str, theme: Theme = "light") -> go.Figure:
        """p(copy) against the mean strength of the LoRA (Eq. G13, G16): a line a prompt, and their mean."""
        view = self._studio.round_view(round_id)
        tiles = [
            tile for tile in view.candidates if not (tile.candidate.own or tile.candidate.is_blank)
        ]  # what statistics count
        if not tiles:
            raise StudioError(f"Round {view.round.number} has no pictures yet: generate them first.")
        prompts = list(dict.fromkeys(tile.prompt for tile in tiles))
        made = figure(
            f"{view.project.name}, round {view.round.number}: copies by LoRA strength",
            f"Chance of a copy at each mean strength; {len(prompts)} test prompts, {len(tiles)} pictures",
            theme,
        )
        for number, prompt in enumerate(prompts):
            x, y = _means([tile for tile in tiles if tile.prompt == prompt])
            made.add_scatter(
                x=x, y=y, mode="lines", line={"color": PALE[theme], "width": 1.3}, name="a test prompt",
                legendgroup="prompts", showlegend=number == 0, text=[prompt] * len(x),
                hovertemplate="%{text}<br>strength %{x:.2f}: %{y:.2f}<extra></extra>",
            )  # fmt: skip
        x, y = _means(tiles)
        made.add_scatter(
            x=x, y=y, mode="lines+markers", name="mean over the pictures", marker={"size": 9},
            line={"color": VERMILION, "width": 3},
            hovertemplate="strength %{x:.2f}: %{y:.2f}<extra></extra>",
        )  # fmt: skip
        made.update_xaxes(title_text="mean strength of the LoRA (0: base model, 1: as trained)")
        made.update_yaxes(title_text="p(copy)", range=[-0.03, 1.03])
        return made

    def clock_arms(self, *project_ids: str, theme: Theme = "light") -> go.Figure:
        """Text against image alignment on the benchmark, from the base model round by round."""
        if not project_ids:
            raise StudioError("There is no project to draw: name one.")
        made = figure(
            "Clock arms",
            "Means on the benchmark from the base model (hollow) round by round; up and right is better",
            theme,
        )
        for number, project_id in enumerate(project_ids):
            points = self._measured(project_id, ("clip_t", "clip_i"))
            colour, symbol = COLOURS[number % len(COLOURS)], SYMBOLS[number % len(SYMBOLS)]
            made.add_scatter(
                x=[found["clip_i"].value for _, found in points],
                y=[found["clip_t"].value for _, found in points],
                mode="lines+markers+text", name=self._studio.project(project_id).name,
                text=[name for name, _ in points], textposition="top center",
                line={"color": colour, "width": 2},
                hovertemplate="%{text}: %{x:.3f}, %{y:.3f}<extra></extra>",
                marker={
                    "size": 11, "line": {"color": colour, "width": 2},
                    "symbol": [symbol if row else f"{symbol}-open" for row in range(len(points))],
                },
            )  # fmt: skip
        made.update_xaxes(title_text="CLIP-I, likeness to the references")
        made.update_yaxes(title_text="CLIP-T, likeness to the prompt")
        return made

    def gains(self, project_id: str, metric: Metric = "as_asked", theme: Theme = "light") -> go.Figure:
        """A figure of each measured round on the benchmark, with its 95 % interval over prompts."""
        points = self._measured(project_id, (metric,))
        found = [intervals[metric] for _, intervals in points]
        few = any(interval.prompts < FEWEST for interval in found)
        over = f"{found[0].pictures} pictures of {found[0].prompts} prompts"
        known = ": too few for intervals" if few else ", with 95 % intervals over prompts"
        made = figure(
            f"{self._studio.project(project_id).name}: {TITLES[metric]}",
            f"Means over {over}{known}",
            theme,
        )
        values = [interval.value for interval in found]
        made.add_scatter(
            x=[name for name, _ in points], y=values, mode="markers",
            marker={"size": 12, "color": MAIN[theme]}, showlegend=False,
            error_y=None if few else {
                "type": "data", "symmetric": False, "thickness": 2, "width": 6, "color": MAIN[theme],
                "array": [interval.high - interval.value for interval in found],
                "arrayminus": [interval.value - interval.low for interval in found],
            },
            hovertemplate="%{x}: %{y:.3f}<extra></extra>",
        )  # fmt: skip
        made.update_yaxes(title_text=TITLES[metric])
        made.update_xaxes(showgrid=False, range=[-0.5, len(points) - 0.5])
        return made

    def agreement(self, project_id: str, theme: Theme = "light") -> go.Figure:
        """How often a person took what was suggested, round by round, and Cohen's kappa."""
        rounds = [found for found in self._studio.choices(project_id) if found.agreement.choices]
        if not rounds:
            raise StudioError("Nobody has chosen a picture in this project yet: accept or reject some first.")
        made = figure(
            f"{self._studio.project(project_id).name}: person and suggestions",
            "Choices that stand, by whether they took the suggestion; above, Cohen's kappa",
            theme,
        )
        names, taken = [found.name for found in rounds], [found.agreement.agreed for found in rounds]
        others = [found.agreement.choices - found.agreement.agreed for found in rounds]
        made.add_bar(x=names, y=taken, name="took the suggestion", marker={"color": MAIN[theme]})
        made.add_bar(
            x=names, y=others, name="chose otherwise",
            marker={"color": ORANGE, "pattern": {"shape": "/", "fgcolor": INK[theme], "solidity": 0.15}},
            text=[_kappa(found.agreement.kappa) for found in rounds], textposition="outside",
            cliponaxis=False,
        )  # fmt: skip
        made.update_layout(barmode="stack", bargap=0.5)
        made.update_yaxes(
            title_text="choices", dtick=max(1, max(map(sum, zip(taken, others, strict=True))) // 6)
        )
        made.update_xaxes(showgrid=False)
        return made

    def _drawn(self, project_id: str) -> list[RoundView]:
        """The rounds of a project that have pictures, in their order; refinements are left out."""
        rounds = [found for found in self._studio.rounds(project_id) if found.kind == "fine_tune"]
        views = [view for view in (self._studio.round_view(found.id) for found in rounds) if view.candidates]
        if not views:
            raise StudioError("No round of this project has pictures yet: generate them first.")
        return views

    def _names(self, views: Sequence[RoundView]) -> list[str]:
        names = {found.id: found.name for found in self._studio.rounds(views[0].project.id)}
        return [names[view.round.id] for view in views]

    def _measured(
        self, project_id: str, metrics: Sequence[Metric]
    ) -> list[tuple[str, dict[Metric, Interval]]]:
        """The measured rounds that have all of these figures, by name, the base model first."""
        measured = [
            (found.name, dict(found.report.figures))
            for found in self._studio.measures(project_id).rounds
            if found.report is not None and all(metric in found.report.figures for metric in metrics)
        ]
        if not measured:
            raise StudioError("No round of this project is measured yet: measure one in Results first.")
        return measured


TITLES: Mapping[Metric, str] = {
    "as_asked": "as asked",
    "no_copy": "no copy",
    "carries": "carries the style or object",
    "clip_t": "CLIP-T",
    "clip_i": "CLIP-I",
}


def _kind(tile: CandidateView) -> str:
    if tile.verdict == "accepted":
        return "accepted"
    if tile.suggested:
        return "suggested"
    return "copy" if tile.candidate.overfit else "no copy"


def _about(tile: CandidateView) -> str:
    one = tile.candidate
    return f"{tile.prompt} {one.number}<br>seed {one.seed}, p(copy) {one.chance:.2f}"


def _rate(ranked: ScoreView | None) -> float | None:
    return None if ranked is None else ranked.score.overfit_rate


def _counted(ranked: ScoreView | None) -> str:
    return "" if ranked is None else f"{ranked.score.overfit}/{ranked.score.candidates}"


def _entropy(ranked: ScoreView | None) -> str:
    return "" if ranked is None else f"{ranked.score.entropy:.3f}"


def _kappa(kappa: float | None) -> str:
    return "" if kappa is None else f"κ {kappa:.2f}"


def _means(tiles: Sequence[CandidateView]) -> tuple[list[float], list[float]]:
    """The mean p(copy) at each mean strength, in ascending order of strength."""
    chances: dict[float, list[float]] = {}
    for tile in tiles:
        chances.setdefault(round(tile.candidate.recipe.mean, 6), []).append(tile.candidate.chance)
    strengths = sorted(chances)
    return strengths, [float(np.mean(chances[strength])) for strength in strengths]
