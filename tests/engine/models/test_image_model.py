"""Loading models, and refusing invalid ones."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.engine.models import devices
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.models.text import check_prompts, encode_prompts
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.tiny_flows import make_tiny_klein


def test_properties_of_a_loaded_model(model: ImageModel) -> None:
    assert (model.family.name, model.family.prediction_type) == ("sd1", "v_prediction")
    assert (model.resolution, model.scale, model.family.latent_channels, model.family.token_limit) == (
        32,
        4,
        4,
        77,
    )
    assert model.denoiser.dtype == torch.float32
    assert not any(weight.requires_grad for weight in model.denoiser.parameters())


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (None, r"not an image model.* model_index\.json"),
        ({}, "StableDiffusionPipeline"),
        (["no table"], "StableDiffusionPipeline"),
        (
            {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]},
            "cannot be opened",
        ),
    ],
    ids=["no index", "no kind", "no table", "incomplete"],
)
def test_a_folder_that_is_no_pipeline_is_refused(tmp_path: Path, index: object, words: str) -> None:
    if index is not None:
        (tmp_path / "model_index.json").write_text(json.dumps(index))
    with pytest.raises(StudioError, match=words):
        load_image_model(tmp_path)
    with pytest.raises(StudioError, match="no model folder"):
        load_image_model(tmp_path / "nowhere")


def test_prompt_lengths(model: ImageModel) -> None:
    assert model.family.count_tokens("abc d") == 6  # bytes a, b, c, d and two marks
    check_prompts(model, ["a" * 75])
    with pytest.raises(StudioError, match="78 tokens and this model reads 77"):
        check_prompts(model, ["a cat", "a" * 76])
    with pytest.raises(StudioError, match="empty"):
        check_prompts(model, ["  "])


def test_a_prompts_features_do_not_depend_on_the_others(model: ImageModel) -> None:
    alone = encode_prompts(model, ["a cat"])["a cat"]
    among = encode_prompts(model, ["a dog", "a cat", "a cat"])
    assert list(among) == ["a dog", "a cat"]
    assert torch.equal(alone.hidden, among["a cat"].hidden)
    assert not torch.equal(among["a dog"].hidden, among["a cat"].hidden)


@pytest.mark.parametrize(
    ("component", "name"),
    [("unet", "conv_in.bias"), ("vae", "decoder.conv_in.bias"), ("text_encoder", "final_layer_norm.bias")],
)
def test_a_folder_without_all_weights_is_refused(tmp_path: Path, component: str, name: str) -> None:
    """The libraries would fill the rest at random."""
    folder = make_tiny_pipeline(tmp_path / "pipeline")
    (path,) = (folder / component).glob("*.safetensors")
    tensors = load_file(path)
    save_file(
        {key: tensor for key, tensor in tensors.items() if not key.endswith(name)}, path, {"format": "pt"}
    )
    with pytest.raises(StudioError, match=f"lacks tensors of its pipeline, such as .*{name}"):
        load_image_model(folder, device="cpu")


def test_the_autoencoder_of_a_flow_is_read_at_full_precision(tmp_path: Path) -> None:
    folder = make_tiny_klein(tmp_path / "klein")
    opened = load_image_model(folder, "cpu", torch.bfloat16)
    (path,) = (folder / "vae").glob("*.safetensors")
    stored = load_file(path)
    assert opened.denoiser.dtype == torch.bfloat16
    assert all(torch.equal(tensor, stored[name]) for name, tensor in opened.autoencoder.state_dict().items())


def test_a_small_model_computes_in_float32_on_every_processor(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "computes_bfloat16", lambda *_: True)
    assert model.weights < devices.SMALL
    assert model.training_precision == model.drawing_precision == torch.float32
    monkeypatch.setattr(model, "machine", MachineSettings(precision="bf16"))
    assert model.training_precision == model.drawing_precision == torch.bfloat16
    cpu = torch.device("cpu")
    for chosen in (devices.training_precision, devices.drawing_precision):
        assert chosen(cpu, "auto", devices.SMALL) == torch.bfloat16
