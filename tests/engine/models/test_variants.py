"""Weights in half precision are taken where they are all that there is, or where they are wanted."""

from pathlib import Path

import diffusers
import pytest
import torch

from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.models.variants import choose_variant
from tests.engine.tiny import make_tiny_pipeline, make_tiny_xl_pipeline

PLAIN = ["unet/model.safetensors", "vae/model-00001-of-00002.safetensors", "unet/config.json"]
HALVED = ["unet/model.fp16.safetensors", "vae/model.fp16-00001-of-00002.safetensors"]
PARTS = {"unet", "vae", "scheduler"}


def test_which_variant_is_chosen() -> None:
    assert choose_variant(PLAIN, PARTS, half=True) is None
    assert choose_variant(HALVED, PARTS, half=False) == "fp16"
    assert choose_variant(PLAIN + HALVED, PARTS, half=False) is None
    assert choose_variant(PLAIN + HALVED, PARTS, half=True) == "fp16"
    assert choose_variant(PLAIN + HALVED[:1], PARTS, half=True) is None
    assert choose_variant([PLAIN[0], HALVED[1]], PARTS, half=False) == "fp16"
    assert choose_variant([*PLAIN, "other/model.fp16.safetensors"], PARTS, half=False) is None


@pytest.mark.parametrize("kind", ["StableDiffusionPipeline", "StableDiffusionXLPipeline"])
def test_a_folder_of_half_precision_weights_opens(tmp_path: Path, kind: str) -> None:
    made = (make_tiny_xl_pipeline if "XL" in kind else make_tiny_pipeline)(tmp_path / "plain")
    pipeline = getattr(diffusers, kind).from_pretrained(made, dtype=torch.float16)
    pipeline.save_pretrained(tmp_path / "half", variant="fp16")
    assert not list((tmp_path / "half").glob("unet/diffusion_pytorch_model.safetensors"))
    opened = load_image_model(tmp_path / "half", device="cpu")
    plain = load_image_model(tmp_path / "plain", device="cpu").denoiser.state_dict()
    assert opened.denoiser.dtype == torch.float32
    for name, weight in opened.denoiser.state_dict().items():
        torch.testing.assert_close(weight, plain[name], rtol=1e-3, atol=1e-4)


def test_half_precision_weights_are_preferred_where_weights_are_held_in_half_precision(
    tmp_path: Path,
) -> None:
    folder = make_tiny_pipeline(tmp_path)
    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(folder, dtype=torch.float16)
    with torch.no_grad():
        pipeline.unet.conv_in.bias.fill_(7)
    pipeline.save_pretrained(folder, variant="fp16")
    biases = [
        load_image_model(folder, "cpu", dtype).denoiser.conv_in.bias[0].item()
        for dtype in (torch.float32, torch.bfloat16)
    ]
    assert biases[0] != 7 and biases[1] == 7
