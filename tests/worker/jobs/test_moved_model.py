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
from tests.tiny_project import make_models, make_tower, tiny_draft
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
        assert [one.here for one in there_.local_models(imported)] == [False] * 2, "places stay here"
        there_.locate_model(base, tmp_path / "moved" / "pipeline")
        assert store.model_locations.hashes(imported, base) is not None, "its hashes came along"


def test_a_vision_model_and_an_image_adapter_that_moved_are_located(studio: Studio, tmp_path: Path) -> None:
    models = make_models(tmp_path / "models")
    tower = make_tower(tmp_path / "tower", models[1])
    (tmp_path / "adapter").mkdir()
    (tmp_path / "adapter" / "a.safetensors").write_bytes(b"weights")
    changes = {"refine": {"vision_model": tower}, "references": {"adapter": str(tmp_path / "adapter")}}
    round_id = first_round(studio, tiny_draft(models, changes=changes))
    project = studio.store.rounds.get(round_id).project_id
    for name in ("tower", "adapter"):
        shutil.move(tmp_path / name, tmp_path / f"moved-{name}")
    lost = {one.role: one for one in studio.local_models(project) if not one.here}
    assert set(lost) == {"vision model", "image adapter"}
    with pytest.raises(StudioError, match="There is no home folder for '~nobody-here/x'"):
        studio.locate_model("~nobody-here/x", tmp_path / "moved-tower", project)
    for role, name in (("vision model", "tower"), ("image adapter", "adapter")):
        located = studio.locate_model(lost[role].place, tmp_path / f"moved-{name}", project)
        assert located.place == str(tmp_path / f"moved-{name}")
    assert all(one.here for one in studio.local_models(project))
    opened = Models()
    opened.locations = studio.store.model_locations.of_project(project)
    assert opened.located(tower) == f"local-dir:{tmp_path / 'moved-tower'}"
    vision = opened.vision(tower, "unused")
    assert vision.grid == 16, "the tower of the new place"
