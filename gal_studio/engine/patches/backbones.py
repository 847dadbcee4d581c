"""Vision networks with spatial feature maps: open_clip and transformers models behind one interface."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from gal_studio.engine.features.pretrained_vision import (
    PretrainedVision,
    load_pretrained_vision,
    no_patch_features,
)
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.memory.plan import is_out_of_memory

FINE, COARSE = 4, 16  # range of strides of the feature maps that are used


@dataclass(frozen=True)
class Network:
    """A loaded network: normalised pictures (n, 3, side, side) to feature maps (n, c, h, w), finest first."""

    module: torch.nn.Module
    side: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    maps: Callable[[torch.Tensor], list[torch.Tensor]]


def open_clip_network(name: str, clip: Any, preprocess: Any) -> Network:
    """Wrap the image tower of an open_clip model: a timm trunk, a ViT or a ModifiedResNet."""
    visual = clip.visual
    if not hasattr(visual, "forward_intermediates"):
        raise no_patch_features(name)
    size = visual.image_size
    side = int(size if isinstance(size, int) else size[0])
    try:
        with torch.no_grad():
            blank = torch.zeros(1, 3, side, side, device=next(visual.parameters()).device)
            shapes = [level.shape for level in _intermediates(visual, blank, None)]
    except (RuntimeError, NotImplementedError, AttributeError) as error:
        if is_out_of_memory(error):
            raise
        raise no_patch_features(name) from error
    used = _choose_maps(name, [shape[-1] for shape in shapes], side)
    return Network(
        module=visual,
        side=side,
        mean=tuple(preprocess["mean"]),
        std=tuple(preprocess["std"]),
        maps=lambda pixels: _intermediates(visual, pixels, used),
    )


def _intermediates(visual: Any, pixels: torch.Tensor, indices: list[int] | None) -> list[torch.Tensor]:
    found = visual.forward_intermediates(
        pixels, indices=indices, stop_early=True, intermediates_only=True, output_fmt="NCHW"
    )
    return list(found["image_intermediates"])


def _choose_maps(name: str, grids: Sequence[int], side: int) -> list[int]:
    """Choose the maps to use: those at strides 4 to 16, and of equally large ones (a ViT's) the last."""
    if not grids or max(grids) < 2:
        raise no_patch_features(name)
    if len(set(grids)) == 1:
        return [len(grids) - 1]
    last = {grid: index for index, grid in enumerate(grids)}
    return [last[grid] for grid in sorted(last, reverse=True) if FINE <= side / grid <= COARSE and grid > 1]


def transformers_network(name: str, device: torch.device, revisions: Revisions) -> Network:
    """Load a vision model of transformers or timm from a directory or the hub."""
    loaded = load_pretrained_vision(name, device, revisions)
    network = Network(
        module=loaded.module,
        side=loaded.side,
        mean=loaded.mean,
        std=loaded.std,
        maps=lambda pixels: _hidden_maps(loaded, pixels),
    )
    with torch.no_grad():
        network.maps(torch.zeros(1, 3, loaded.side, loaded.side, device=device))
    return network


def _hidden_maps(loaded: PretrainedVision, pixels: torch.Tensor) -> list[torch.Tensor]:
    """A transformer's last patch tokens as a map, or the feature maps of a convolutional model's stages."""
    try:
        tokens = loaded.tokens(pixels) if loaded.patch else None
        if tokens is None:
            return _stage_maps(loaded, pixels)
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        if is_out_of_memory(error):
            raise
        raise no_patch_features(loaded.name) from error
    grid = pixels.shape[-1] // loaded.patch
    if tokens.shape[1] < grid * grid:
        raise no_patch_features(loaded.name)
    return [tokens[:, tokens.shape[1] - grid * grid :].transpose(1, 2).unflatten(2, (grid, grid))]


def _stage_maps(loaded: PretrainedVision, pixels: torch.Tensor) -> list[torch.Tensor]:
    if loaded.timm is not None:
        levels = loaded.timm.forward_intermediates(pixels, intermediates_only=True, output_fmt="NCHW")
    else:
        output = loaded.module(pixel_values=pixels, output_hidden_states=True)
        levels = [level for level in (output.hidden_states or ()) if level.ndim == 4]
    used = _choose_maps(loaded.name, [level.shape[-1] for level in levels], pixels.shape[-1])
    return [levels[index] for index in used]
