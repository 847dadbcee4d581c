"""One-file checkpoints draw the pictures of the folder that they were written from, or are refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.sampler import DrawRequest
from tests.engine.hub.test_models import OLD, publish, without_network
from tests.engine.original_names import write_one_file
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_z_image
from tests.engine.tiny_pipelines import make_deep_xl, make_wide_two

Make = Callable[[Path], Path]
SETTINGS = GenerationSettings(steps=2, guidance_scale=3.0, batch_size=1, resolution=64)
REQUEST = DrawRequest("A cat in a style", 5)
MADE: dict[str, Make] = {
    "sd1": make_tiny_pipeline,
    "sd2": make_wide_two,
    "xl": make_deep_xl,
    "klein": make_tiny_klein,
    "Z-Image": make_tiny_z_image,
}

MISSING = (
    "first_stage_model.decoder.conv_in.bias",
    "model.diffusion_model.middle_block.0.in_layers.2.weight",
    "cond_stage_model.transformer.text_model.final_layer_norm.bias",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tiny_pipeline(tmp_path / "pipeline", "epsilon")


def written(tmp_path: Path, tensors: dict[str, torch.Tensor], **metadata: str) -> Path:
    save_file(tensors, tmp_path / "file.safetensors", metadata or None)
    return tmp_path / "file.safetensors"


def refused(name: str, words: str) -> None:
    with pytest.raises(StudioError, match=words) as refusal:
        load_image_model(name, device="cpu")
    assert str(refusal.value).endswith(".") and "\n" not in str(refusal.value)


@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_a_file_draws_the_pictures_of_its_folder(make: Make, tmp_path: Path) -> None:
    pipeline = make(tmp_path / "pipeline")
    file = write_one_file(pipeline, tmp_path / "one file.safetensors")
    (expected,) = pictures(load_image_model(pipeline, device="cpu"), [REQUEST], SETTINGS)
    opened = load_image_model(f"{file} with {pipeline}", device="cpu")
    assert difference(expected, pictures(opened, [REQUEST], SETTINGS)[0]) == 0


@pytest.mark.parametrize("make", [make_tiny_klein, make_tiny_z_image])
def test_a_denoiser_without_a_prefix_replaces_that_of_the_pipeline(make: Make, tmp_path: Path) -> None:
    first, second = make(tmp_path / "first"), make(tmp_path / "second", seed=1)  # type: ignore[call-arg]
    file = write_one_file(second, tmp_path / "second.safetensors", prefix="")
    opened = load_image_model(f"{file} with {first}", device="cpu")
    expected = load_image_model(second, device="cpu").denoiser.state_dict()
    assert all(torch.equal(weight, expected[name]) for name, weight in opened.denoiser.state_dict().items())


def test_a_known_kind_takes_its_configuration_from_the_hub(folder: Path, tmp_path: Path) -> None:
    file = write_one_file(folder, tmp_path / "file.safetensors")
    publish(tmp_path / "cache", "stable-diffusion-v1-5/stable-diffusion-v1-5", OLD, folder)
    code = f"""
from gal_studio.engine.models.image_model import load_image_model
pins = {{}}
model = load_image_model({str(file)!r}, "cpu", revisions=pins)
print(model.family.name, pins)
"""
    (line,) = without_network(tmp_path / "cache", code)
    assert line == f"sd1 {{'stable-diffusion-v1-5/stable-diffusion-v1-5': '{OLD}'}}"


@pytest.mark.parametrize("make", [make_wide_two, make_tiny_klein, make_tiny_z_image])
def test_a_file_that_does_not_say_which_model_it_is_needs_a_pipeline(make: Make, tmp_path: Path) -> None:
    file = write_one_file(make(tmp_path / "pipeline"), tmp_path / "file.safetensors")
    refused(str(file), r"does not say which model it is: write 'file.safetensors with \S+' or '")


def test_other_files_are_refused_by_name(folder: Path, tmp_path: Path) -> None:
    lora = {"unet.conv_in.lora_A.weight": torch.ones(1)}
    refused(str(written(tmp_path, lora)), "is a LoRA, not a base model: .*Z-Image")
    refused(str(written(tmp_path, {"some.weight": torch.ones(1)})), "not a checkpoint of a known kind")
    coarse = {"model.diffusion_model.input_blocks.0.0.weight": torch.ones(1, 4, 1, 1).to(torch.float8_e4m3fn)}
    refused(str(written(tmp_path, coarse)), "quantized weights: .*bfloat16")
    inpainting = {"model.diffusion_model.input_blocks.0.0.weight": torch.ones(1, 9, 1, 1)}
    refused(str(written(tmp_path, inpainting)), "a checkpoint of the kind inpainting")
    refiner = {"conditioner.embedders.0.model.transformer.resblocks.9.mlp.c_proj.bias": torch.ones(1)}
    refused(str(written(tmp_path, refiner)), "a checkpoint of the kind xl_refiner")
    refused(str(tmp_path / "nowhere.safetensors"), "There is no file .*check the path")
    refused("/models/old.ckpt", "old.ckpt is a pickle, .*safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no")
    refused(str(tmp_path / "broken.safetensors"), "broken.safetensors is damaged")


def test_a_pipeline_of_another_family_or_prediction_is_refused(folder: Path, tmp_path: Path) -> None:
    file = write_one_file(folder, tmp_path / "file.safetensors")
    refused(f"{file} with {make_tiny_z_image(tmp_path / 'z')}", "does not belong to .*pipelines of sd1")
    refused(f"{file} with {tmp_path / 'nowhere'}", "no model folder")
    words = "made for prediction_type = v_prediction, and .* is not: .*write 'file.safetensors with PIPELINE'"
    marked = written(tmp_path, {**load_file(file), "v_pred": torch.ones(1)})
    refused(f"{marked} with {folder}", words)
    refused(f"{written(tmp_path, load_file(marked) | {'v_pred': torch.ones(1)})} with {folder}", words)


def test_metadata_that_names_velocity_is_heeded(tmp_path: Path) -> None:
    epsilon, v = make_tiny_pipeline(tmp_path / "e", "epsilon"), make_tiny_pipeline(tmp_path / "v")
    stated = {"modelspec.prediction_type": "v"}
    file = write_one_file(v, tmp_path / "file.safetensors", **stated)
    refused(f"{file} with {epsilon}", "made for prediction_type = v_prediction")
    assert load_image_model(f"{file} with {v}", device="cpu").family.name == "sd1"


def test_a_file_without_all_tensors_is_refused(folder: Path, tmp_path: Path) -> None:
    tensors = load_file(write_one_file(folder, tmp_path / "whole.safetensors"))
    for missing in MISSING:
        rest = {name: tensor for name, tensor in tensors.items() if name != missing}
        refused(
            f"{written(tmp_path, rest)} with {folder}", "lacks tensors of its pipeline.*: choose a complete"
        )
