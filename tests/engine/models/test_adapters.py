"""Adapters: diffusers reads them, fusing gives the same picture, and the base is restored exactly."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.families.stable_diffusion import StableDiffusion
from gal_studio.engine.models.adapters import (
    PEFT_CONFIGURATION,
    AdapterCard,
    attach_full,
    attach_lora,
    detach,
    load_into,
    read_adapter,
    save_adapter,
    trainable,
)
from gal_studio.engine.models.factors import Factors, read_factors
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest
from tests.engine.cards import read_card
from tests.engine.sampling.test_sampler import difference, pictures
from tests.engine.tiny_flows import make_tiny_klein
from tests.engine.trained import attach_random

SETTINGS = TuneSettings(steps=2, rank=4)
ALL = SETTINGS.updated({"target": "all"})
CARD = AdapterCard("in a style", "assets:tiny", 1, 7, json.loads(json.dumps(SETTINGS.to_dict())))
DRAW = GenerationSettings(steps=4, guidance_scale=3.0, batch_size=1)
REQUESTS = [DrawRequest("A cat in a style", 5)]


@pytest.mark.parametrize("method", ["lora", "lokr"])
def test_a_fresh_adapter_changes_nothing_and_is_seeded(model: ImageModel, method: str) -> None:
    settings = SETTINGS.updated({"method": method, "lokr_factor": 4})
    before = pictures(model, REQUESTS, DRAW)[0]
    attach_lora(model, settings, torch.Generator().manual_seed(3))
    first = {name: weight.clone() for name, weight in trainable(model).items()}
    state = torch.get_rng_state()
    assert difference(before, pictures(model, REQUESTS, DRAW)[0]) == 0
    assert torch.equal(torch.get_rng_state(), state)  # no layer of a LoKr asks whether to be left out
    assert all(weight.dtype == torch.float32 for weight in first.values())
    assert any(weight.any() for weight in first.values())
    attach_lora(model, settings, torch.Generator().manual_seed(3))
    assert all(torch.equal(weight, first[name]) for name, weight in trainable(model).items())
    detach(model)


def test_targets(model: ImageModel) -> None:
    found = {}
    for target in ("attention", "all", "style"):
        attach_lora(model, SETTINGS.updated({"target": target}), torch.Generator())
        found[target] = {name.split(".lora_")[0] for name in trainable(model)}
        detach(model)
    endings = {"attention": ("to_q", "to_k", "to_v", "to_out.0")}
    assert all(name.endswith(endings["attention"]) for name in found["attention"])
    assert found["attention"] < found["all"]
    for ending in ("proj_in", "proj_out", "ff.net.0.proj", "ff.net.2", "conv1", "conv2", "time_emb_proj"):
        assert any(name.endswith(ending) for name in found["all"])
    later = tuple(f"up_blocks.{block}." for block in range(1, len(model.denoiser.up_blocks)))
    assert found["style"] == {name for name in found["all"] if name.startswith(later)} != set()


def test_the_style_of_klein_is_in_the_later_single_blocks(tmp_path: Path) -> None:
    klein = load_image_model(make_tiny_klein(tmp_path), device="cpu")
    attach_lora(klein, SETTINGS.updated({"target": "style"}), torch.Generator())
    found = {name.split(".lora_")[0] for name in trainable(klein)}
    block = "single_transformer_blocks.1.attn"  # of two
    assert found == {f"{block}.to_qkv_mlp_proj", f"{block}.to_out"}


@pytest.mark.parametrize("target", ["attention", "all", "style"])
def test_the_stock_pipeline_loads_it(
    model: ImageModel, pipeline_folder: Path, tmp_path: Path, target: str
) -> None:
    attach_random(model, SETTINGS.updated({"target": target}))
    with_adapter = pictures(model, REQUESTS, DRAW)[0]
    save_adapter(model, tmp_path / "pytorch_lora_weights.safetensors", CARD)
    detach(model)
    assert difference(with_adapter, pictures(model, REQUESTS, DRAW)[0]) > 10
    stock = StableDiffusionPipeline.from_pretrained(pipeline_folder)
    with torch.random.fork_rng(devices=[]):
        stock.load_lora_weights(tmp_path)
    theirs = ImageModel("stock", StableDiffusion(stock), torch.device("cpu"))
    stock.set_progress_bar_config(disable=True)
    assert difference(with_adapter, pictures(theirs, REQUESTS, DRAW)[0]) <= 1


def test_fused_and_unfused_give_the_same_picture(model: ImageModel, tmp_path: Path) -> None:
    attach_random(model, ALL)
    unfused = pictures(model, REQUESTS, DRAW)[0]
    path = save_adapter(model, tmp_path / "adapter.safetensors", CARD)
    detach(model)
    with drawing(model, path, torch.float32):
        assert difference(unfused, pictures(model, REQUESTS, DRAW)[0]) <= 1


def test_read_factors_agree_with_peft(model: ImageModel, tmp_path: Path) -> None:
    attach_random(model, ALL)
    path = save_adapter(model, tmp_path / "adapter.safetensors", CARD)
    layers_read = read_factors(read_adapter(path)[0], "unet")
    layers = dict(model.denoiser.named_modules())
    assert len(layers_read) == len(trainable(model)) // 2
    for name, factors in layers_read.items():
        plain = layers[name].get_delta_weight("default")
        torch.testing.assert_close(factors.change, plain.detach(), atol=1e-6, rtol=1e-5)
    detach(model)


def test_what_a_lora_adds_is_computed_where_the_weights_are(
    model: ImageModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach_random(model, ALL)
    path = save_adapter(model, tmp_path / "adapter.safetensors", CARD)
    layers = len(trainable(model)) // 2
    detach(model)
    asked: list[torch.device] = []
    on = Factors.on

    def noted(factors: Factors, device: torch.device) -> Factors:
        asked.append(device)
        return on(factors, device)

    monkeypatch.setattr(Factors, "on", noted)
    with drawing(model, path):
        assert asked == [model.denoiser.device] * layers
    factors = Factors(torch.ones(2, 3), torch.ones(4, 2)).on(torch.device("meta"))
    assert factors.change.device.type == "meta"


def test_equal_adapters_are_equal_files(model: ImageModel, tmp_path: Path) -> None:
    attach_random(model, ALL)
    written = {save_adapter(model, tmp_path / f"{turn}.safetensors", CARD).read_bytes() for turn in range(8)}
    detach(model)
    assert len(written) == 1
    assert read_card(tmp_path / "0.safetensors") == CARD


def test_an_error_while_sampling_restores_the_base(model: ImageModel, tmp_path: Path) -> None:
    attach_random(model, ALL)
    path = save_adapter(model, tmp_path / "adapter.safetensors", CARD)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="stop"), drawing(model, path):
            assert model.kept is not None
            raise RuntimeError("stop")
    assert model.kept is None  # the model fixture compares the weights


def test_the_whole_denoiser_as_an_adapter(model: ImageModel, tmp_path: Path) -> None:
    attach_full(model)
    assert all(weight.requires_grad for weight in model.denoiser.parameters())
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in model.denoiser.parameters():
            weight.add_(torch.randn(weight.shape, generator=generator) * 0.05)
    changed = pictures(model, REQUESTS, DRAW)[0]
    path = save_adapter(model, tmp_path / "unet.safetensors", CARD)
    detach(model)
    assert difference(changed, pictures(model, REQUESTS, DRAW)[0]) > 10
    with drawing(model, path, torch.float32):
        assert difference(changed, pictures(model, REQUESTS, DRAW)[0]) == 0


def test_continuing_from_an_adapter(model: ImageModel, tmp_path: Path) -> None:
    attach_random(model, ALL)
    saved = {name: weight.clone() for name, weight in trainable(model).items()}
    path = save_adapter(model, tmp_path / "adapter.safetensors", CARD)
    attach_lora(model, SETTINGS, torch.Generator())
    load_into(model, path)
    assert all(torch.equal(weight, saved[name]) for name, weight in trainable(model).items())
    attach_lora(model, SETTINGS.updated({"rank": 2}), torch.Generator())
    with pytest.raises(StudioError, match="does not match the settings"):
        load_into(model, path)
    detach(model)


def test_a_factor_that_fits_in_its_rank_alone_is_refused(model: ImageModel, tmp_path: Path) -> None:
    """A transposed one has fewer rows, as a smaller LoRA has, and rows of another length."""
    attach_random(model, ALL)
    tensors, header = read_adapter(save_adapter(model, tmp_path / "adapter.safetensors", CARD))
    name = next(name for name in tensors if name.endswith("lora_B.weight") and tensors[name].ndim == 2)
    save_file({**tensors, name: tensors[name].T[:1].contiguous()}, tmp_path / "turned", metadata=header)
    attach_lora(model, SETTINGS.updated({"rank": 8}), torch.Generator())
    with pytest.raises(StudioError, match="does not match the settings"):
        load_into(model, tmp_path / "turned")
    detach(model)


def test_a_damaged_or_foreign_adapter(model: ImageModel, tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"no")
    foreign = tmp_path / "foreign"
    save_file(
        {"unet.conv.lora_A.weight": torch.ones(1, 1), "unet.conv.lora_B.weight": torch.ones(1, 1)}, foreign
    )
    for path, words in (("broken", "broken"), ("nowhere", "missing"), ("foreign", "another base model")):
        with pytest.raises(StudioError, match=words), drawing(model, tmp_path / path):
            pass


def test_the_sampling_precision_is_undone(model: ImageModel) -> None:
    with drawing(model, precision=torch.bfloat16):
        assert model.denoiser.dtype == torch.bfloat16
        rough = pictures(model, REQUESTS, DRAW)[0]
    fine = pictures(model, REQUESTS, DRAW)[0]
    assert np.abs(np.asarray(rough, int) - np.asarray(fine, int)).mean() < 3


ALTERED = {
    "another rank": r"has in another shape unet\.\S+\.lora_A\.weight and \d+ more\)",
    "an extra tensor": r"has besides unet\.extra\.lora_A\.weight\)",
    "a missing tensor": r"lacks unet\.\S+\.lora_A\.weight\)",
    "a renamed tensor": r"lacks unet\.\S+\.lora_A\.weight, has besides unet\.\S+\.lora_C\.weight\)",
}


def altered(tensors: dict[str, torch.Tensor], change: str) -> dict[str, torch.Tensor]:
    """The tensors of a LoRA with this change."""
    first = min(tensors)
    rest = {name: tensor for name, tensor in tensors.items() if name != first}
    if change == "another rank":
        return {name: torch.cat([part, part], int(".lora_B." in name)) for name, part in tensors.items()}
    if change == "an extra tensor":
        return {**tensors, "unet.extra.lora_A.weight": torch.ones(1)}
    if change == "a missing tensor":
        return rest
    return {**rest, first.replace("lora_A", "lora_C"): tensors[first]}


@pytest.mark.parametrize(("change", "words"), ALTERED.items(), ids=ALTERED.keys())
def test_an_altered_lora_is_refused_by_name_before_anything_is_drawn(
    model: ImageModel, tmp_path: Path, change: str, words: str
) -> None:
    attach_random(model, SETTINGS)
    path = save_adapter(model, tmp_path / "adapter.safetensors", CARD)
    detach(model)
    tensors, header = read_adapter(path)
    # without a header, the rank is that of the file
    for kept in (header, {}) if change != "another rank" else (header,):
        save_file(altered(tensors, change), path, metadata=kept or None)
        with pytest.raises(StudioError, match=words), drawing(model, path):
            pytest.fail("it is refused before")


@pytest.mark.parametrize("method", ["lora", "full"])
def test_without_its_names_or_a_tensor_a_file_of_ours_is_refused(
    model: ImageModel, tmp_path: Path, method: str
) -> None:
    attach_full(model) if method == "full" else attach_random(model, SETTINGS)
    path = save_adapter(model, tmp_path / "adapter.safetensors", CARD)
    detach(model)
    tensors, header = read_adapter(path)
    if method == "full":
        del tensors["conv_in.bias"]
    else:
        header["another name"] = header.pop(PEFT_CONFIGURATION)
    save_file(tensors, path, metadata=header)
    words = r"lacks conv_in\.bias\)" if method == "full" else "header that cannot be read"
    with pytest.raises(StudioError, match=words), drawing(model, path):
        pytest.fail("it is refused before")
