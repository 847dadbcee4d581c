"""Verify a finished training: it changed the model, and its file has its weights and generates a picture."""

from collections.abc import Mapping
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.models.adapters import detach, read_adapter
from gal_studio.engine.models.factors import changes_nothing, read_changes
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawRequest, draw

STEPS = 2
"""Denoising steps of the test picture; in the second, every layer runs on the model's own output."""


def verify_adapter(
    model: ImageModel,
    path: Path,
    trained: Mapping[str, torch.Tensor],
    request: DrawRequest,
    settings: GenerationSettings,
) -> None:
    """Read the adapter, compare it with the `trained` weights, and generate a picture with it.

    Afterwards the model is the base. A StudioError says which of these failed.
    """
    detach(model)
    saved, _ = read_adapter(path)
    if saved.keys() != trained.keys() or not all(torch.equal(saved[name], trained[name]) for name in trained):
        raise StudioError(
            "The training is complete, but its LoRA was not saved correctly: check the disk, then press "
            "Resume."
        )
    layers = read_changes(saved, model.family.part)
    if layers and changes_nothing(layers):
        raise StudioError(
            "The training changed nothing: its LoRA adds 0. Raise the learning rate or the steps (Reference "
            "› Advanced), then press Train."
        )
    few = settings.updated({"steps": min(STEPS, settings.steps), "batch_size": 1})
    try:
        with drawing(model, path):
            for _ in draw(model, [request], few):
                pass
    except StudioError as error:
        raise StudioError(
            f"The training is complete, but its LoRA cannot generate an image: {_lowered(str(error))}"
        ) from error


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
