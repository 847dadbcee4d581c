"""Which candidates come next, decided on values alone: on the ladder, and with what can be wrong on it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from gal_studio.core.gal.ladder import LADDER, RaceResult, noise_of, rung_of
from gal_studio.core.gal.recipes import candidate_recipe, drawing_seed
from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import RoundRecord, RoundSnapshot
from gal_studio.core.types import ASKED, CARRIES, CHANCE, SHOWN, Anchor
from gal_studio.rounds import planned
from tests.core.builders import anchor, candidate
from tests.core.snapshots import project_of, record

ANCHORS = [anchor(order) for order in range(12)]
RULE = {"candidates": 10, "allocation": "ladder", "steps": 10, "batch_size": 1}
Draw = Callable[[Anchor, int], Candidate]


def turning(of: Anchor, index: int) -> Candidate:
    """The first prompts turn at a weaker strength; the look grows with the strength."""
    recipe = rung_of(index)
    chance = 0.9 if recipe.mean > 0.5 + 0.03 * of.order else 0.1
    scores = {SHOWN: chance, CHANCE: chance, ASKED: 0.9, CARRIES: recipe.mean}
    return replace(candidate(of, index, 0.3, 0.3), more_scores=scores, recipe=recipe)


def round_of(tiles: list[Candidate], **drawing: object) -> RoundSnapshot:
    made = record("first", None, 1, tiles, generation={**RULE, **drawing})
    return project_of(ANCHORS, replace(made, race=RaceResult(0.0))).round("first")


def drawn_whole(draw: Draw, **drawing: object) -> RoundSnapshot:
    tiles: list[Candidate] = []
    while places := planned.missing(round_of(tiles, **drawing)):
        assert len(tiles) < 200
        tiles += [draw(of, index) for of, index in places]
    return round_of(tiles, **drawing)


def numbers(here: RoundSnapshot) -> dict[str, int]:
    return {one.id: sum(each.anchor_id == one.id for each in here.candidates) for one in ANCHORS}


def test_the_ladder_draws_fewer_than_ten_of_each_and_all_prompts_at_shared_rungs() -> None:
    here = drawn_whole(turning)
    assert max(numbers(here).values()) <= 10
    assert len(here.candidates) < 0.7 * 10 * len(ANCHORS)
    assert len(here.candidates) <= planned.most_pictures(here.settings, len(ANCHORS)) < 10 * len(ANCHORS)
    rungs = Counter(one.recipe for one in here.candidates if noise_of(one.index) == 0)
    assert sum(number == len(ANCHORS) for number in rungs.values()) >= 3
    assert planned.course(here).pictures == len(here.candidates)


def test_the_ladder_needs_no_setting_but_itself() -> None:
    ladder = Settings.from_dict({"generation": RULE})
    assert [candidate_recipe(ladder, index) for index in range(9)] == list(LADDER)
    assert {drawing_seed(ladder, 7, "a tie", index) for index in range(9)} == {candidate_seed(7, "a tie", 0)}
    assert drawing_seed(ladder, 7, "a tie", 9) == candidate_seed(7, "a tie", 1)
    assert drawing_seed(ladder, 7, "a tie", 3, instant=True) == candidate_seed(7, "a tie", 3)
    fixed = ladder.updated({"generation": {"allocation": "fixed"}})
    assert candidate_recipe(fixed, 3) == AS_TRAINED
    assert drawing_seed(fixed, 7, "a tie", 3) == candidate_seed(7, "a tie", 3)
    whole = ladder.updated({"tune": {"method": "full"}})
    assert candidate_recipe(whole, 8) == AS_TRAINED, "a whole denoiser has no strength"


def test_the_former_race_is_read_as_the_ladder() -> None:
    former = {"generation": {"allocation": "race", "budget": 0.4, "confidence": 0.9, "candidates": 7}}
    assert (
        Settings.from_dict(former).generation
        == Settings.from_dict({"generation": {"allocation": "ladder", "candidates": 7}}).generation
    )


def test_neither_order_nor_marks_of_the_round_move_the_ladder() -> None:
    here = drawn_whole(turning)
    part = here.candidates[: len(here.candidates) // 2]
    marked = [replace(one, marked_copy=one.index % 2 == 0, copy_shift=2.0) for one in reversed(part)]
    assert planned.missing(round_of(list(part))) == planned.missing(round_of(marked))


def test_with_one_detector_the_flags_decide() -> None:
    def told(of: Anchor, index: int) -> Candidate:
        """Not compared with the reference; the prompt alone says that it is a copy."""
        made = candidate(of, index, 0.2 if rung_of(index).mean > 0.6 else 0.4, 0.3)
        return replace(made, recipe=rung_of(index))

    here = drawn_whole(told)
    assert len(here.candidates) < 120
    assert {0.4, 0.55} & {one.recipe.mean for one in here.candidates if noise_of(one.index) == 0}


def test_a_prompt_of_which_all_pictures_are_blank_is_drawn_within_its_number() -> None:
    def blank(of: Anchor, index: int) -> Candidate:
        return replace(turning(of, index), remark="flat") if of.order == 2 else turning(of, index)

    here = drawn_whole(blank)
    assert numbers(here)[ANCHORS[2].id] <= 10
    assert ANCHORS[2].id not in {score.anchor.id for score in here.scores}


@pytest.mark.parametrize("most", [1, 2, 4])
def test_no_prompt_gets_more_than_its_number(most: int) -> None:
    assert set(numbers(drawn_whole(turning, candidates=most)).values()) == {most}


def test_a_ladder_that_ended_asks_for_new_prompts_and_lost_pictures_alone() -> None:
    here = drawn_whole(turning)
    ended = replace(here.record, race=planned.course(here))
    assert planned.missing(project_of(ANCHORS, ended).round("first")) == ()
    new = anchor(12)
    fresh = planned.missing(project_of([*ANCHORS, new], ended).round("first"))
    assert {one.id for one, _ in fresh} == {new.id}
    assert len(fresh) == 3
    assert ended.pictures is not None
    lost = replace(here.candidates[0], image="")
    pictures = replace(ended.pictures, tiles=(lost, *here.candidates[1:]))
    broken = project_of(ANCHORS, replace(ended, pictures=pictures)).round("first")
    assert planned.missing(broken) == ((ANCHORS[0], lost.index),)


def test_a_refinement_draws_what_the_round_drew_that_it_refines() -> None:
    here = drawn_whole(turning)
    node: RoundRecord = record("node", "first", 1, (), kind="refine", generation=RULE)
    project = project_of(ANCHORS, replace(here.record, race=planned.course(here)), node)
    wanted = {(one.id, index) for one, index in planned.missing(project.round("node"))}
    assert wanted == {(one.anchor_id, one.index) for one in here.candidates}


def test_more_of_a_prompt_are_drawn_near_its_own_turn_with_other_seeds() -> None:
    here = drawn_whole(turning)
    places = planned.more_of(here, ANCHORS[3].id)  # a copy above .59, none below
    drawn = {(one.anchor_id, one.index) for one in here.candidates}
    assert len(places) == 3
    assert not drawn & set(places)
    assert all(noise_of(index) > 0 for _, index in places)
    assert max(rung_of(index).mean for _, index in places) < 0.6


def test_more_of_a_prompt_in_a_fixed_round_are_the_next_ones() -> None:
    tiles = [candidate(ANCHORS[0], index, 0.3, 0.2) for index in (0, 1, 2)]
    here = round_of(tiles, allocation="fixed", candidates=3)
    assert planned.more_of(here, ANCHORS[0].id) == tuple((ANCHORS[0].id, index) for index in (3, 4, 5))


def test_what_an_earlier_versions_race_drew_unevenly_counts_each_strength_alike() -> None:
    """Of a prompt drawn twice at one strength and once at another, p(copy) is the mean of both."""

    def raced(index: int) -> Candidate:
        made = turning(ANCHORS[1], index)
        scores = {name: value for name, value in made.more_scores.items() if name != ASKED}
        return replace(made, more_scores=scores)

    here = round_of([raced(0), raced(9), raced(8)])
    fixed = replace(here.record, race=None)
    (evenly,), (plain,) = here.scores, project_of(ANCHORS, fixed).round("first").scores
    assert plain.overfit_rate == pytest.approx((0.9 + 0.9 + 0.1) / 3)
    assert evenly.overfit_rate != plain.overfit_rate
    assert (evenly.overfit, evenly.candidates) == (plain.overfit, plain.candidates) == (2, 3)
