"""The figures of a workspace: what the page shows, as `plotly.graph_objects.Figure`."""

from collections.abc import Mapping, Sequence
from html import escape
from statistics import fmean
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.reasons import short_names
from gal_studio.core.intervals import FEWEST, Interval, wilson_interval
from gal_studio.core.measures.pictures import Metric
from gal_studio.core.measures.report import Report
from gal_studio.core.palette import prompt_colour
from gal_studio.core.records.candidate import Tile
from gal_studio.studio.figures.arms import FigureArm, arms_figure, arms_of, replay_arm
from gal_studio.studio.figures.copies import copy_curves_figure
from gal_studio.studio.figures.template import (
    COLOURS,
    INK,
    MAIN,
    MUTED,
    PAPER,
    SYMBOLS,
    VERMILION,
    Theme,
    error_bars,
    figure,
    panels,
    shades,
)
from gal_studio.studio.figures.training import TrainingCurve, training_figure
from gal_studio.studio.views.drawn_again import drawn_again
from gal_studio.studio.views.types import FullRound, ScoreView
from gal_studio.studio.views.words.benchmark import PROGRESS, newest_line

if TYPE_CHECKING:
    from gal_studio.studio.studio import Studio


PANELS = 3
"""In a row, at most."""
LETTER = 7  # pixels, about, of a name at an axis


class Figures:
    """Figures of the projects and rounds of a workspace; each takes the theme "light" or "dark".

    What has nothing to show yet raises a StudioError that says what to do.
    """

    def __init__(self, studio: "Studio") -> None:
        self._studio = studio

    def map(self, round_id: str, theme: Theme = "light") -> go.Figure:
        """The t-SNE of a round's CLIP features, each prompt in the page's colour, the references as stars."""
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
        anchors = self._studio.project(view.project.id).anchors
        colours = {one.id: prompt_colour(one.order, theme == "dark") for one in anchors}
        kinds = {
            "not a copy": ("circle", 9), "copy": ("circle-open", 9),
            "suggested": ("diamond", 14), "accepted": ("square", 13),
        }  # fmt: skip
        for kind, (symbol, size) in kinds.items():
            of_kind = [tile for tile in tiles if _kind(tile) == kind]
            if of_kind:
                made.add_scatter(
                    x=[tile.candidate.x for tile in of_kind], y=[tile.candidate.y for tile in of_kind],
                    mode="markers", showlegend=False,
                    marker={"color": [colours[tile.candidate.anchor_id] for tile in of_kind],
                            "symbol": symbol, "size": size,
                            "line": {"color": INK[theme], "width": 1.6 if size > 9 else 0}},
                    text=[_about(tile) for tile in of_kind], hovertemplate="%{text}<extra></extra>",
                )  # fmt: skip
                made.add_scatter(  # its sign in the legend, where no prompt's colour is meant
                    x=[None], y=[None], mode="markers", name=f"{kind} ({len(of_kind)})",
                    marker={"color": MUTED[theme], "symbol": symbol, "size": size},
                )  # fmt: skip
        names = short_names(anchors)
        for anchor, colour in colours.items():
            own = [tile.candidate for tile in tiles if tile.candidate.anchor_id == anchor]
            if own:
                made.add_annotation(
                    x=fmean(one.x or 0.0 for one in own), y=max(one.y or 0.0 for one in own),
                    text=f"<b>{escape(names[anchor])}</b>", font={"color": colour, "size": 14},
                    showarrow=False, yanchor="bottom", yshift=8,
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
        prompts = {ranked.anchor_id: ranked.prompt for view in views for ranked in view.scores}
        anchors = list(prompts)[::-1]  # the most undecided of the first round at the top
        found = [{ranked.anchor_id: ranked for ranked in view.scores} for view in views]
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
            z=values, x=self._names(views), y=[prompts[anchor] for anchor in anchors], text=texts,
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

    def copy_curves(self, round_id: str, theme: Theme = "light") -> go.Figure:
        """The copy risk by strength of each test prompt of a round, with its images."""
        return copy_curves_figure(*self._counted(round_id), theme)

    def training(self, round_id: str, theme: Theme = "light") -> go.Figure:
        """The loss of a round's training, beside those of its project's rounds of the same kind."""
        rounds, here = self._studio.store.rounds, self._studio.store.snapshots.node(round_id)
        names = here.project.names
        kind = [
            each for each in here.project.shown if each.round.kind == here.round.kind and each is not here
        ]
        others = [TrainingCurve(names[one.id], losses) for one in kind if (losses := rounds.losses(one.id))]
        own = TrainingCurve(names[round_id], rounds.losses(round_id), rounds.restarts(round_id))
        return training_figure(own, others, here.record.validations, theme)

    def clock_arms(self, *project_ids: str, theme: Theme = "light", current: str = "") -> go.Figure:
        """Text against image alignment on the benchmark, from the base model round by round.

        Branches are arms of their own, and so are the replays of a single project. The `current` round is
        drawn larger.
        """
        if not project_ids:
            raise StudioError("There is no project to plot: name one.")
        arms: list[FigureArm] = []
        for project_id in project_ids:
            measures = self._studio.measures(project_id)
            found = arms_of(self._studio.project(project_id).name, project_id, measures.rounds)
            arms.extend(found)
        if not arms:
            raise _nothing_measured()
        best = None
        if len(project_ids) == 1:
            best = measures.best
            others = drawn_again(self._studio.store, project_ids[0], measures)
            added = [replay_arm(*other, arms) for other in others]
            arms.extend(filter(None, added))
        about = "Means on the benchmark from the base model (hollow) round by round; up and right is better"
        return arms_figure(arms, about, theme, current, best)

    def progress(self, project_id: str, theme: Theme = "light") -> go.Figure:
        """Copies, prompt match and style or object match along the rounds that led to the newest one.

        Each round is shown by the setting that decides: full strength or a strength schedule.
        """
        line = newest_line(self._studio.measures(project_id).rounds)
        if len(line) < 2:
            raise StudioError("Only one round is measured: measure another one to compare them.")
        made = figure(f"{self._studio.project(project_id).name}: round by round", "", theme, height=340)
        names = [
            f"{one.name},<br>{one.gain_setting}" if one.decides_by_schedule else one.name for one in line
        ]
        for number, metric in enumerate(PROGRESS):
            found = [one.decides.figures.get(metric) if one.decides else None for one in line]
            values = [interval for interval in found if interval]
            if len(values) < len(line):
                continue
            colour = COLOURS[theme][(1, 0, 2)[number]]
            made.add_scatter(
                x=names, y=[interval.value for interval in values],
                mode="lines+markers", name=TITLES[metric], cliponaxis=False,
                line={"color": colour, "width": 2}, marker={"size": 9, "symbol": SYMBOLS[number]},
                error_y=error_bars([(one.low, one.value, one.high) for one in values], colour, 1, 0),
                hovertemplate="%{x}: %{y:.0%}<extra>%{fullData.name}</extra>",
            )  # fmt: skip
        made.update_yaxes(tickformat=".0%", rangemode="tozero")
        if any("<br>" in name for name in names):
            made.update_layout(legend={"y": -0.42}, margin={"b": 96})
        return made

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
        lines = [line for found, _ in reports for line in found.split("<br>")]
        below = 60 + LETTER * max(map(len, lines))  # pixels for names that are turned, and for a title
        inner = (210 + below) * -(-len(metrics) // columns) - below
        about = singles[0].layout.title.subtitle.text
        look = figure(f"{name}: what each round reaches", about, theme, 360 * columns, inner + below + 124)
        titles = [TITLES[one] for one in metrics]
        made = panels(
            look, titles, columns, horizontal_spacing=0.25 / columns, vertical_spacing=below / inner
        )
        made.update_xaxes(showgrid=False, range=[-0.5, len(reports) - 0.5], categoryorder="array",
                          categoryarray=[found for found, _ in reports])  # fmt: skip
        made.update_layout(margin={"b": below})
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
            error_y=None if few else error_bars([(one.low, one.value, one.high) for one in found],
                                                MAIN[theme], 2, 6),
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
            "Share of the choices that took the suggestion, with its 95% interval and Cohen's kappa",
            theme,
        )
        rates = [wilson_interval(found.agreement.agreed, found.agreement.choices) for found in rounds]
        shares = [found.agreement.rate or 0.0 for found in rounds]
        made.add_scatter(
            x=[found.name for found in rounds], y=shares, mode="lines+markers+text", showlegend=False,
            line={"color": MAIN[theme], "width": 2}, marker={"size": 11}, cliponaxis=False,
            text=[_kappa(found.agreement.kappa) for found in rounds], textposition="middle right",
            error_y=error_bars(
                [(low, share, high) for share, (low, high) in zip(shares, rates, strict=True)],
                MUTED[theme], 1.5,
            ),
            customdata=[f"{one.agreed} of {one.choices}" for one in (found.agreement for found in rounds)],
            hovertemplate="%{x}: %{customdata} took the suggestion<extra></extra>",
        )  # fmt: skip
        made.update_yaxes(title_text="took the suggestion", range=[0, 1.04], tickformat=".0%")
        made.update_xaxes(showgrid=False, range=[-0.5, len(rounds) - 0.5])
        return made

    def _counted(self, round_id: str) -> tuple[FullRound, list[Tile]]:
        """A round with the images that statistics count."""
        view = self._studio.round_view(round_id)
        tiles = [tile for tile in view.candidates if not (tile.candidate.own or tile.candidate.is_blank)]
        if not tiles:
            raise StudioError(f"Round {view.round.number} has no images yet: generate them first.")
        return view, tiles

    def _drawn(self, project_id: str) -> list[FullRound]:
        """The rounds of a project that have pictures, in their order; refinements are left out."""
        rounds = [found for found in self._studio.rounds(project_id) if found.variant.tunes]
        views = [view for view in (self._studio.round_view(found.id) for found in rounds) if view.candidates]
        if not views:
            raise StudioError("No round of this project has images yet: generate them first.")
        return views

    def _names(self, views: Sequence[FullRound]) -> list[str]:
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
        """What was measured of each round, by its name and setting, the base model first."""
        measures = self._studio.measures(project_id)
        found: list[tuple[str, Report]] = []
        for name, report in measures.reports.items():
            found.append((report.arm.name, report))
            for one in measures.by_schedule.get(name or "", ()):
                found.append((f"{one.arm.name},<br>{one.arm.recipe.brief}", one))
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


def _kind(tile: Tile) -> str:
    if tile.verdict == "accepted":
        return "accepted"
    if tile.suggested:
        return "suggested"
    return "copy" if tile.candidate.overfit else "not a copy"


def _about(tile: Tile) -> str:
    one = tile.candidate
    return f"{tile.prompt}, {one.number}<br>seed {one.seed}, p(copy) {one.chance:.2f}"


def _rate(ranked: ScoreView | None) -> float | None:
    return None if ranked is None else ranked.rate


def _counted(ranked: ScoreView | None) -> str:
    return "" if ranked is None else f"{ranked.copies}/{ranked.n}"


def _entropy(ranked: ScoreView | None) -> str:
    return "" if ranked is None else f"{ranked.entropy:.3f}"


def _kappa(kappa: float | None) -> str:
    return "" if kappa is None else f"κ {kappa:.2f}"
