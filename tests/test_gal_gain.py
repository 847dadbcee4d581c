"""The benchmark of rounds: its projects can be made, and its arms differ in what they should."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from PIL import Image

from benchmarks.gal_gain import __main__ as gal_gain
from benchmarks.gal_gain import arms, eyes
from benchmarks.gal_gain.cases import SEEDS, Case
from benchmarks.gal_gain.judging import CaseJudge, Verdicts
from benchmarks.gal_gain.strengths import right_at_equal_likeness
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import TrainingExample
from gal_studio.state import Store
from gal_studio.studio import Studio

pytestmark = pytest.mark.thorough

COLOURS = {"r": "red", "g": "lime", "b": "blue"}


@pytest.fixture
def case() -> Case:
    picture = Image.effect_noise((64, 64), 90).convert("RGB")
    prompt = "A backpack in gold foil style"
    return Case("foil", 3, "style", ("backpack", "", ""), ((picture, prompt),), "", ("backpack",), ())


def test_a_case_becomes_a_project(case: Case, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        studio = Studio(store)
        project = studio.create_project(arms.draft_of(case, {"tune": {"steps": 3}}))
        assert len(store.projects.anchors(project)) == 18
        assert store.projects.get(project).seed == 3
        assert set(case.wanted) == {anchor.prompt for anchor in store.projects.anchors(project)}


class Colours:
    """A judge by colour: red is a copy, green a success, blue neither."""

    def verdicts(self, pictures: Sequence[Image.Image], wanted: Sequence[str]) -> Verdicts:
        seen = np.array([picture.convert("RGB").resize((1, 1)).getpixel((0, 0)) for picture in pictures])
        red, green = seen[:, 0] > 128, seen[:, 1] > 128
        return Verdicts(green, green, red, green.astype(float))


def drawn(studio: Studio, round_id: str, rows: Sequence[str]) -> list[str]:
    """Draw a row of colours for each of the first test prompts, far from the reference; their anchors."""
    anchors = studio.pool(round_id)[: len(rows)]
    for anchor, row in zip(anchors, rows, strict=True):
        images = [studio.store.images.add_picture(Image.new("RGB", (8, 8), COLOURS[each])) for each in row]
        made = [
            Candidate("", anchor.id, n, n, image, 0.5 - n / 100, 0.1, feature=np.array([1.0, 0.0]))
            for n, image in enumerate(images)
        ]
        studio.store.candidates.save(round_id, made)
    return [anchor.id for anchor in anchors]


def test_the_marked_arm_asks_where_the_judge_is_of_two_minds(case: Case, tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        studio = Studio(store)
        project = studio.create_project(arms.draft_of(case, {"gal": {"top_k": 1}}))
        round_id = store.rounds.of_project(project)[0].id
        anchors = drawn(studio, round_id, ["gggg", "rbgr", "rrrr"])
        judge = cast(CaseJudge, Colours())
        assert studio.proposal(round_id).suggestions == (), "no flag anywhere"
        (chosen,) = arms.CHOICES["marked"](studio, round_id, case, judge)
        assert store.candidates.get(chosen).anchor_id == anchors[1]
        assert store.candidates.get(chosen).index == 2, "the nearer one to the prompt is no success"
        assert [one.overfit for one in store.candidates.of_round(round_id)] == [
            *[False] * 4, True, False, False, True, *[True] * 4,
        ]  # fmt: skip


@pytest.mark.parametrize(("arm", "weight"), [("weight 0", 0.0), ("no balance", 1.0), ("plain", None)])
def test_controls_change_the_weight_of_accepted_pictures_alone(arm: str, weight: float | None) -> None:
    """`plain` leaves them out; references keep theirs in all arms."""
    reference, accepted = (
        TrainingExample("x", "a cat", w, is_ref) for w, is_ref in ((1.0, True), (0.4, False))
    )
    changed = arms._weighed(accepted, arm)
    assert (changed.weight if changed else None) == weight
    assert arms._weighed(reference, arm) == reference


def test_arms_on_one_curve_are_equal_and_a_better_one_is_better_by_its_distance() -> None:
    less, more = (
        {"likeness": [0.1, 0.2], "right": [0.6, 0.5]},
        {"likeness": [0.2, 0.3], "right": [0.5, 0.4]},
    )
    assert right_at_equal_likeness(less, more) == pytest.approx(0.0)
    better = {"likeness": [0.15, 0.25], "right": [0.65, 0.55]}
    assert right_at_equal_likeness(better, less) == pytest.approx(0.1)


def test_the_report_has_the_arms_that_all_references_have(capsys: pytest.CaptureFixture[str]) -> None:
    def row(**successes: float) -> dict[str, Any]:
        level = {name: 0.0 for name in gal_gain.MEASURES}
        figures = {arm.replace("_", " "): {**level, "successes": told} for arm, told in successes.items()}
        return {"case": "", "kind": "style", "figures": figures}

    gal_gain.report([row(suggestion=0.5, weight_0=0.1, random=0.2), row(suggestion=0.7, weight_0=0.5)])
    told = capsys.readouterr().out
    assert "successes: suggestion 0.600  weight 0 0.300" in told
    assert "successes, suggestion - weight 0: +0.300" in told
    assert "random" not in told


def test_the_report_says_which_arms_ended_early(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"suggestion": dict.fromkeys(gal_gain.MEASURES, 0.0)}
    row = {"case": "foil", "kind": "style", "figures": figures}
    ended = {**row, "rounds": {"first round": 1, "suggestion": 1, "random": arms.ROUNDS}}
    gal_gain.report([row, ended])
    told = capsys.readouterr().out
    assert "foil: nothing more was accepted by suggestion after round 1\n" in told


def page_of(asked: str, like: str, copy: str) -> dict[str, list[int]]:
    return {"asked": [*map(int, asked)], "like": [*map(int, like)], "copy": [*map(int, copy)]}


def test_a_picture_counts_by_eye_if_it_is_as_asked_and_like_the_reference_and_no_copy() -> None:
    page = {"A": page_of("1110", "1101", "1000"), "B": page_of("0000", "1111", "1111")}
    other = {"A": page_of("1111", "1111", "0000"), "B": page_of("0000", "1111", "1111")}
    rows = {"foil": ["human", "random"], "not counted": ["human", "random"]}
    assert eyes.shares(rows, [{"foil": page}]) == {"foil": {"human": 0.25, "random": 0.0}}
    assert eyes.shares(rows, [{"foil": page}, {"foil": other}])["foil"]["human"] == 0.625
    assert eyes.agreement(rows, [{"foil": page}, {"foil": page}]) == [1.0]
    assert eyes.agreement(rows, [{"foil": page}, {}]) == []
    assert eyes.answered(rows, [{"foil": page}, {"foil": other}], "human", "asked") == 0.875


def test_a_page_for_eyes_has_every_arm_in_a_row_of_its_own(case: Case, tmp_path: Path) -> None:
    tests = tuple((f"A {thing} in gold foil style", thing) for thing in ("fish", "bus"))
    drawn = {
        arm: [Image.new("RGB", (8, 8), (red, n, 0)) for n in range(2 * SEEDS)]
        for red, arm in enumerate(("human", "random", "weight 0"))
    }
    order = eyes.write_page(replace(case, tests=tests), drawn, tmp_path)
    page = Image.open(tmp_path / "foil.png")
    assert sorted(order) == sorted(drawn)
    assert page.size == (34 + 4 * 128, 34 + 4 * 128)
    for row, arm in enumerate(order):
        expected = [drawn[arm][n].getpixel((0, 0)) for n in (0, 1, SEEDS, SEEDS + 1)]
        assert [page.getpixel((40 + 128 * n, 170 + 128 * row)) for n in range(4)] == expected
