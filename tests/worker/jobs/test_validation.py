"""Held-out prompts are looked at while a training runs, which can be ended where more steps only copy."""

from gal_studio.core.gal.validation import Validation
from gal_studio.core.types import Job
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, weights, work

Names = tuple[str, str]
VALIDATED = {**CHANGES, "tune": {**CHANGES["tune"], "steps": 8, "checkpoint_every": 50, "validate_every": 2}}


def test_a_validated_training_is_the_same_training(studio: Studio, models: Models, names: Names) -> None:
    plain = {**VALIDATED, "tune": {**VALIDATED["tune"], "validate_every": 0}}
    rounds = [first_round(studio, tiny_draft(names, changes=changes)) for changes in (VALIDATED, plain)]
    for one in rounds:
        assert work(studio, models, studio.fine_tune(one)).state == "completed"
    assert weights(studio, rounds[0]) == weights(studio, rounds[1])
    view = studio.round_view(rounds[0])
    assert [(one.step, one.pictures) for one in view.validations] == [(2, 4), (4, 4), (6, 4), (8, 4)]
    assert all(one.carried is not None and 0 <= one.copies <= 4 for one in view.validations)
    assert [preview.step for preview in view.previews] == [2, 4, 6, 8], "they are shown among the previews"
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
    other = first_round(studio, tiny_draft(names, changes=shorter))
    assert work(studio, models, studio.fine_tune(other)).state == "completed"
    done = work(studio, models, studio.fine_tune(first), watch)
    assert done.state == "completed", done.message
    step = offered[0]
    assert step is not None
    assert is_trained(inputs_of(studio.store, first))
    assert [one for one, _ in studio.store.rounds.losses(first)] == list(range(1, step + 1))
    assert [one.step for one in studio.store.rounds.validations(first)] == list(range(2, step + 1, 2))
    if step == 4:
        assert weights(studio, first) == weights(studio, other)
