"""Rounds: suggestions, decisions, and what the next round trains on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.types import TrainingExample
from gal_studio.core.variants.registry import VARIANTS
from gal_studio.rounds.suggestions import NO_IMAGES
from gal_studio.studio import Studio
from tests.invented.variant import BASELINE
from tests.studio.seeding import chosen, draft, draw, train


def test_steps_of_a_round(studio: Studio) -> None:
    project_id = studio.create_project(draft())
    first = studio.store.rounds.of_project(project_id)[0].id
    assert studio.next_step(first) == "fine_tune"
    with pytest.raises(StudioError, match="press Train first"):
        studio.generate(first)
    with pytest.raises(StudioError, match="press Generate first"):
        studio.next_round(first)
    job = studio.fine_tune(first)
    assert studio.fine_tune(first).id == job.id
    assert studio.next_step(first) == "wait"
    studio.stop(job.id)
    train(studio, first)
    with pytest.raises(StudioError, match="already trained on these images with these settings"):
        studio.fine_tune(first)
    assert studio.next_step(first) == "generate"
    job = studio.generate(first)
    with pytest.raises(StudioError, match="being worked on"):
        studio.fine_tune(first)
    studio.stop(job.id)
    draw(studio, first, [2, 1])
    assert studio.next_step(first) == "accept"
    with pytest.raises(StudioError, match="has all its images"):
        studio.generate(first)
    studio.accept_suggestion(first)
    assert studio.next_step(first) == "next_round"


def test_a_round_without_images_says_that_it_has_none_yet(studio: Studio, round_id: str) -> None:
    assert studio.proposal(round_id).sentence == NO_IMAGES
    draw(studio, round_id, [1, 2])
    assert studio.proposal(round_id).sentence != NO_IMAGES


def test_suggestion_comes_with_a_reason_for_every_anchor(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [1, 2, 4, 3, 2])
    view = studio.round_view(round_id)
    assert len(view.scores) == 18
    assert [score.rank for score in view.scores] == list(range(1, 19))
    assert all(score.reason.endswith((".", "?")) for score in view.scores)
    assert all(score.low <= score.rate <= score.high for score in view.scores)
    suggested = [score for score in view.scores if score.suggested]
    assert [score.copies for score in suggested] == [2, 2, 1]
    assert sum(tile.suggested for tile in view.candidates) == 3
    assert not any(tile.candidate.overfit for tile in view.candidates if tile.suggested)
    assert view.mean_entropy == pytest.approx((2 * np.log(2) + 2 * 0.5623351446) / 18)
    assert view.example_weight == pytest.approx(view.settings.gal.balance_lambda * view.mean_entropy)
    assert view.wanted == 72


def test_human_has_the_last_word(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    first, second, third = chosen(studio, round_id)
    studio.decide([first], "rejected")
    next_best = chosen(studio, round_id)[0]
    other = next(
        tile.candidate.id
        for tile in studio.round_view(round_id).candidates
        if tile.candidate.anchor_id == studio.store.candidates.get(second).anchor_id
        and tile.candidate.id != second
    )
    studio.decide([other], "accepted")
    assert studio.accept_suggestion(round_id) == (next_best, third)
    assert studio.store.decisions.of_round(round_id).verdicts == {
        first: "rejected", other: "accepted", next_best: "accepted", third: "accepted",
    }  # fmt: skip
    authors = [decision.author for decision in studio.store.decisions.log(round_id)]
    assert authors == ["human", "human", "sampler", "sampler"]


def test_only_what_the_page_shows_is_accepted(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    first, second, third = chosen(studio, round_id)
    studio.decide([first], "rejected")
    next_best = chosen(studio, round_id)[0]  # the page does not know it yet
    assert studio.accept_suggestion(round_id, shown={first}) == ()
    assert studio.accept_suggestion(round_id, shown={second, third}) == (second, third)
    assert studio.accept_suggestion(round_id) == (next_best,)


def test_undo_and_redo_say_what_they_changed(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    accepted = studio.accept_suggestion(round_id)
    assert len(accepted) == 3
    assert studio.round_view(round_id).undo == "accept the suggestion (3 images)"
    assert studio.undo(round_id) == accepted
    assert studio.round_view(round_id).accepted == 0
    assert studio.redo(round_id) == accepted
    assert studio.redo(round_id) == ()


def test_deciding_about_an_unknown_picture_changes_nothing(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2])
    known = studio.round_view(round_id).candidates[0].candidate.id
    with pytest.raises(StudioError, match="no image"):
        studio.decide([known, "unknown"], "accepted")
    assert studio.store.decisions.log(round_id) == ()


def test_accepted_pictures_train_the_next_round_and_leave_its_pool(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    weight = studio.round_view(round_id).example_weight
    accepted = studio.accept_suggestion(round_id)
    second = studio.next_round(round_id)
    assert (second.number, second.parent_id) == (2, round_id)
    assert studio.next_round(round_id) == second
    examples = studio.training_set(second.id)
    picture = studio.store.candidates.get(accepted[0])
    assert examples[0].is_reference
    assert examples[0].weight == 1.0
    assert TrainingExample(picture.image, "A tie in watercolor painting style", weight, False) in examples[1:]
    assert len(examples) == 4
    assert len(studio.pool(second.id)) == 15
    assert len(studio.pool(round_id)) == 18


def test_what_a_round_trains_on_is_shown_and_a_lora_without_the_choices_says_so(
    studio: Studio, round_id: str
) -> None:
    draw(studio, round_id, [2, 2])

    def without_choices() -> list[bool]:
        return [one.without_choices for one in studio.outcomes(studio.round_view(round_id).project.id)]

    assert without_choices() == [False], "nothing is accepted"
    accepted = studio.accept_suggestion(round_id)
    second = studio.next_round(round_id).id
    train(studio, second)
    assert studio.round_view(round_id).trains_on == ()
    assert {one.id for one in studio.round_view(second).trains_on} == set(accepted)
    assert without_choices() == [True, False]


def test_weight_stays_with_the_round_when_lambda_changes_later(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"gal": {"balance_lambda": 0.5}})
    weight = studio.round_view(round_id).example_weight
    assert weight == pytest.approx(0.5 * studio.round_view(round_id).mean_entropy)
    studio.accept_suggestion(round_id)
    second = studio.next_round(round_id)
    studio.change_settings(project_id, {"gal": {"balance_lambda": 2.0}})
    assert [example.weight for example in studio.training_set(second.id)[1:]] == [weight] * 3


def test_an_empty_round_that_was_put_away_holds_nothing_back(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2, 2, 2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.archive_round(studio.next_round(round_id).id)
    studio.change_settings(project_id, {"gal": {"top_k": 1}})
    assert studio.store.rounds.get(round_id).settings.gal.top_k == 1
    assert len(chosen(studio, round_id)) == 1


def test_a_round_is_made_by_its_name_only_where_it_has_a_hint(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [1])
    with pytest.raises(StudioError, match="No round 'fine_tune' can be made by its name"):
        studio.make_round(round_id, "fine_tune")
    assert len(studio.rounds(studio.projects()[0].id)) == 1


def test_a_round_by_its_name_is_refused_as_its_button_says(studio: Studio, round_id: str) -> None:
    def refused() -> str:
        with pytest.raises(StudioError) as refusal:
            studio.make_round(round_id, BASELINE.name)
        return str(refusal.value)

    VARIANTS.add(BASELINE)
    try:
        assert refused() == studio.round_view(round_id).closed["make_round"]
        draw(studio, round_id, [1])
        assert "make_round" not in studio.round_view(round_id).closed
        tiles = studio.round_view(round_id).candidates
        studio.decide([*{one.candidate.anchor_id: one.candidate.id for one in tiles}.values()], "accepted")
        assert refused() == studio.round_view(round_id).closed["make_round"]
        assert refused().startswith("No test prompt is left for another round")
    finally:
        VARIANTS.remove(BASELINE)


def test_training_again_is_one_round_beside_the_images_that_are_there(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"tune": {"steps": 7}})
    job = studio.fine_tune(round_id)
    assert job.round_id != round_id and len(studio.round_view(round_id).candidates) == 72
    settings = [studio.store.rounds.get(one).settings.tune for one in (round_id, job.round_id)]
    assert settings[0].steps != 7 == settings[1].steps
    assert studio.fine_tune(round_id) == job
    assert studio.run_round(round_id)[0] == job
    assert len(studio.rounds(project_id)) == 2
    studio.stop(job.id)
    studio.change_settings(project_id, {"tune": {"steps": 9}})
    again = studio.fine_tune(round_id)
    assert (again.round_id, again.state) == (job.round_id, "queued")
    assert studio.store.rounds.get(job.round_id).settings.tune.steps == 9
    train(studio, job.round_id)
    draw(studio, job.round_id, [2])
    studio.store.workers.enter("w")
    while (claimed := studio.store.jobs.claim("w")) is not None:
        studio.store.jobs.finish(claimed.id)
    studio.change_settings(project_id, {"tune": {"steps": 11}})
    assert studio.fine_tune(round_id).round_id not in (round_id, job.round_id)


def test_training_again_in_many_tabs_is_one_round(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"tune": {"steps": 7}})
    with ThreadPoolExecutor(6) as tabs:
        jobs = {job.id for job in tabs.map(studio.fine_tune, [round_id] * 6)}
    assert len(jobs) == 1
    assert len(studio.rounds(project_id)) == 2


def test_more_candidates_can_be_asked_for(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2])
    project_id = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project_id, {"generation": {"candidates": 5, "steps": 3}})
    studio.generate(round_id)
    assert studio.round_view(round_id).wanted == 90
    assert studio.store.rounds.get(round_id).settings.generation.steps != 3


def test_round_without_anchors_cannot_be_drawn(studio: Studio, round_id: str) -> None:
    for anchor in studio.pool(round_id):  # the verb leaves as many on as a round suggests
        studio.store.projects.enable_anchor(anchor.id, False)
    with pytest.raises(StudioError, match="no test prompts left to generate"):
        studio.generate(round_id)
    assert studio.next_step(round_id) == "generate"
    with pytest.raises(StudioError, match="Add or enable test prompts, then press Generate"):
        studio.next_round(round_id)
    studio.add_anchors(studio.store.rounds.get(round_id).project_id, ["A lighthouse {}"])
    assert studio.generate(round_id).state == "queued"


def test_adapter_is_exported(studio: Studio, round_id: str, tmp_path: Path) -> None:
    path = studio.export_adapter(round_id, tmp_path / "out" / "lora.safetensors")
    assert path.read_bytes() == round_id.encode() == studio.adapter_path(round_id).read_bytes()


def test_a_round_of_blank_pictures_says_what_to_do(studio: Studio, round_id: str) -> None:
    draw(studio, round_id, [2], "flat")
    view = studio.round_view(round_id)
    assert view.scores == () and view.example_weight == 0
    assert "one flat color" in view.sentence and "fewer steps" in view.sentence
    assert view.step != "accept"
