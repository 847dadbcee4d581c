"""A LoKr: what PEFT adds is what is drawn, stored and exported; no part of it is drawn at random."""

import json
from pathlib import Path

import pytest
import torch
from peft.tuners.tuners_utils import BaseTunerLayer

from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.programs import LYCORIS
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.loras.foreign import read_foreign
from gal_studio.engine.loras.layers import named_tensors, read_trained
from gal_studio.engine.memory.peak import training_peak
from gal_studio.engine.models.adapters import (
    AdapterCard,
    attach_lora,
    detach,
    load_into,
    read_adapter,
    save_adapter,
)
from gal_studio.engine.models.factors import Kronecker, changes_nothing, read_changes
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest
from gal_studio.engine.saving import save_tensors
from tests.engine.tiny_flows import make_tiny_klein, make_tiny_z_image
from tests.engine.trained import attach_random

LOKR = TuneSettings(rank=2, method="lokr", lokr_factor=4)
REQUESTS = [DrawRequest("A cat in a style", 5)]


def saved(model: ImageModel, path: Path, settings: TuneSettings = LOKR) -> dict[str, torch.Tensor]:
    """Save a LoKr of random matrices; returns what PEFT itself adds to each layer."""
    attach_random(model, settings)
    added = {
        name: layer.get_delta_weight("default").detach()
        for name, layer in model.denoiser.named_modules()
        if isinstance(layer, BaseTunerLayer)
    }
    save_adapter(model, path, AdapterCard("in a style", "tiny", 1, 0, method="lokr"))
    detach(model)
    return added


def test_a_product_by_hand() -> None:
    first, second = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0], [4.0]])
    expected = torch.tensor([[3.0, 6.0], [4.0, 8.0]])
    assert torch.equal(Kronecker(first, (second,)).change, expected)
    halves = Kronecker(first, (torch.tensor([[3.0], [4.0]]), torch.tensor([[1.0]])))
    assert torch.equal(halves.times(0.5).change, expected / 2)


@pytest.mark.parametrize("rank", [2, 64], ids=["in halves", "whole"])
def test_what_peft_adds_is_what_the_file_says(rank: int, model: ImageModel, tmp_path: Path) -> None:
    path = tmp_path / "lokr.safetensors"
    added = saved(model, path, LOKR.updated({"rank": rank}))
    found = read_changes(read_adapter(path)[0], "unet")
    assert found.keys() == added.keys() and len(found) > 50
    assert all(torch.equal(found[name].change.reshape(one.shape), one) for name, one in added.items())


def test_a_later_round_goes_on_from_it_and_from_nothing_else(model: ImageModel, tmp_path: Path) -> None:
    path = tmp_path / "lokr.safetensors"
    saved(model, path)
    attach_lora(model, LOKR, torch.Generator())
    load_into(model, path)
    again = save_adapter(
        model, tmp_path / "again.safetensors", AdapterCard("in a style", "tiny", 1, 0, method="lokr")
    )
    assert again.read_bytes() == path.read_bytes()
    for other in ({"method": "lora"}, {"lokr_factor": 2}, {"rank": 1}):
        attach_lora(model, LOKR.updated(other), torch.Generator())
        with pytest.raises(StudioError, match="does not match the settings"):
            load_into(model, path)
    detach(model)


def test_another_shape_or_header_is_refused(model: ImageModel, tmp_path: Path) -> None:
    path = tmp_path / "lokr.safetensors"
    saved(model, path)
    tensors, header = read_adapter(path)
    name = next(one for one in tensors if one.endswith("lokr_w1"))
    save_tensors({**tensors, name: torch.zeros(3, 3)}, path, header)
    with pytest.raises(StudioError, match="has in another shape"), drawing(model, path):
        pass
    configuration = json.loads(header["lora_adapter_metadata"])
    configuration["unet.decompose_factor"] = -1
    save_tensors(tensors, path, {**header, "lora_adapter_metadata": json.dumps(configuration)})
    with pytest.raises(StudioError, match="has a header that cannot be read"), drawing(model, path):
        pass


@pytest.mark.parametrize("zero", ["lokr_w1", "lokr_w2"])
def test_a_lokr_whose_matrix_is_zero_changes_nothing(zero: str, model: ImageModel, tmp_path: Path) -> None:
    path = tmp_path / "lokr.safetensors"
    saved(model, path)
    tensors = read_adapter(path)[0]
    assert not changes_nothing(read_changes(tensors, "unet"))
    emptied = {name: 0 * one if zero in name else one for name, one in tensors.items()}
    assert changes_nothing(read_changes(emptied, "unet"))


def test_a_step_holds_the_change_of_each_layer_as_a_whole(model: ImageModel) -> None:
    plain = training_peak(model, LOKR.updated({"method": "lora"}), 1, False)
    assert training_peak(model, LOKR, 1, False) > plain


@pytest.mark.parametrize("make", [make_tiny_klein, make_tiny_z_image])
def test_the_form_of_lycoris_is_read_back_as_it_was(make: object, tmp_path: Path) -> None:
    model = load_image_model(make(tmp_path / "model"), device="cpu")  # type: ignore[operator]
    path, part = tmp_path / "lokr.safetensors", model.family.part
    added = saved(model, path)
    layers = read_trained(path, part)
    tensors = named_tensors(layers, part, model.family.lora_names, LYCORIS)
    assert len(tensors) > len(layers) and all(name.startswith("lycoris_") for name in tensors)
    file = tmp_path / "out.safetensors"
    save_tensors(tensors, file, {})
    found = read_foreign(model, file).factors
    assert found.keys() == added.keys()
    for name, one in added.items():
        torch.testing.assert_close(found[name].change.reshape(one.shape), one)
