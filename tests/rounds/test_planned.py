"""Which candidates come next, decided on values alone: in a race, and with what can be wrong in it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gal_studio.core.gal.allocation import Course
from gal_studio.core.recipe import Recipe
from gal_studio.core.snapshot import RoundRecord, RoundSnapshot
from gal_studio.core.types import CHANCE, SHOWN, Anchor, Candidate
from gal_studio.rounds import planned
from tests.core.builders import anchor, candidate
from tests.core.snapshots import project_of, record

ANCHORS = [anchor(order) for order in range(12)]
RACE = {"candidates": 10, "allocation": "race", "budget": 0.4, "lowest_strength": 0.4, "batch_size": 1}
Draw = Callable[[Anchor, int], Candidate]


def by_chance(of: Anchor, index: int) -> Candidate:
    """A picture of which both detectors say the same; the first prompts turn at a weaker strength."""
    chance = 0.9 if (index % 5) < of.order else 0.1
    recipe = Recipe.constant(1.0 - 0.15 * (index % 5))
    return replace(candidate(of, index, 0.3, 0.3), more_scores={SHOWN: chance, CHANCE: chance}, recipe=recipe)


def round_of(tiles: list[Candidate], **drawing: object) -> RoundSnapshot:
    made = record("first", None, 1, tiles, generation={**RACE, **drawing})
    return project_of(ANCHORS, replace(made, race=Course(0.0))).round("first")


def raced(draw: Draw, **drawing: object) -> RoundSnapshot:
    """A race to its end."""
    tiles: list[Candidate] = []
    while places := planned.missing(round_of(tiles, **drawing)):
        assert len(tiles) < 120
        tiles += [draw(of, index) for of, index in places]
    return round_of(tiles, **drawing)


def numbers(here: RoundSnapshot) -> dict[str, int]:
    return {one.id: sum(each.anchor_id == one.id for each in here.candidates) for one in ANCHORS}


def test_a_race_draws_more_of_what_is_open_and_stays_within_its_budget() -> None:
    here = raced(by_chance)
    assert min(numbers(here).values()) >= 2
    assert max(numbers(here).values()) > min(numbers(here).values())
    assert len(here.candidates) <= planned.most_pictures(here.settings.generation, 12) == 48
    assert planned.course(here).pictures == len(here.candidates)


def test_neither_order_nor_marks_of_the_round_move_a_race() -> None:
    here = raced(by_chance)
    half = here.candidates[: len(here.candidates) // 2]
    marked = [replace(one, marked_copy=one.index % 2 == 0, copy_shift=2.0) for one in reversed(half)]
    assert planned.missing(round_of(list(half))) == planned.missing(round_of(marked))


def test_with_one_detector_the_flags_decide() -> None:
    def told(of: Anchor, index: int) -> Candidate:
        """Not compared with the reference; the prompt alone says that it is a copy."""
        return candidate(of, index, 0.2 if index % 5 < of.order else 0.4, 0.3)

    here = raced(told)
    assert 24 <= len(here.candidates) <= 48
    assert here.scores[0].entropy < max(score.entropy for score in here.scores)


def test_a_prompt_of_which_all_pictures_are_blank_is_drawn_within_the_budget() -> None:
    def blank(of: Anchor, index: int) -> Candidate:
        return replace(by_chance(of, index), remark="flat") if of.order == 2 else by_chance(of, index)

    here = raced(blank)
    assert len(here.candidates) <= 48
    assert ANCHORS[2].id not in {score.anchor.id for score in here.scores}


def test_a_budget_below_one_picture_of_each_prompt_draws_one_of_each() -> None:
    assert set(numbers(raced(by_chance, budget=0.01)).values()) == {1}


def test_a_race_that_ended_asks_for_new_prompts_and_lost_pictures_alone() -> None:
    here = raced(by_chance)
    ended = replace(here.record, race=planned.course(here))
    assert planned.missing(project_of(ANCHORS, ended).round("first")) == ()
    new = anchor(12)
    fresh = planned.missing(project_of([*ANCHORS, new], ended).round("first"))
    assert {one.id for one, _ in fresh} == {new.id}
    assert len(fresh) == 3
    lost = replace(here.candidates[0], image="")
    pictures = replace(ended.pictures, tiles=(lost, *here.candidates[1:]))
    broken = project_of(ANCHORS, replace(ended, pictures=pictures)).round("first")
    assert planned.missing(broken) == ((ANCHORS[0], lost.index),)


def test_a_refinement_draws_what_the_round_drew_that_it_refines() -> None:
    here = raced(by_chance)
    node: RoundRecord = record("node", "first", 1, (), kind="refine", generation=RACE)
    project = project_of(ANCHORS, replace(here.record, race=planned.course(here)), node)
    wanted = {(one.id, index) for one, index in planned.missing(project.round("node"))}
    assert wanted == {(one.anchor_id, one.index) for one in here.candidates}


@pytest.mark.parametrize(
    ("settled", "decided", "words"),
    [
        (12, True, "64 of 180 pictures were enough to tell which prompts are most undecided."),
        (
            1,
            False,
            "64 of 180 pictures, all that were allowed, tell of 1 in 18 prompts whether it is among the most "
            "undecided.",
        ),
    ],
)
def test_a_race_says_how_it_ended(settled: int, decided: bool, words: str) -> None:
    here = raced(by_chance)
    race = Course(0.0, True, 64, 18, settled, decided)
    assert planned.rule_words(project_of(ANCHORS, replace(here.record, race=race)).round("first")) == words


def test_more_of_a_prompt_are_those_expected_to_be_clean_at_the_greatest_strength() -> None:
    here = raced(by_chance)
    places = planned.more_of(here, ANCHORS[3].id)  # a copy at .7 of the LoRA, none at .55
    drawn = {(one.anchor_id, one.index) for one in here.candidates}
    assert len(places) == 3
    assert not drawn & set(places)
    assert here.strengths[places[0][1]] == pytest.approx(0.55)


def test_in_a_round_of_a_race_strengths_count_alike() -> None:
    """Of a prompt drawn twice at one strength and once at another, p(copy) is the mean of both."""
    tiles = [by_chance(ANCHORS[1], index) for index in (0, 5, 4)]  # copies at full strength alone
    raced_round = round_of(tiles)
    fixed = replace(raced_round.record, race=None)
    (evenly,), (plain,) = raced_round.scores, project_of(ANCHORS, fixed).round("first").scores
    assert evenly.overfit_rate == pytest.approx(0.5)
    assert plain.overfit_rate == pytest.approx((0.9 + 0.9 + 0.1) / 3)
    assert (evenly.overfit, evenly.candidates) == (plain.overfit, plain.candidates) == (2, 3)
