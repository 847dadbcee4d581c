"""Base models as people name them: cleaned first, stored with whole paths, refused by what they are."""

import json
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.studio.create.project import absolute_base_model, check_base_model
from tests.tiny_project import tiny_draft

COMMIT, OTHER = "a" * 40, "b" * 40


def created(studio: Studio, base_model: str) -> str:
    draft = tiny_draft((base_model, "some/clip"), changes={})
    return studio.store.projects.get(studio.create_project(draft)).base_model


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A folder as the hub's cache has it, with a newer snapshot that is not the main branch."""
    cached = tmp_path / "models--owner--name"
    for commit in (COMMIT, OTHER):
        folder = cached / "snapshots" / commit
        (folder / "unet").mkdir(parents=True)
        (folder / "unet" / "config.json").write_text('{"_class_name": "UNet2DConditionModel"}')
        index = {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}
        (folder / "model_index.json").write_text(json.dumps(index))
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(f"{COMMIT}\n")
    return cached / "snapshots" / COMMIT


def test_names_of_one_pipeline(studio: Studio, pipeline: Path) -> None:
    cached = pipeline.parents[1]
    for name in (
        f' "{pipeline}" ',
        f"file://{pipeline}",
        str(pipeline / "model_index.json"),
        str(pipeline / "unet"),
        f"'{cached}'",
        str(cached / "snapshots"),
    ):
        assert created(studio, name) == str(pipeline), name
    (cached / "refs" / "main").unlink()
    assert absolute_base_model(str(cached)) in {str(one) for one in (cached / "snapshots").iterdir()}
    assert created(studio, "https://huggingface.co/owner/name/tree/main") == "owner/name"
    assert created(studio, "models--owner--name") == "owner/name"


def test_names_of_one_file(studio: Studio, tmp_path: Path, pipeline: Path) -> None:
    for ending in ("safetensors", "sft", "SAFETENSORS"):
        file = tmp_path / f"my model.{ending}"
        file.touch()
        assert created(studio, f' "{file}"') == str(file)
        both = f"{file} with {pipeline}"
        assert created(studio, f"'{file}' with {pipeline / 'unet'}") == both


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


def test_what_exists_is_refused_by_what_it_is(tmp_path: Path, pipeline: Path) -> None:
    alone = tmp_path / "unet"
    alone.mkdir()
    (alone / "config.json").write_text('{"_class_name": "UNet2DConditionModel"}')
    for name in ("a.ckpt", "a.zip", "a.safetensors"):
        (tmp_path / name).touch()
    for name, words in {
        f"'{tmp_path}/a.ckpt'": "a.ckpt is a pickle",
        f"{tmp_path}/a.zip": "a.zip is not a model that the studio can open: give a .safetensors file",
        str(alone): r"is one part of a model \(UNet2DConditionModel\): give the folder of the whole pipeline",
        str(tmp_path): "is not an image model: it holds no model_index.json",
        "https://civitai.com/models/1": "is a page of Civitai",
        f"{tmp_path}/nowhere": "There is no model folder",
        f"{tmp_path}/a.safetensors with {tmp_path}/nowhere": "no model folder",
    }.items():
        with pytest.raises(StudioError, match=words):
            check_base_model(name)


@pytest.mark.parametrize("pointed", ["", "models"])
def test_comfyui_s_folder_names_its_models(tmp_path: Path, pointed: str) -> None:
    folder = tmp_path / "models" / "diffusion_models"
    folder.mkdir(parents=True)
    (tmp_path / "models" / "vae").mkdir()
    (folder / "klein-fp8.safetensors").touch()
    with pytest.raises(
        StudioError, match=r"is ComfyUI's: give one of its models \(.*klein-fp8.safetensors\)"
    ):
        check_base_model(str(tmp_path / pointed))
