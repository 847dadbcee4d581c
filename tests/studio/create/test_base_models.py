"""A project's base model: a folder, a hub ID or a one-file checkpoint, checked before anything is stored."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from tests.tiny_project import tiny_draft


def created(studio: Studio, base_model: str) -> str:
    draft = tiny_draft((base_model, "some/clip"), changes={})
    return studio.store.projects.get(studio.create_project(draft)).base_model


def test_a_checkpoint_is_stored_with_absolute_paths(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.safetensors").touch()
    Path("pipeline").mkdir()
    Path("pipeline/model_index.json").write_text("{}")
    assert created(studio, "a.safetensors") == f"{tmp_path}/a.safetensors"
    both = f"{tmp_path}/a.safetensors with {tmp_path}/pipeline"
    assert created(studio, "a.safetensors with pipeline") == both
    assert created(studio, "a.safetensors with owner/model") == f"{tmp_path}/a.safetensors with owner/model"


def test_a_checkpoint_with_a_folder_that_is_no_pipeline_is_refused(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").touch()
    with pytest.raises(StudioError, match="no model folder"):
        created(studio, f"{tmp_path}/a.safetensors with {tmp_path}/nowhere")
