"""A model of real size with random weights, in memory only."""

import inspect
from typing import Any

import diffusers
import torch
from diffusers import DDIMScheduler, FlowMatchEulerDiscreteScheduler

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.engine.families.family import Family, TextFeatures
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.outline import outline
from gal_studio.engine.models.placement import lay_out_autoencoder, place, quantize
from tools.shapes.architectures import ARCHITECTURES


def random_model(name: str, device: torch.device, machine: MachineSettings, dtype: torch.dtype) -> ImageModel:
    """The model of a preset's shape; its texts are random features instead of encoded prompts."""
    family = outline(ARCHITECTURES[name]).family
    _lend_functions(family.pipeline, ARCHITECTURES[name].index["_class_name"])
    components = family.pipeline.components
    for part, module in components.items():
        kept = torch.float32 if part == "vae" else dtype
        filled = module.to(kept).to_empty(device="cpu")
        if hasattr(filled, "tie_weights"):
            filled.tie_weights()  # as when they are loaded: an embedding and an output layer of one weight
        _fill(filled)
        filled.requires_grad_(False).eval()
        if machine.base == "int8" and part != "vae":
            quantize(filled)  # at once: together the parts would not fit into memory beforehand
    flow = family.part == "transformer"
    kind: Any = FlowMatchEulerDiscreteScheduler if flow else DDIMScheduler
    family.pipeline.scheduler = kind() if flow else kind(beta_schedule="scaled_linear")
    family.to = lambda where: [part.to(where) for part in family.frozen_parts]  # type: ignore[method-assign]
    place(family, device, machine)
    lay_out_autoencoder(family)
    _answer_texts(family)
    return ImageModel(name, family, device, machine)


def _lend_functions(pipeline: Any, kind: str) -> None:
    """Give the outline of a pipeline the functions of its class that need no components, such as packing."""
    found = getattr(diffusers, kind)
    for name in dir(found):
        if isinstance(inspect.getattr_static(found, name), staticmethod):
            setattr(pipeline, name, getattr(found, name))


def _fill(module: torch.nn.Module) -> None:
    """Small random weights, so that activations stay finite."""
    pool = 0.02 * torch.randn(1 << 20, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for name, weight in (*module.named_parameters(), *module.named_buffers()):
            if not weight.is_floating_point():
                weight.zero_()
            elif "norm" in name or weight.ndim < 2:
                weight.fill_(1.0 if name.endswith(("weight", "running_var")) else 0.0)
            else:
                flat = weight.view(-1)  # the same numbers over and over, which takes no time to draw
                for first in range(0, len(flat), len(pool)):
                    part = flat[first : first + len(pool)]
                    part.copy_(pool[: len(part)])


def _answer_texts(family: Family) -> None:
    """Answer every prompt with random features of the right size, as if the encoder had read it."""
    given = family.example_inputs(1, 8, torch.float32)
    hidden = next(given[key] for key in ("encoder_hidden_states", "cap_feats") if key in given)
    hidden = hidden[0]
    pooled = given.get("added_cond_kwargs", {}).get("text_embeds")

    def encode_text(prompt: str, device: torch.device) -> TextFeatures:
        generator = torch.Generator().manual_seed(len(prompt))
        features = torch.randn(hidden.shape, generator=generator).to(device, family.denoiser.dtype)
        more = None if pooled is None else torch.randn(pooled.shape[1:], generator=generator).to(device)
        return TextFeatures(features, more)

    family.encode_text = encode_text  # type: ignore[method-assign]
    family.unconditional_text = lambda device: encode_text("", device)  # type: ignore[method-assign]
    family.count_tokens = lambda prompt: len(prompt.split()) + 2  # type: ignore[method-assign]
    type(family).token_limit = property(lambda _: 77)  # type: ignore[assignment]
