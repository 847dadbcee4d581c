"""A halted training can be ended at the last step that was saved."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import changed, tiny_draft
from tests.worker.working import first_round, stop_at, trained_round, weights, work

Names = tuple[str, str]


def test_a_training_that_is_ended_is_a_shorter_training(studio: Studio, models: Models, names: Names) -> None:
    ended = first_round(studio, tiny_draft(names))
    job = studio.fine_tune(ended)
    assert work(studio, models, job, stop_at(studio, "fine_tune", 4)).state == "stopped"
    project = studio.store.rounds.get(ended).project_id
    view = studio.job_view(project)
    assert view is not None and view.kept == 4
    assert work(studio, models, studio.keep_step(job.id)).state == "completed"
    assert is_trained(inputs_of(studio.store, ended))
    assert [step for step, _ in studio.store.rounds.losses(ended)] == [1, 2, 3, 4]

    shorter = trained_round(studio, models, tiny_draft(names, changes=changed(tune={"steps": 4})))
    assert weights(studio, shorter) == weights(studio, ended)
    assert (view := studio.job_view(project)) is not None and view.kept is None
    later = studio.store.rounds.add(project, ended, studio.store.rounds.get(ended).settings)
    assert later.ends_at is None, "the next round is trained to its end"


def test_a_diverged_training_suggests_nothing_and_offers_the_last_good_step(
    studio: Studio, models: Models, names: Names
) -> None:
    wild = {"steps": 40, "learning_rate": 0.5, "warmup_steps": 30, "checkpoint_every": 1, "method": "full"}
    # the rate rises, so that the first steps are good
    first = first_round(studio, tiny_draft(names, changes=changed(tune=wild)))
    training, _ = studio.run_round(first)
    failed = work(studio, models, training)
    assert failed.state == "error" and failed.message.startswith("The training diverged before step ")
    assert studio.round_view(first).candidates == ()
    view = studio.job_view(studio.store.rounds.get(first).project_id)
    assert view is not None and view.kept is not None
    assert f"or keep step {view.kept}." in failed.message
    assert work(studio, models, studio.keep_step(training.id)).state == "completed"
    assert studio.store.rounds.get(first).adapter is not None


def test_a_training_without_a_saved_step_has_none_to_keep(
    studio: Studio, models: Models, names: Names
) -> None:
    job = studio.fine_tune(first_round(studio, tiny_draft(names)))
    with pytest.raises(StudioError, match="No step of this training was saved"):
        studio.keep_step(job.id)
