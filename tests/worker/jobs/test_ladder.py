"""The ladder chooses the pictures of a round: what it draws, how it resumes, what a person adds."""

from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.ladder import noise_of, rung_of
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.types import Anchor
from gal_studio.rounds import planned
from gal_studio.studio import Studio
from gal_studio.worker.jobs.generate import _parts, _Planned
from gal_studio.worker.models import Models
from tests.tiny_project import changed, tiny_draft
from tests.worker.working import first_round, stop_at, trained_round, work

Names = tuple[str, str]
RULE = {"candidates": 10, "allocation": "ladder", "batch_size": 2}


def trained(studio: Studio, models: Models, names: Names, **changes: Any) -> str:
    draft = tiny_draft(names, changes=changed(generation={**RULE, **changes}))
    return trained_round(studio, models, draft)


def drawn(studio: Studio, round_id: str) -> dict[tuple[int, int], str]:
    """The pictures of a round by the place of their prompt and their index."""
    orders = {anchor.id: anchor.order for anchor in studio.round_view(round_id).project.anchors}
    return {
        (orders[one.anchor_id], one.index): one.image for one in studio.store.candidates.of_round(round_id)
    }


def test_the_ladder_draws_at_most_the_number_and_stores_what_each_picture_was_drawn_by(
    studio: Studio, models: Models, names: Names
) -> None:
    round_id = trained(studio, models, names)
    assert studio.round_view(round_id).wanted == 40
    assert work(studio, models, studio.generate(round_id)).state == "completed"
    view = studio.round_view(round_id)
    assert len(view.candidates) <= 40
    assert {one.candidate.anchor_id for one in view.candidates} == {anchor.id for anchor in view.pool}
    here = studio.store.snapshots.round(round_id)
    prompts, seed_of_project = here.project.prompts, here.project.project.seed
    for one in view.candidates:
        candidate = one.candidate
        assert candidate.recipe == rung_of(candidate.index)
        prompt = prompts[candidate.anchor_id]
        seed = candidate_seed(seed_of_project, prompt, noise_of(candidate.index))
        assert candidate.seed == seed
    assert view.complete
    assert not view.coming
    with pytest.raises(StudioError, match="has all its images"):
        studio.generate(round_id)
    assert planned.has_ended(studio.store.snapshots.round(round_id)), "a refused request changes nothing"


def test_schedules_that_begin_alike_are_drawn_one_after_the_other_with_shared_steps() -> None:
    tie, drum = (Anchor(name, f"A {name}", order) for order, name in enumerate(("tie", "drum")))
    rungs = {tie: (2, 4, 8, 0), drum: (2, 4, 8, 5)}
    wanted = [
        _Planned(anchor, index, noise_of(index), rung_of(index))
        for anchor, indices in rungs.items()
        for index in indices
    ]
    parts = list(_parts(wanted, 10))
    assert sorted((one.anchor.id, one.index) for part, _ in parts for one in part) == sorted(
        (one.anchor.id, one.index) for one in wanted
    )
    together = [(part, shared) for part, shared in parts if shared is not None]
    assert [part[0].index for part, _ in together] == [8, 4, 2], "constant, then the later switch first"
    assert [shared.until for _, shared in together] == [10, 5, 3]
    assert [set(shared.keep) for _, shared in together] == [{5, 3}, {3}, set()]
    assert [part[0].index for part, shared in parts if shared is None] == [0, 5]


@pytest.mark.thorough
def test_an_interrupted_ladder_draws_what_a_whole_one_does(
    studio: Studio, models: Models, names: Names
) -> None:
    whole, halted = trained(studio, models, names), trained(studio, models, names)
    assert work(studio, models, studio.generate(whole)).state == "completed"
    job = studio.generate(halted)
    for _ in range(3):
        assert work(studio, models, job, stop_at(studio, "draw", 0)).state == "stopped"
        assert not studio.round_view(halted).complete
        job = studio.resume(job.id)
    assert work(studio, models, job).state == "completed"
    assert drawn(studio, halted) == drawn(studio, whole)


def test_one_click_draws_more_of_a_prompt_and_nothing_else(
    studio: Studio, models: Models, names: Names
) -> None:
    round_id = trained(studio, models, names)
    work(studio, models, studio.generate(round_id))
    before, rule = drawn(studio, round_id), studio.round_view(round_id).rule
    anchor = studio.round_view(round_id).pool[2]
    job = studio.draw_more(round_id, anchor.id)
    assert set(studio.round_view(round_id).coming) == {anchor.id}
    assert work(studio, models, job).state == "completed"
    after, view = drawn(studio, round_id), studio.round_view(round_id)
    added = {place: image for place, image in after.items() if place not in before}
    assert {order for order, _ in added} == {2}, "the third prompt"
    assert len(added) == planned.MORE
    assert after == {**before, **added}
    assert view.rule == rule
    assert view.complete


def test_more_is_refused_of_what_the_round_does_not_draw(
    studio: Studio, models: Models, names: Names
) -> None:
    untrained = first_round(studio, tiny_draft(names))
    anchor = studio.round_view(untrained).pool[0]
    with pytest.raises(StudioError, match="not trained yet"):
        studio.draw_more(untrained, anchor.id)
    round_id = trained(studio, models, names)
    off = studio.round_view(round_id).pool[0]
    studio.enable_anchor(off.id, False)
    with pytest.raises(StudioError, match="does not generate this test prompt"):
        studio.draw_more(round_id, off.id)


@pytest.mark.thorough
def test_a_greater_number_lets_the_ladder_go_on(studio: Studio, models: Models, names: Names) -> None:
    round_id = trained(studio, models, names, candidates=3)
    work(studio, models, studio.generate(round_id))
    before = drawn(studio, round_id)
    assert len(before) == 12
    project = studio.round_view(round_id).project
    studio.change_settings(project.id, {"generation": {"candidates": 9}})
    assert studio.round_view(round_id).complete, "settings count when Generate is pressed"
    work(studio, models, studio.generate(round_id))
    assert before.items() < drawn(studio, round_id).items()
    studio.change_settings(project.id, {"generation": {"allocation": "fixed", "candidates": 10}})
    work(studio, models, studio.generate(round_id))
    assert {index for _, index in drawn(studio, round_id)} >= set(range(10))


@pytest.mark.thorough
def test_a_round_under_the_old_rule_keeps_its_pictures_and_says_so(
    studio: Studio, models: Models, names: Names
) -> None:
    round_id = trained(studio, models, names, allocation="fixed", candidates=2)
    work(studio, models, studio.generate(round_id))
    assert studio.round_view(round_id).rule == ""
    project = studio.round_view(round_id).project
    studio.change_settings(project.id, {"generation": {"allocation": "ladder"}})
    view = studio.round_view(round_id)
    assert view.rule == "2 images of each test prompt."
    assert view.complete
    assert len(view.candidates) == 8
