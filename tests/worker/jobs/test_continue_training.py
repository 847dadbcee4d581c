"""A finished training goes on by more steps, as if it had been asked for them at once."""

import os
import time
from typing import Any

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.workspace.check import examine
from tests.tiny_project import tiny_draft
from tests.worker.jobs.test_training_run import Names, finish, saved
from tests.worker.working import first_round, stop_at, weights, work

DAYS = 10 * 86_400.0


def trained(studio: Studio, models: Models, names: Names, **tune: Any) -> str:
    """A new project's first round, trained with these settings."""
    first = first_round(studio, tiny_draft(names))
    if tune:
        studio.change_settings(studio.store.rounds.get(first).project_id, {"tune": tune})
    finish(studio, models, studio.fine_tune(first))
    return first


def states(studio: Studio, round_id: str) -> list[str]:
    return [path.name for path in saved(studio, round_id) if path.is_file()]


@pytest.mark.thorough
def test_a_round_with_pictures_keeps_them_and_the_new_one_goes_on(
    studio: Studio, models: Models, names: Names
) -> None:
    whole, first = trained(studio, models, names, steps=8), trained(studio, models, names)
    work(studio, models, studio.generate(first))
    before, drawn = weights(studio, first), studio.store.candidates.of_round(first)
    job = studio.continue_training(first, 2)
    assert job.round_id != first
    assert studio.continue_training(first, 2).id == job.id, "asked for once"
    assert studio.round_view(job.round_id).losses == studio.round_view(first).losses
    halted = work(studio, models, job, stop_at(studio, "fine_tune", 7))
    assert finish(studio, models, studio.resume(halted.id)) == [8]
    assert weights(studio, job.round_id) == weights(studio, whole)
    assert weights(studio, first) == before
    assert studio.store.candidates.of_round(first) == drawn
    assert studio.store.rounds.losses(job.round_id) == studio.store.rounds.losses(whole)
    stored = map(studio.store.snapshots.node, (first, job.round_id))
    seconds = [each.record.seconds["fine_tune"] for each in stored]
    assert seconds[0] < seconds[1]
    assert (states(studio, first), states(studio, job.round_id)) == ([], ["step-8.safetensors"])


@pytest.mark.thorough
def test_the_new_round_goes_on_with_the_prior_images_of_the_first(
    studio: Studio, models: Models, names: Names
) -> None:
    first = trained(studio, models, names, prior_styles=["oil paint"])
    project_id = studio.store.rounds.get(first).project_id
    studio.change_settings(project_id, {"generation": {"guidance_scale": 3.5}})
    work(studio, models, studio.generate(first))
    assert finish(studio, models, studio.continue_training(first, 2)) == [7, 8], "not from step 1"


def test_the_doctor_leaves_a_last_state(studio: Studio, models: Models, names: Names) -> None:
    first = trained(studio, models, names)
    for path in saved(studio, first):
        os.utime(path, (time.time() - DAYS,) * 2)
    assert [one for one in examine(studio.store) if one.kind == "checkpoint"] == []


@pytest.mark.parametrize(
    "tune", [{"schedule": "cosine"}, {"method": "full", "target": "all"}], ids=["cosine", "full"]
)
def test_what_ends_with_its_last_step_keeps_no_state(
    studio: Studio, models: Models, names: Names, tune: dict[str, Any]
) -> None:
    first = trained(studio, models, names, **tune)
    assert states(studio, first) == []
    with pytest.raises(StudioError, match=r"cannot be continued, since it is not a LoRA with a constant"):
        studio.continue_training(first, 4)


def test_more_steps_that_would_round_the_share_of_accepted_pictures_are_refused(
    studio: Studio, models: Models, names: Names
) -> None:
    first = trained(studio, models, names, accepted_share=0.3)
    work(studio, models, studio.generate(first))
    studio.decide([studio.store.candidates.of_round(first)[0].id], "accepted")
    second = studio.next_round(first).id
    finish(studio, models, studio.fine_tune(second))  # 9 steps, two thirds of references; 7 would be 10
    with pytest.raises(StudioError, match=r"1 more step would change how often .* trains on accepted images"):
        studio.continue_training(second, 1)
    assert finish(studio, models, studio.continue_training(second, 2)) == [10, 11, 12]


def test_what_cannot_go_on_says_why_and_changes_nothing(studio: Studio, models: Models, names: Names) -> None:
    first = first_round(studio, tiny_draft(names))
    with pytest.raises(StudioError, match="no finished training to continue: press Train first"):
        studio.continue_training(first, 4)
    finish(studio, models, studio.fine_tune(first))
    with pytest.raises(StudioError, match="0 more steps make no difference: choose 1 or more"):
        studio.continue_training(first, 0)
    before = studio.round_view(first)
    for path in saved(studio, first):
        if path.is_file():
            path.unlink()
    with pytest.raises(StudioError, match=r"is gone.*then press Train"):
        studio.continue_training(first, 4)
    assert studio.round_view(first) == before
