"""A model without weights, from the configurations in its folder: enough for its size and for LoRAs."""

from types import SimpleNamespace

import torch

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.engine.families.description import Description, empty_part
from gal_studio.engine.families.registry import family_of
from gal_studio.engine.models.image_model import ImageModel


def outline(description: Description) -> ImageModel:
    """The described model on the meta device; its pipeline has the modules, and what they predict."""
    family = family_of(description.name, description.index)
    with torch.device("meta"), torch.random.fork_rng(devices=[]):
        modules = {part: empty_part(description, part) for part in description.index}
    distilled = bool(description.index.get("is_distilled"))
    parts = {part: module for part, module in modules.items() if module is not None}
    predicts = description.value("scheduler", "prediction_type", "epsilon")
    pipeline = SimpleNamespace(
        **parts,
        components=parts,
        config=SimpleNamespace(is_distilled=distilled),
        scheduler=SimpleNamespace(config=SimpleNamespace(prediction_type=predicts)),
    )
    return ImageModel(
        description.name, family(pipeline), torch.device("cpu"), MachineSettings(precision="bf16")
    )


def outline_for_loras(description: Description) -> ImageModel:
    """An outline whose denoiser can have LoRAs attached.

    Its weights are zeros on the CPU that take no memory: each has the shape of the real one.
    """
    model = outline(description)
    for module in model.denoiser.modules():
        for own, weight in list(module.named_parameters(recurse=False)):
            module.register_parameter(own, _zeros(weight))
    return model


def _zeros(weight: torch.nn.Parameter) -> torch.nn.Parameter:
    return torch.nn.Parameter(torch.zeros(()).expand(weight.shape), requires_grad=False)
