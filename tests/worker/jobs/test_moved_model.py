"""Work goes on with a model that has moved, and the training is the same."""

import shutil
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import make_models, tiny_draft
from tests.worker.working import first_round, work


def test_a_moved_model_is_found_again_and_its_training_stays(studio: Studio, tmp_path: Path) -> None:
    base, clip = make_models(tmp_path / "models")
    round_id, models = first_round(studio, tiny_draft((base, clip))), Models()
    assert work(studio, models, studio.fine_tune(round_id)).state == "completed"
    shutil.move(tmp_path / "models", tmp_path / "moved")

    models = Models()
    failed = work(studio, models, studio.generate(round_id))
    project = studio.store.rounds.get(round_id).project_id
    assert failed.state == "error"
    assert failed.message.startswith(f"The base model {base} is not on this computer")
    view = studio.job_view(project)
    assert view is not None and view.lost_model == base
    with pytest.raises(StudioError, match="was made with: it has no"):
        studio.locate_model(base, tmp_path / "moved" / "clip")
    for one in studio.local_models(project):
        there = Path(str(one.place).replace(str(tmp_path / "models"), str(tmp_path / "moved")))
        studio.locate_model(one.place, there, project)
    assert is_trained(inputs_of(studio.store, round_id)), "the model is the same"
    done = work(studio, models, studio.resume(failed.id))
    assert done.state == "completed", done.message
    assert (view := studio.job_view(project)) is not None and view.lost_model == ""

    archive = studio.export_project(project, tmp_path / "project.zip")
    with Store(tmp_path / "another computer") as store:
        there_ = Studio(store)
        imported = there_.import_project(archive)
        assert [one.is_here for one in there_.local_models(imported)] == [False] * 2, "places stay here"
        there_.locate_model(base, tmp_path / "moved" / "pipeline")
        assert store.places.hashes(imported, base) is not None, "its hashes came along"
