"""Held-out prompts are looked at while a training runs, which can be ended where more steps only copy."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from gal_studio.core.gal.validation import Validation
from gal_studio.core.types import Job
from gal_studio.engine.sampling.sampler import DrawnBatch
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.studio import Studio
from gal_studio.worker.jobs import validation
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import changed, tiny_draft
from tests.worker.working import first_round, trained_round, weights, work

Names = tuple[str, str]
VALIDATED = changed(tune={"steps": 8, "checkpoint_every": 50, "validate_every": 2})


def validated(studio: Studio, round_id: str) -> tuple[Validation, ...]:
    return studio.store.snapshots.node(round_id).record.validations


def test_a_validated_training_is_the_same_training(studio: Studio, models: Models, names: Names) -> None:
    plain = {**VALIDATED, "tune": {**VALIDATED["tune"], "validate_every": 0}}
    rounds = [first_round(studio, tiny_draft(names, changes=changes)) for changes in (VALIDATED, plain)]
    for one in rounds:
        assert work(studio, models, studio.fine_tune(one)).state == "completed"
    assert weights(studio, rounds[0]) == weights(studio, rounds[1])
    view = studio.round_view(rounds[0])
    assert [(one.step, one.pictures) for one in view.validations] == [(2, 4), (4, 4), (6, 4), (8, 4)]
    assert all(one.carried is not None and 0 <= one.copies <= 4 for one in view.validations)
    assert [preview.step for preview in view.previews] == [0, 2, 4, 6, 8], "they are shown among the previews"
    assert len({preview.prompt for preview in view.previews}) == 1, "the large view turns through all"
    assert studio.round_view(rounds[1]).validations == ()


def test_a_running_training_ends_at_the_step_since_which_steps_only_copy(
    studio: Studio, models: Models, names: Names
) -> None:
    first = first_round(studio, tiny_draft(names, changes=VALIDATED))
    project, offered = studio.store.rounds.get(first).project_id, list[int | None]()

    def watch(job: Job, progress: Progress) -> None:
        if progress.phase == "fine_tune" and progress.done == 7 and not offered:
            for step in (2, 4, 6):
                studio.store.rounds.add_validation(first, Validation(step, 4, 4, 0.5))
            view = studio.job_view(project)
            offered.append(view.kept if view else None)
            assert studio.keep_step(job.id).state == "running"
            assert studio.keep_step(job.id).state == "running", "a double click is one"

    shorter = {**VALIDATED, "tune": {**VALIDATED["tune"], "steps": 4, "validate_every": 0}}
    other = trained_round(studio, models, tiny_draft(names, changes=shorter))
    done = work(studio, models, studio.fine_tune(first), watch)
    assert done.state == "completed", done.message
    step = offered[0]
    assert step is not None
    assert is_trained(inputs_of(studio.store, first))
    assert [one for one, _ in studio.store.rounds.losses(first)] == list(range(1, step + 1))
    assert [one.step for one in validated(studio, first)] == list(range(2, step + 1, 2))
    assert step == 4, "only step 4 and the next ones are saved, and 6 only copied"
    assert weights(studio, first) == weights(studio, other)


@pytest.mark.thorough
def test_a_training_may_end_by_itself_where_more_steps_only_copy(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copies(task: Any, step: int, *_: object) -> None:
        task.store.rounds.add_validation(task.round.id, Validation(step, 4, 4, 0.5))

    monkeypatch.setattr(validation, "_keep", copies)
    stopping = {**VALIDATED, "tune": {**VALIDATED["tune"], "stop_at_best": True}}
    shorter = {**VALIDATED, "tune": {**VALIDATED["tune"], "steps": 2, "validate_every": 0}}
    whole, first, other = (
        first_round(studio, tiny_draft(names, changes=changes)) for changes in (VALIDATED, stopping, shorter)
    )
    said = list[str]()
    done = work(studio, models, studio.fine_tune(first), lambda _, progress: said.append(progress.message))
    assert done.state == "completed", done.message
    assert "Since step 2, more training has only added copies: it ends there" in said
    assert [step for step, _ in studio.store.rounds.losses(first)] == [1, 2]
    assert is_trained(inputs_of(studio.store, first))
    for one in (whole, other):
        assert work(studio, models, studio.fine_tune(one)).state == "completed"
    assert len(studio.store.rounds.losses(whole)) == 8, "by default nothing ends by itself"
    assert weights(studio, first) == weights(studio, other)


@pytest.mark.thorough
def test_a_validation_that_is_halted_is_made_when_the_training_resumes(
    studio: Studio, models: Models, names: Names
) -> None:
    first = first_round(studio, tiny_draft(names, changes=VALIDATED))
    whole = trained_round(studio, models, tiny_draft(names, changes=VALIDATED, name="Whole"))
    job = studio.fine_tune(first)
    for step in (4, 8):  # the last one too

        def stop(job: Job, progress: Progress, step: int = step) -> None:
            if progress.done == step and progress.message.startswith("Generating 4 test prompts"):
                studio.stop(job.id)

        assert work(studio, models, job, stop).state == "stopped"
        assert step not in [one.step for one in validated(studio, first)]
        studio.resume(job.id)
    assert work(studio, models, job).state == "completed"
    assert validated(studio, first) == validated(studio, whole)
    assert studio.store.rounds.losses(first) == studio.store.rounds.losses(whole)
    assert weights(studio, first) == weights(studio, whole)


@pytest.mark.thorough
def test_a_training_goes_on_without_a_validation_for_which_the_memory_is_too_small(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = first_round(studio, tiny_draft(names, changes=VALIDATED))
    asked, score = list[int](), validation.score_images

    def short(*given: Any) -> Any:
        asked.append(len(asked))
        if len(asked) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return score(*given)

    monkeypatch.setattr(validation, "score_images", short)
    said = list[str]()
    done = work(studio, models, studio.fine_tune(first), lambda _, progress: said.append(progress.message))
    assert done.state == "completed", done.message
    assert len([one for one in said if one.startswith("No validation: there is not enough memory")]) == 1
    assert [one.step for one in validated(studio, first)] == [4, 6, 8]

    monkeypatch.setattr(validation, "score_images", lambda *_: 1 / 0)
    other = first_round(studio, tiny_draft(names, changes=VALIDATED, name="Other"))
    assert work(studio, models, studio.fine_tune(other)).state == "error", "a bug is told"


def test_flat_pictures_are_no_copies_and_carry_nothing(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, drawn = first_round(studio, tiny_draft(names, changes=VALIDATED)), validation.drawn_or_refused

    def flat(*given: Any) -> Any:
        for each in drawn(*given):
            remarks = ("flat", "", "", "") if isinstance(each, DrawnBatch) else ()
            yield replace(each, remarks=remarks) if remarks else each

    monkeypatch.setattr(validation, "drawn_or_refused", flat)
    assert work(studio, models, studio.fine_tune(first)).state == "completed"
    assert {one.pictures for one in validated(studio, first)} == {3}


def test_a_training_without_held_out_prompts_has_no_validations(
    studio: Studio, models: Models, names: Names
) -> None:
    first = first_round(studio, tiny_draft(names, changes=VALIDATED))
    project = studio.store.rounds.get(first).project_id
    for anchor in studio.store.projects.anchors(project):
        studio.store.projects.enable_anchor(anchor.id, False)
    done = work(studio, models, studio.fine_tune(first))
    assert done.state == "completed", done.message
    view = studio.round_view(first)
    assert view.validations == ()
    assert [preview.step for preview in view.previews] == [0]
