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
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_krea, make_tiny_qwen_image, make_tiny_z_image
from tests.engine.tiny_pipelines import SCALED, ZERO_SNR, make_deep_xl, make_wide_two, scheduled

Make = Callable[[Path], Path]
SETTINGS = GenerationSettings(steps=2, guidance_scale=3.0, batch_size=1, resolution=64)
REQUEST = DrawRequest("A cat in a style", 5)
MADE: dict[str, Make] = {
    "sd1": make_tiny_pipeline,
    "sd2": make_wide_two,
    "xl": make_deep_xl,
    "klein": make_tiny_klein,
    "Z-Image": make_tiny_z_image,
    "Krea 2": make_tiny_krea,
    "Qwen-Image 2.1": make_tiny_qwen_image,
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


@pytest.mark.parametrize("make", [make_tiny_klein, make_tiny_z_image, make_tiny_krea, make_tiny_qwen_image])
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


@pytest.mark.parametrize(
    "make", [make_wide_two, make_tiny_klein, make_tiny_z_image, make_tiny_krea, make_tiny_qwen_image]
)
def test_a_file_that_does_not_say_which_model_it_is_needs_a_pipeline(make: Make, tmp_path: Path) -> None:
    file = write_one_file(make(tmp_path / "pipeline"), tmp_path / "file.safetensors")
    refused(str(file), r"does not say which model of it: write 'file.safetensors with \S+' or '")


def test_other_files_are_refused_by_name(folder: Path, tmp_path: Path) -> None:
    lora = {"unet.conv_in.lora_A.weight": torch.ones(1)}
    refused(str(written(tmp_path, lora)), "is a LoRA, not a base model: .*Z-Image")
    refused(str(written(tmp_path, {"some.weight": torch.ones(1)})), "not a checkpoint of a known kind")
    coarse = {"model.diffusion_model.input_blocks.0.0.weight": torch.ones(1, 4, 1, 1).to(torch.float8_e4m3fn)}
    refused(str(written(tmp_path, coarse)), "is Stable Diffusion 1.x with quantized weights, .*bfloat16")
    inpainting = {"model.diffusion_model.input_blocks.0.0.weight": torch.ones(1, 9, 1, 1)}
    refused(str(written(tmp_path, inpainting)), "is an inpainting model of Stable Diffusion: ")
    refiner = {"conditioner.embedders.0.model.transformer.resblocks.9.mlp.c_proj.bias": torch.ones(1)}
    refused(str(written(tmp_path, refiner)), "is the refiner of Stable Diffusion XL: ")
    refused(str(tmp_path / "nowhere.safetensors"), "There is no file .*check the path")
    refused("/models/old.ckpt", "old.ckpt is a pickle, .*safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no")
    refused(str(tmp_path / "broken.safetensors"), "broken.safetensors is damaged")


def test_a_pipeline_of_another_family_is_refused(folder: Path, tmp_path: Path) -> None:
    file = write_one_file(folder, tmp_path / "file.safetensors")
    z_image = make_tiny_z_image(tmp_path / "z")
    refused(
        f"{file} with {z_image}", "is Stable Diffusion 1.x and does not belong to .*: write 'file.safetensors"
    )
    refused(f"{file} with {tmp_path / 'nowhere'}", "no model folder")


MARKS = {"v_pred": torch.ones(0), "ztsnr": torch.ones(0)}


def test_two_keys_of_an_xl_checkpoint_tell_its_noise(tmp_path: Path) -> None:
    """NoobAI and its kind: drawn as a pipeline that says the same in its scheduler."""
    leading = {**SCALED, "timestep_spacing": "leading"}
    plain = scheduled(make_deep_xl, "EulerDiscrete", leading)(tmp_path / "plain")
    stated = scheduled(make_deep_xl, "EulerDiscrete", ZERO_SNR)(tmp_path / "stated")
    marked = written(tmp_path, load_file(write_one_file(plain, tmp_path / "a.safetensors")) | MARKS)
    (expected,) = pictures(load_image_model(stated, device="cpu"), [REQUEST], SETTINGS)
    opened = load_image_model(f"{marked} with {plain}", device="cpu")
    assert opened.family.lora_names.predicts_velocity
    # the first noise level is 4096, which makes the last bits of a sum visible
    assert difference(expected, pictures(opened, [REQUEST], SETTINGS)[0]) <= 1
    (other,) = pictures(load_image_model(plain, device="cpu"), [REQUEST], SETTINGS)
    assert difference(expected, other) > 1


def test_a_scheduler_that_does_not_know_zero_noise_is_replaced(tmp_path: Path) -> None:
    plain = scheduled(make_deep_xl, "PNDM", {**SCALED, "skip_prk_steps": True})(tmp_path / "plain")
    marked = written(tmp_path, load_file(write_one_file(plain, tmp_path / "a.safetensors")) | MARKS)
    config = load_image_model(f"{marked} with {plain}", device="cpu").family.pipeline.scheduler.config
    assert (config.prediction_type, config.rescale_betas_zero_snr) == ("v_prediction", True)
    assert config.beta_schedule == "scaled_linear"


def test_metadata_tell_what_is_predicted(tmp_path: Path) -> None:
    epsilon, v = make_tiny_pipeline(tmp_path / "e", "epsilon"), make_tiny_pipeline(tmp_path / "v")
    file = write_one_file(v, tmp_path / "v.safetensors", **{"modelspec.prediction_type": "v"})
    other = write_one_file(v, tmp_path / "e.safetensors", **{"modelspec.prediction_type": "epsilon"})
    named = write_one_file(v, tmp_path / "inkMerge_vPred10.safetensors")
    stated = write_one_file(v, tmp_path / "no-v-pred.safetensors", **{"modelspec.prediction_type": "epsilon"})
    for name, expected in (
        (f"{file} with {epsilon}", "v_prediction"),
        (f"{other} with {v}", "epsilon"),
        (f"{named} with {epsilon}", "v_prediction"),
        (f"{stated} with {v}", "epsilon"),
    ):
        assert load_image_model(name, device="cpu").family.process().prediction_type == expected


@pytest.mark.parametrize("ending", [".sft", ".SAFETENSORS"])
def test_other_endings_of_the_same_format_open(ending: str, folder: Path, tmp_path: Path) -> None:
    file = write_one_file(folder, tmp_path / "file.safetensors").rename(tmp_path / f"file{ending}")
    (expected,) = pictures(load_image_model(folder, device="cpu"), [REQUEST], SETTINGS)
    opened = load_image_model(f"{file} with {folder}", device="cpu")
    assert difference(expected, pictures(opened, [REQUEST], SETTINGS)[0]) == 0


def test_a_file_without_all_tensors_is_refused(folder: Path, tmp_path: Path) -> None:
    tensors = load_file(write_one_file(folder, tmp_path / "whole.safetensors"))
    for missing in MISSING:
        rest = {name: tensor for name, tensor in tensors.items() if name != missing}
        refused(
            f"{written(tmp_path, rest)} with {folder}", "lacks tensors of its pipeline.*: choose a complete"
        )
