"""Kernels of attention: diffusers' own that compute on a CPU stand for those of packages."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models import attention as kernels
from gal_studio.engine.models import placement
from gal_studio.engine.models.attention import attention, distance_of
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_z_image

CPU = torch.device("cpu")


def pixels(model: ImageModel, kernel: str) -> torch.Tensor:
    settings = GenerationSettings(steps=2, batch_size=1, resolution=64)
    with attention(model, kernel):
        (batch,) = (e for e in draw(model, [DrawRequest("a cat", 1)], settings) if isinstance(e, DrawnBatch))
    return torch.frombuffer(bytearray(batch.images[0].tobytes()), dtype=torch.uint8).int()


def test_another_kernel_computes_the_same_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffusers.models.attention_dispatch import AttentionBackendName, _AttentionBackendRegistry

    model = load_image_model(make_tiny_klein(tmp_path / "klein"), "cpu")
    backends, math = _AttentionBackendRegistry._backends, AttentionBackendName("_native_math")
    calls: list[object] = []
    of_diffusers = backends[math]
    monkeypatch.setitem(backends, math, lambda **given: (calls.append(1), of_diffusers(**given))[1])
    assert (pixels(model, "native") - pixels(model, "_native_math")).abs().max() <= 1
    tried = 1
    assert len(calls) > tried, "the model computes with the kernel"
    calls.clear()
    pixels(model, "native")
    assert not calls, "the kernel is gone after the context"


def test_a_kernel_is_told_by_its_distance(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert distance_of("_native_math", CPU, torch.float32) < 1e-5
    assert 1e-4 < distance_of("_native_math", CPU, torch.bfloat16) < kernels.FURTHEST
    model = load_image_model(make_tiny_klein(tmp_path / "klein"), "cpu")
    monkeypatch.setattr(kernels, "distance_of", lambda *_: 0.5)
    with pytest.raises(StudioError, match=r"“_native_math” cannot be used here .*50% off"):
        pixels(model, "_native_math")


def test_what_a_kernel_lacks_is_one_sentence(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_z_image(tmp_path / "z"), "cpu")
    with pytest.raises(StudioError, match=r"“flash” cannot be used here .*set “Attention” to"):
        pixels(model, "flash")


def test_masks_that_a_kernel_does_not_know_are_named(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_klein(tmp_path / "klein"), "cpu")
    with pytest.raises(StudioError, match="this model needs masks"), attention(model, "_native_math"):
        raise ValueError("`attn_mask` is not supported for flash-attn 2.")
    with pytest.raises(ValueError, match="another"), attention(model, "_native_math"):
        raise ValueError("another")


@pytest.mark.parametrize(("kernel", "title"), [("flash", "FlashAttention"), ("sage", "SageAttention")])
def test_a_kernel_needs_its_card_and_its_package(kernel: str, title: str) -> None:
    machine = MachineSettings().updated({"attention": kernel})
    assert machine.essential == {"attention": kernel}
    with pytest.raises(StudioError, match=f"{title} needs an NVIDIA GPU"):
        placement.check_machine(machine, CPU)
    with pytest.raises(StudioError, match=f"{title} needs the package .*not installed"):
        placement.check_machine(machine, SimpleNamespace(type="cuda"))  # type: ignore[arg-type]
