"""A LoRA from elsewhere changes each weight exactly as in its file, or is refused with one sentence."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.registry import find_form
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.loras.foreign import attach_foreign, read_foreign
from gal_studio.engine.loras.layers import named_tensors, read_layers
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from tests.engine.tiny_models import FAMILIES
from tests.engine.trained import random_layers

SETTINGS = TuneSettings(rank=4, target="all")


def written(model: ImageModel, form: str, folder: Path, alpha: float | None = None) -> Path:
    part, path = model.family.part, folder / f"{form}.safetensors"
    tensors = named_tensors(random_layers(model), part, model.family.lora_names, find_form(form))
    scaled = {
        name: torch.tensor(alpha) if alpha is not None and name.endswith(".alpha") else value.contiguous()
        for name, value in tensors.items()
    }
    save_file(scaled, path)
    return path


@pytest.mark.parametrize("form", ["diffusers", "kohya"])
def test_every_weight_changes_as_in_the_file(opened: ImageModel, form: str, tmp_path: Path) -> None:
    """A rank above the file's, and alpha above or below the rank, change nothing of it."""
    alpha = 1.0 if form == "kohya" and opened.family.lora_names.has_alpha else None
    attach_foreign(opened, written(opened, form, tmp_path, alpha), SETTINGS)
    kept = save_adapter(opened, tmp_path / "start.safetensors", AdapterCard("", "owner/base", 0, 0))
    detach(opened)
    found, expected = read_layers(kept, opened.family.part), random_layers(opened)
    assert found.keys() > expected.keys()  # the target has more layers
    for layer, factors in found.items():
        assert factors.rank == 4
        if layer in expected:
            torch.testing.assert_close(factors.change, (0.5 if alpha else 1.0) * expected[layer].change)
        else:
            assert not factors.change.any()


def refused(model: ImageModel, path: Path, words: str, settings: TuneSettings = SETTINGS) -> None:
    before = {name: weight.clone() for name, weight in model.denoiser.named_parameters()}
    with pytest.raises(StudioError, match=words):
        attach_foreign(model, path, settings)
    after = dict(model.denoiser.named_parameters())
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not any(weight.requires_grad for weight in after.values())


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    model = load_image_model(FAMILIES["sd1"](tmp_path / "model"), device="cpu")
    path = written(model, "diffusers", tmp_path)
    refused(model, path, "has the rank 2, and the project 1", SETTINGS.updated({"rank": 1}))
    tensors = load_file(path)
    first = min(tensors)

    def changed(name: str, given: dict[str, torch.Tensor]) -> Path:
        save_file(given, tmp_path / f"{name}.safetensors")
        return tmp_path / f"{name}.safetensors"

    for name, words in (("ink.ckpt", "is a pickle"), ("no.safetensors", "There is no file")):
        refused(model, tmp_path / name, words)
    wider = {**tensors, first: torch.cat([tensors[first]] * 2, 1)}
    refused(model, changed("wider", wider), "does not fit the model")
    more = {**tensors, first.replace("unet.", "unet.extra."): tensors[first].clone()}
    refused(model, changed("more", more), "does not fit the model")
    other = load_image_model(FAMILIES["z-image"](tmp_path / "other"), device="cpu")
    refused(
        model,
        written(other, "kohya", tmp_path),
        "kohya.safetensors, a LoRA of .*, does not fit the",
    )
    kept = read_foreign(model, path).factors
    assert kept.keys() == random_layers(model).keys()  # the model still takes the right one
