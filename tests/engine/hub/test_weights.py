"""Weights in half precision are taken where they are all that there is, or where they are wanted."""

import json
from pathlib import Path

import diffusers
import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.weights import choose_variant, missing_weights, weighted, weights_of
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.models.model_files import inspect
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


def test_weights_are_those_that_the_library_would_open() -> None:
    files = {
        "unet/diffusion_pytorch_model.safetensors",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "unet/diffusion_pytorch_model.non_ema.safetensors",
        "unet/diffusion_pytorch_model.bin",
        "unet/deeper/model.safetensors",
        "text_encoder/model.safetensors",
        "text_encoder/model-00001-of-00001.safetensors",
        "transformer/diffusion_pytorch_model.safetensors",
        "transformer/diffusion_pytorch_model-00001-of-00002.safetensors",
        "transformer/diffusion_pytorch_model-00002-of-00002.safetensors",
        "vae/model-00001-of-00001.fp16.safetensors",
    }
    assert weights_of(files, "unet", None) == ["unet/diffusion_pytorch_model.safetensors"]
    assert weights_of(files, "unet", "fp16") == ["unet/diffusion_pytorch_model.fp16.safetensors"]
    assert weights_of(files, "text_encoder", "fp16") == ["text_encoder/model.safetensors"]
    assert len(weights_of(files, "transformer", None)) == 2
    assert weights_of(files, "vae", "fp16") == ["vae/model-00001-of-00001.fp16.safetensors"]
    assert weights_of(files, "vae", None) == []
    assert weights_of({"model.safetensors", "tf_model.h5"}, "", None) == ["model.safetensors"]


def test_a_missing_shard_is_missing(tmp_path: Path) -> None:
    folder = tmp_path / "unet"
    folder.mkdir()
    assert missing_weights(tmp_path, "unet", None) == ["unet/*.safetensors"]
    shards = [f"diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = {"weight_map": {"a": shards[0], "b": shards[1]}}
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    (folder / shards[0]).write_bytes(b"")
    assert missing_weights(tmp_path, "unet", None) == [f"unet/{shards[1]}"]
    (folder / shards[1]).write_bytes(b"")
    assert missing_weights(tmp_path, "unet", None) == []


def test_an_index_of_half_precision_beside_plain_shards_is_not_theirs(tmp_path: Path) -> None:
    folder = tmp_path / "unet"
    folder.mkdir()
    for half in ("", ".fp16"):
        shard = f"diffusion_pytorch_model{half}-00001-of-00001.safetensors"
        index = json.dumps({"weight_map": {"a": shard}})
        (folder / f"diffusion_pytorch_model.safetensors.index{half}.json").write_text(index)
        if not half:
            (folder / shard).write_bytes(b"")
    assert missing_weights(tmp_path, "unet", None) == []


@pytest.mark.parametrize("found", ['{"weight_map": {"a"', "[]"])
def test_an_index_that_was_cut_off_is_what_is_missing(tmp_path: Path, found: str) -> None:
    folder = tmp_path / "unet"
    folder.mkdir()
    (folder / "diffusion_pytorch_model-00001-of-00002.safetensors").write_bytes(b"")
    (folder / "diffusion_pytorch_model.safetensors.index.json").write_text(found)
    assert missing_weights(tmp_path, "unet", None) == ["unet/diffusion_pytorch_model.safetensors.index.json"]


def test_a_configuration_that_says_nonsense_is_refused(tmp_path: Path) -> None:
    folder = Path(make_tiny_pipeline(tmp_path / "model"))
    config = folder / "text_encoder" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"hidden_size": "64"}))
    with pytest.raises(StudioError, match=r"has a configuration that is damaged or .* copy or download"):
        inspect(str(folder), {}, half=False)


def test_which_components_have_weights() -> None:
    index = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "scheduler": ["diffusers", "PNDMScheduler"],
        "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "image_encoder": [None, None],
    }
    assert weighted(index, ["safety_checker"]) == ["unet"]
