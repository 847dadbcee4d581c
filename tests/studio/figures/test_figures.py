"""Figures draw what the views say, in both themes, and say what is missing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.validation import Validation
from gal_studio.core.intervals import Interval
from gal_studio.core.measures.report import Figures
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.figures.arms import arms_figure, arms_of, beside, replay_arm
from gal_studio.studio.figures.template import COLOURS, INK, MUTED, PAPER, SYMBOLS
from gal_studio.studio.figures.training import running_mean
from gal_studio.studio.views.measures import MeasuredRound
from tests.ui.seeded import finished, go_on, make_project, measure

Made = tuple[Studio, str, str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A project with two drawn and measured rounds, the suggestions of the first accepted."""
    studio, project, first = finished(tmp_path_factory.mktemp("figures") / "workspace")
    suggested = studio.proposal(first).suggestions
    studio.decide([one.candidate_id for one in suggested], "accepted")
    measure(studio, first)
    second = go_on(studio, first)
    measure(studio, second, 0.6, 1)
    yield studio, project, first, second
    studio.close()


def test_the_map_has_every_picture_once_and_the_references(made: Made) -> None:
    studio, _, first, _ = made
    drawn, view = studio.figures.map(first), studio.round_view(first)
    *shown, references = drawn.data
    pictures = [trace for trace in shown if trace.showlegend is False]
    named = {trace.name.partition(" (")[0]: trace for trace in shown if trace.showlegend is None}
    assert references.marker.symbol == "star"
    assert [(references.x[0], references.y[0])] == list(view.reference_positions.values())
    places = {(x, y) for trace in pictures for x, y in zip(trace.x, trace.y, strict=True)}
    assert places == {(tile.candidate.x, tile.candidate.y) for tile in view.candidates}
    assert sum(len(trace.x) for trace in pictures) == len(view.candidates) == 180
    counts = {name: int(trace.name.partition(" (")[2][:-1]) for name, trace in named.items()}
    accepted = [tile for tile in view.candidates if tile.verdict == "accepted"]
    assert counts["accepted"] == len(accepted) == 3
    assert counts["copy"] == sum(tile.candidate.overfit for tile in view.candidates)
    assert {trace.marker.symbol for trace in pictures} == {one.marker.symbol for one in named.values()}
    colours = {colour for trace in pictures for colour in trace.marker.color}
    prompts = {note.font.color: note.text for note in drawn.layout.annotations}
    assert colours == set(prompts), "each prompt is named in the colour of its images"
    assert len(colours) == len({tile.candidate.anchor_id for tile in view.candidates}) == 18


def test_rates_are_those_of_the_rounds_and_accepted_prompts_leave(made: Made) -> None:
    studio, project, first, second = made
    (heat,) = studio.figures.rates(project).data
    assert list(heat.x) == ["Round 1", "Round 2"]
    for column, round_id in enumerate((first, second)):
        scores = {one.prompt: one for one in studio.round_view(round_id).scores}
        for row, prompt in enumerate(heat.y):
            score = scores.get(prompt)
            assert heat.z[row][column] == (score and score.rate)
            assert heat.text[row][column] == (f"{score.copies}/{score.n}" if score else "")
            assert heat.customdata[row][column] == (f"{score.entropy:.3f}" if score else "")
    ranked = studio.round_view(first).scores
    assert list(heat.y)[::-1] == [one.prompt for one in ranked]
    assert sum(row[1] is None for row in heat.z) == 3


def test_clock_arms_and_gains_are_the_measured_figures(made: Made) -> None:
    studio, project, first, second = made
    reports = [one for one in studio.measures(project).rounds if one.report]
    arm, again = studio.figures.clock_arms(project, project).data
    assert [one.name for one in reports] == ["Base model", "Round 1", "Round 2"]
    assert list(arm.text) == ["Base model", "Round 1", "Round 2"]
    assert [list(row[:2]) for row in arm.customdata] == [["", ""], [project, first], [project, second]]
    assert list(arm.error_x.array)[1] == pytest.approx(
        reports[1].report.figures["clip_i"].high - arm.x[1] if reports[1].report else 0
    )
    (alone,) = studio.figures.clock_arms(project, current=second).data
    assert list(alone.marker.size) == [11, 11, 15] and alone.text[2] == "★ Round 2"
    assert list(arm.x) == [one.report.figures["clip_i"].value for one in reports if one.report]
    assert list(arm.y) == [one.report.figures["clip_t"].value for one in reports if one.report]
    assert arm.line.color != again.line.color and arm.marker.symbol != again.marker.symbol
    (points,) = studio.figures.gains(project, "clip_i").data
    for number, one in enumerate(reports):
        assert one.report is not None
        interval = one.report.figures["clip_i"]
        assert points.y[number] + points.error_y.array[number] == pytest.approx(interval.high)
        assert points.y[number] - points.error_y.arrayminus[number] == pytest.approx(interval.low)
    every = studio.figures.gains(project)
    titles = [note.text for note in every.layout.annotations]
    assert titles[-2:] == ["CLIP-T", "CLIP-I"] and len(every.data) == len(titles)
    assert list(every.data[-1].y) == list(points.y)
    names = [line for name in points.x for line in name.split("<br>")]
    between = every.layout.yaxis.domain[0] - every.layout.yaxis4.domain[1]
    inner = every.layout.height - every.layout.margin.t - every.layout.margin.b
    assert between * inner > 7 * max(map(len, names)) + 40, "turned names meet no title below"


def test_names_of_points_stand_away_from_the_line() -> None:
    assert beside([(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)]) == ["bottom left", "top center", "bottom right"]
    assert beside([(0.1, 0.5), (0.9, 0.5)]) == ["middle left", "middle right"]
    assert beside([(0.2, 0.3)]) == ["top center"]


def test_agreement_counts_what_was_taken(made: Made) -> None:
    studio, project, *_ = made
    (taken,) = studio.figures.agreement(project).data
    assert (list(taken.x), list(taken.y), list(taken.customdata)) == (["Round 1"], [1.0], ["3 of 3"])
    assert taken.text[0] == "κ 1.00" and taken.error_y.arrayminus[0] > 0.3, "three say little"


def test_branches_and_two_first_rounds_are_arms_and_an_unmeasured_round_is_passed_over() -> None:
    rounds = [
        measured(None, None), measured("a", None), measured("b", "a"), measured("c", "a"),
        replace(measured("d", "c"), report=None), measured("e", "d"), measured("x", None),
    ]  # fmt: skip
    found = arms_of("Cat", "p", rounds)
    assert [[point.name for point in arm.points] for arm in found] == [
        ["base", "a", "b"], ["c", "e"], ["x"]
    ]  # fmt: skip
    assert [arm.start and arm.start.name for arm in found] == [None, "a", "base"]
    assert [arm.name for arm in found] == ["Cat", "e", "x"]


def test_a_replay_shares_the_points_that_came_out_alike() -> None:
    own = arms_of("Cat", "p", [measured(None, None), measured("a", None), measured("b", "a", 0.6)])
    again = replay_arm("Random", "q", [measured("r", None), measured("s", "r", 0.7)], own)
    assert again is not None and [point.name for point in again.points] == ["Random, s"]
    assert again.start is own[0].points[1] and again.points[0].opens == ("q", "s")
    assert replay_arm("Random", "q", [measured("r", None)], own) is None
    figure = arms_figure([*own, again], "")
    assert figure.data[1].line.dash == "dash" and list(figure.data[1].text) == ["", "Random"]


def measured(identity: str | None, parent: str | None, value: float | None = None) -> MeasuredRound:
    """A round with both figures, which are told apart by its name."""
    near = value if value is not None else 0.0 if identity is None else 0.5 + (ord(identity) % 16) / 50
    if identity in ("a", "r") and value is None:
        near = 0.4
    interval = Interval(near, near - 0.1, near + 0.1, 20, 10)
    report = Figures(
        pictures=20, judged=20, as_asked=0, no_copy=0, copies=0, changes={}, since_first={}, gain=None,
        learned=None, learned_change=None, leak=None, figures={"clip_i": interval, "clip_t": interval},
    )  # fmt: skip
    return MeasuredRound(identity, identity or "base", parent, True, 20, 20, report)


def test_the_loss_has_a_running_mean_and_stands_before_the_other_rounds(made: Made) -> None:
    studio, _, first, second = made
    assert running_mean([(i + 1, float(i)) for i in range(20)])[::19] == [0.0, 18.5]
    rounds = studio.store.rounds
    for one in (first, second):
        rounds.clear_training(one)
    with pytest.raises(StudioError, match="appears here while the model learns"):
        studio.figures.training(second)
    rounds.save_losses(first, [(step, 1.0 / step) for step in range(1, 21)])
    rounds.save_losses(second, [(step, 2.0 / step) for step in range(1, 31)], 21)
    rounds.add_validation(second, Validation(30, 4, 3, 0.5))
    other, raw, mean, resumed, copies = studio.figures.training(second).data
    assert [other.name, mean.name] == ["Round 1", "Round 2, running mean"] and len(raw.x) == 30
    assert list(resumed.x) == [21] and list(copies.y) == [0.75] and copies.yaxis == "y2"
    rounds.set_archived(second, True)
    assert studio.figures.training(second).data[-3].name == "Round 2, running mean", "an archived one, too"
    rounds.set_archived(second, False)


def test_progress_is_of_the_line_of_the_newest_round(made: Made) -> None:
    studio, project, *_ = made
    drawn = studio.figures.progress(project).data
    assert [trace.name for trace in drawn] == ["copies", "prompt match"]
    assert list(drawn[0].x) == ["Round 1", "Round 2"] and drawn[0].y[1] == pytest.approx(2 / 24)


def test_images_of_one_strength_have_no_curve(made: Made) -> None:
    studio, _, first, _ = made
    assert not studio.figures.copy_curves(first).data


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2 between two colours `#rrggbb`."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_can_be_read(theme: Any, made: Made) -> None:
    drawn = made[0].figures.gains(made[1], theme=theme)
    assert drawn.layout.paper_bgcolor == PAPER[theme]
    assert contrast(PAPER[theme], INK[theme]) > 7
    assert contrast(PAPER[theme], drawn.data[0].marker.color) > 3
    colours = COLOURS[theme]
    assert len(set(colours)) == len(set(SYMBOLS)) == len(colours)
    assert all(contrast(PAPER[theme], colour) > 3 for colour in (*colours[:4], MUTED[theme]))


def test_what_is_missing_is_one_sentence(tmp_path: Path) -> None:
    with Studio(Store(tmp_path / "new")) as studio:
        project = make_project(studio)
        round_id = studio.rounds(project)[0].id
        figures = studio.figures
        for make, words in (
            (lambda: figures.map(round_id), "has no map yet"),
            (lambda: figures.copy_curves(round_id), "has no images yet"),
            (lambda: figures.rates(project), "No round of this project has images"),
            (lambda: figures.clock_arms(project), "is measured yet"),
            (lambda: figures.clock_arms(), "name one"),
            (lambda: figures.agreement(project), "Nobody has chosen"),
            (lambda: figures.map("nothing"), "no round 'nothing'"),
        ):
            with pytest.raises(StudioError, match=words):
                make()
