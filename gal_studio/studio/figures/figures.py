"""The figures of a workspace: what the page shows, as `plotly.graph_objects.Figure`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.core.intervals import FEWEST, Interval
from gal_studio.core.measures.pictures import Metric
from gal_studio.core.measures.report import Report
from gal_studio.studio.figures.arms import arms_figure
from gal_studio.studio.figures.template import (
    GREEN,
    INK,
    MAIN,
    MUTED,
    ORANGE,
    PAPER,
    VERMILION,
    Theme,
    figure,
    panels,
    shades,
)
from gal_studio.studio.views.types import CandidateView, RoundView, ScoreView

if TYPE_CHECKING:
    from gal_studio.studio.studio import Studio


PANELS = 3
"""In a row, at most."""


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
            raise StudioError(f"Round {view.round.number} has no map yet: generate its images first.")
        made = figure(
            f"{view.project.name}, round {view.round.number}: where its images lie",
            f"t-SNE of the CLIP features of {len(tiles)} images of {len(view.scores)} test prompts",
            theme,
            height=640,
        )
        kinds: Mapping[str, tuple[str, str, int]] = {
            "not a copy": (MAIN[theme], "circle", 8), "copy": (MUTED[theme], "circle-open", 8),
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
            "Mean copy risk, and share of copies; the most uncertain prompt of round 1 on top. "
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
        made.update_layout(margin={"b": 32})
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
            raise StudioError(f"Round {view.round.number} has no images yet: generate them first.")
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
        made.update_xaxes(
            title_text="mean strength of the LoRA (0: base model, 1: as trained)",
            range=[-0.03, max(1.0, *x) + 0.03],
        )
        made.update_yaxes(title_text="p(copy)", range=[-0.03, 1.03])
        return made

    def clock_arms(self, *project_ids: str, theme: Theme = "light") -> go.Figure:
        """Text against image alignment on the benchmark, from the base model round by round."""
        if not project_ids:
            raise StudioError("There is no project to plot: name one.")
        arms = []
        for project_id in project_ids:
            points = self._measured(project_id, ("clip_t", "clip_i"))
            places = [(name, found["clip_i"].value, found["clip_t"].value) for name, found in points]
            arms.append((self._studio.project(project_id).name, places))
        about = "Means on the benchmark from the base model (hollow) round by round; up and right is better"
        return arms_figure(arms, about, theme)

    def gains(self, project_id: str, metric: Metric | None = None, theme: Theme = "light") -> go.Figure:
        """A figure of each measured round on the benchmark, with its 95 % interval over prompts.

        Without a `metric` each has a panel.
        """
        if metric is not None:
            return self._gains(project_id, metric, theme)
        name = self._studio.project(project_id).name
        reports = self._reports(project_id)
        metrics = [one for one in PANEL_METRICS if any(one in report.figures for _, report in reports)]
        if not metrics:
            raise _nothing_measured()
        singles = [self._gains(project_id, one, theme) for one in metrics]
        columns = 2 if len(metrics) == 4 else PANELS
        height = 150 + 300 * -(-len(metrics) // columns)
        about = singles[0].layout.title.subtitle.text
        look = figure(f"{name}: what each round reaches", about, theme, 360 * columns, height)
        titles = [TITLES[one] for one in metrics]
        made = panels(look, titles, columns, horizontal_spacing=0.25 / columns, vertical_spacing=90 / height)
        made.update_xaxes(showgrid=False, range=[-0.5, len(reports) - 0.5], categoryorder="array",
                          categoryarray=[found for found, _ in reports])  # fmt: skip
        for place, single in enumerate(singles):
            made.add_trace(single.data[0], row=place // columns + 1, col=place % columns + 1)
        return made

    def _gains(self, project_id: str, metric: Metric, theme: Theme) -> go.Figure:
        points = self._measured(project_id, (metric,))
        found = [intervals[metric] for _, intervals in points]
        few = any(interval.prompts < FEWEST for interval in found)
        over = f"{found[0].pictures} images of {found[0].prompts} prompts"
        known = ": too few for intervals" if few else ", with 95% intervals over prompts"
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
            raise StudioError("Nobody has chosen an image in this project yet: accept or reject some first.")
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
        room = max(0, 4 - len(rounds)) / 2  # so that few bars are not broad
        made.update_xaxes(showgrid=False, range=[-0.5 - room, len(rounds) - 0.5 + room])
        made.update_layout(legend_traceorder="normal")
        return made

    def _drawn(self, project_id: str) -> list[RoundView]:
        """The rounds of a project that have pictures, in their order; refinements are left out."""
        rounds = [found for found in self._studio.rounds(project_id) if found.kind == "fine_tune"]
        views = [view for view in (self._studio.round_view(found.id) for found in rounds) if view.candidates]
        if not views:
            raise StudioError("No round of this project has images yet: generate them first.")
        return views

    def _names(self, views: Sequence[RoundView]) -> list[str]:
        names = {found.id: found.name for found in self._studio.rounds(views[0].project.id)}
        return [names[view.round.id] for view in views]

    def _measured(
        self, project_id: str, metrics: Sequence[Metric]
    ) -> list[tuple[str, dict[Metric, Interval]]]:
        """The measured rounds that have all of these figures, by name, the base model first."""
        measured = [
            (name, dict(report.figures))
            for name, report in self._reports(project_id)
            if all(metric in report.figures for metric in metrics)
        ]
        if not measured:
            raise _nothing_measured()
        return measured

    def _reports(self, project_id: str) -> list[tuple[str, Report]]:
        """What was measured of each round, by its name, the base model first."""
        reports = self._studio.measures(project_id).reports.values()
        found = [(report.arm.name, report) for report in reports]
        if not found:
            raise _nothing_measured()
        return found


def _nothing_measured() -> StudioError:
    return StudioError("No round of this project is measured yet: measure one in Results first.")


TITLES: Mapping[Metric, str] = {
    "as_asked": "prompt match",
    "copies": "copies",
    "no_copy": "not copies",
    "carries": "style or object match",
    "clip_t": "CLIP-T",
    "clip_i": "CLIP-I",
}

PANEL_METRICS: Sequence[Metric] = tuple(one for one in TITLES if one != "no_copy")
"""One of each pair that says the same has a panel."""


def _kind(tile: CandidateView) -> str:
    if tile.verdict == "accepted":
        return "accepted"
    if tile.suggested:
        return "suggested"
    return "copy" if tile.candidate.overfit else "not a copy"


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
