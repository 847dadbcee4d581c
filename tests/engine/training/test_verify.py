"""A training is done when its file was read back and generated a picture."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.adapters import (
    AdapterCard,
    adapter_tensors,
    has_lora,
    save_adapter,
    trainable,
)
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.verify import verify_adapter
from tests.engine.trained import EXAMPLES, SETTINGS

REQUEST, DRAWING = DrawRequest("A tie in a style", 3), GenerationSettings(steps=4, guidance_scale=3.0)


@pytest.fixture(params=["lora", "lokr", "full"])
def trained(
    request: pytest.FixtureRequest, model: ImageModel, tmp_path: Path
) -> tuple[Path, dict[str, torch.Tensor]]:
    """A saved adapter and the trained weights, which are still attached."""
    list(fine_tune(model, EXAMPLES, [], SETTINGS.updated({"method": request.param}), seed=0))
    path = save_adapter(model, tmp_path / "adapter.safetensors", AdapterCard("in a style", "tiny", 1, 0))
    return path, adapter_tensors(model)


def test_a_good_adapter_is_verified_and_leaves_the_base(
    model: ImageModel, trained: tuple[Path, dict[str, torch.Tensor]]
) -> None:
    verify_adapter(model, *trained, REQUEST, DRAWING)
    assert not has_lora(model)


def test_a_single_wrong_bit_is_found(
    model: ImageModel, trained: tuple[Path, dict[str, torch.Tensor]]
) -> None:
    path, tensors = trained
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(StudioError, match="was not saved correctly"):
        verify_adapter(model, path, tensors, REQUEST, DRAWING)
    path.write_bytes(data[:-8])
    with pytest.raises(StudioError, match="missing or damaged"):
        verify_adapter(model, path, tensors, REQUEST, DRAWING)


def test_an_adapter_that_cannot_generate_a_picture_is_refused(
    model: ImageModel, trained: tuple[Path, dict[str, torch.Tensor]]
) -> None:
    path, _ = trained
    ruined = {name: torch.full_like(tensor, 1e30) for name, tensor in load_file(path).items()}
    save_file(ruined, path)
    with pytest.raises(StudioError, match="complete, but its LoRA cannot generate an image: "):
        verify_adapter(model, path, load_file(path), REQUEST, DRAWING)
    assert not has_lora(model)


@pytest.mark.parametrize("scale", [0.0, 1e-9], ids=["zero", "below rounding"])
def test_a_lora_that_changes_nothing_is_refused(model: ImageModel, tmp_path: Path, scale: float) -> None:
    """As trainings on some Macs left it: every upper factor is 0."""
    list(fine_tune(model, EXAMPLES, [], SETTINGS, seed=0))
    with torch.no_grad():
        for name, weight in trainable(model).items():
            if ".lora_B." in name:
                weight.mul_(scale)
    path = save_adapter(model, tmp_path / "adapter.safetensors", AdapterCard("in a style", "tiny", 1, 0))
    with pytest.raises(StudioError, match=r"training changed nothing: its LoRA adds 0\. Raise the"):
        verify_adapter(model, path, adapter_tensors(model), REQUEST, DRAWING)
    assert not has_lora(model)
