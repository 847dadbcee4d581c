"""A later round's training job has the first round as its teacher (Eq. G24)."""

from pathlib import Path

import pytest

from gal_studio.commands.running.outputs import _round
from gal_studio.core.recipe import Recipe
from gal_studio.engine.training.trainer import Run
from gal_studio.studio import Studio
from gal_studio.worker.jobs import fine_tune
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.jobs.test_training_run import Names, finish, stopped
from tests.worker.working import first_round, work

TAUGHT = {"accepted_noise": 3.0, "taught_share": 0.5, "teacher_strength": 0.6, "prior_images": 0}


def test_the_job_trains_resumes_and_tells_of_its_teacher_and_is_refused_without_it(
    studio: Studio, models: Models, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = first_round(studio, tiny_draft(names))
    project = studio.store.rounds.get(first).project_id
    studio.change_settings(project, {"tune": TAUGHT})
    seen: list[Run] = []
    usual = fine_tune.fine_tune
    monkeypatch.setattr(fine_tune, "fine_tune", lambda *given: seen.append(given[-1]) or usual(*given))
    for job in studio.run_round(first):
        work(studio, models, job)
    studio.decide([studio.round_view(first).candidates[0].candidate.id], "accepted")
    second = studio.next_round(first).id
    stopped(studio, models, second)
    assert finish(studio, models, studio.fine_tune(second)) == [4, 5, 6]
    assert seen[0].teacher is None, "nothing was accepted"
    adapter = str(studio.store.rounds.get(first).adapter)
    for run in seen[1:]:
        assert run.teacher is not None
        assert run.teacher.adapter == Path(studio.store.adapters.plain(adapter))
        assert run.teacher.recipe == Recipe.constant(0.6)
    told = {"round": 1, "early": 0.6, "late": 0.6, "switch": 0.0}
    assert _round(studio, studio.round_view(second))["taught_by"] == told
    assert "taught_by" not in _round(studio, studio.round_view(first))
    assert not studio.round_view(second).trainable
    studio.change_settings(project, {"tune": {"steps": 7}})
    studio.store.adapters.plain(adapter).unlink()
    job = work(studio, models, studio.fine_tune(second))
    assert job.state == "error"
    assert job.message.startswith("The LoRA of round 1, which teaches this round, is missing: train it again")
