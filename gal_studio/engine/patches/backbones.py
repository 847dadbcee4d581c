"""Vision networks with spatial feature maps: open_clip and transformers models behind one interface."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gal_studio.core.errors import StudioError, first_line
from gal_studio.engine.hub.models import is_directory, transformers_folder
from gal_studio.engine.hub.needs import Revisions

MIN_GRID = 16  # patches per side
FINE, COARSE = 4, 16  # range of strides of the feature maps that are used
# attributes that hold the blocks: timm, timm and open_clip ViTs, transformers
BLOCKS = (
    *("stages", "blocks", "transformer.resblocks"),
    *("encoder.layer", "encoder.layers", "encoder.stages", "layers"),
)
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Network:
    """A loaded network: normalised pictures (n, 3, side, side) to feature maps (n, c, h, w), finest first.

    `blocks` are its blocks in order, the last of which can be tuned.
    """

    module: torch.nn.Module
    side: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    maps: Callable[[torch.Tensor], list[torch.Tensor]]
    blocks: tuple[torch.nn.Module, ...]


def no_patch_features(name: str) -> StudioError:
    """The error for a model without feature maps: one vector per picture, or no image encoder."""
    return StudioError(
        f"The vision model {name} has no patch features: use a DINO, DINOv2, ViT or convolutional model, or "
        "clip for the project's own."
    )


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
        raise no_patch_features(name) from error
    used = _choose_maps(name, [shape[-1] for shape in shapes], side)
    return Network(
        module=visual,
        side=side,
        mean=tuple(preprocess["mean"]),
        std=tuple(preprocess["std"]),
        maps=lambda pixels: _intermediates(visual, pixels, used),
        blocks=_blocks(getattr(visual, "trunk", visual)),
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


def _blocks(module: Any) -> tuple[torch.nn.Module, ...]:
    """The blocks of a known architecture in order, or the children of an unknown one."""
    for path in BLOCKS:
        found: Any = module
        for part in path.split("."):
            found = getattr(found, part, None)
        if isinstance(found, torch.nn.ModuleList | torch.nn.Sequential):
            return tuple(found)
    layers = [getattr(module, f"layer{number}", None) for number in range(1, 5)]
    return tuple(layer for layer in layers if layer is not None) or tuple(module.children())


def transformers_network(name: str, device: torch.device, revisions: Revisions) -> Network:
    """Load a transformers vision model from a directory or the hub: DINO, DINOv2, ViT, ResNet and others."""
    from transformers import AutoModel

    folder = Path(name) if is_directory(name) else transformers_folder(name, revisions)
    safe = {"use_safetensors": True, "local_files_only": True, "trust_remote_code": False}
    try:
        with torch.random.fork_rng(devices=[]):  # the initialization draws from the global generator
            module = AutoModel.from_pretrained(folder, **safe)
    except Exception as error:
        raise StudioError(
            f"The vision model {name} cannot be opened ({first_line(error)}): use clip, or the directory or "
            "hub name of a DINO-like model with safetensors weights."
        ) from error
    module = getattr(module, "vision_model", module).to(device).requires_grad_(False).eval()
    if getattr(module, "main_input_name", "") != "pixel_values":
        raise no_patch_features(name)
    processor = _processor(folder)
    side = _side(module.config, processor)
    network = Network(
        module=module,
        side=side,
        mean=tuple(processor.get("image_mean") or IMAGENET_MEAN),
        std=tuple(processor.get("image_std") or IMAGENET_STD),
        maps=lambda pixels: _hidden_maps(name, module, pixels),
        blocks=_blocks(module),
    )
    with torch.no_grad():
        network.maps(torch.zeros(1, 3, side, side, device=device))
    return network


def _processor(folder: Path) -> dict[str, Any]:
    """Read the preprocessor's configuration; empty if there is none."""
    from transformers import ImageProcessingMixin

    try:
        return dict(ImageProcessingMixin.get_image_processor_dict(folder)[0])
    except (OSError, ValueError):
        return {}


def _side(config: Any, processor: dict[str, Any]) -> int:
    """The input's side: that of training, rounded down to whole patches, and at least 16 patches."""
    size = processor.get("crop_size") or processor.get("size") or getattr(config, "image_size", 224)
    if isinstance(size, dict):
        size = size.get("height") or size.get("shortest_edge") or 224
    side = size if isinstance(size, int) else int(size[0]) if isinstance(size, list | tuple) else 224
    patch = getattr(config, "patch_size", None)
    if not isinstance(patch, int):
        return side
    return max(MIN_GRID, side // patch) * patch


def _hidden_maps(name: str, module: Any, pixels: torch.Tensor) -> list[torch.Tensor]:
    """The feature maps of a convolutional model's stages, or a transformer's last patch tokens as a map."""
    size = getattr(module.config, "patch_size", None)
    patch = size if isinstance(size, int) else 0
    options = {"interpolate_pos_encoding": True} if patch else {}
    try:
        output = module(pixel_values=pixels, output_hidden_states=not options, **options)
    except (TypeError, ValueError, RuntimeError) as error:
        raise no_patch_features(name) from error
    if not options:
        levels = [level for level in (output.hidden_states or ()) if level.ndim == 4]
        if not levels:
            raise no_patch_features(name)
        return [
            levels[index] for index in _choose_maps(name, [x.shape[-1] for x in levels], pixels.shape[-1])
        ]
    tokens, grid = output.last_hidden_state, pixels.shape[-1] // patch
    if tokens.ndim != 3 or tokens.shape[1] < grid * grid:
        raise no_patch_features(name)
    tokens = tokens[:, tokens.shape[1] - grid * grid :]
    return [tokens.transpose(1, 2).unflatten(2, (grid, grid))]
