"""The weights of a vision tower that a tuning trains, and the folder that it writes."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from gal_studio.engine.patches.loading import DESCRIPTION, WEIGHTS
from gal_studio.engine.patches.tower import PatchTower
from gal_studio.engine.saving import save_tensors
from gal_studio.second_try import renamed

# attributes that hold the blocks: timm, timm and open_clip ViTs, transformers
BLOCKS = (
    *("stages", "blocks", "transformer.resblocks"),
    *("encoder.layer", "encoder.layers", "encoder.stages", "layers", "model.layer"),
)


def tuned_weights(tower: PatchTower, blocks: int) -> dict[str, torch.nn.Parameter]:
    """The weights of the last `blocks` blocks that the features depend on, by their names in the network.

    A convolutional network also runs stages that are too coarse to be used; these have no gradient.
    """
    side, held = tower.network.side, [list(block.parameters()) for block in _blocks(tower.network.module)]
    flat = [weight for weights in held for weight in weights]
    for weight in flat:
        weight.requires_grad_(True)
    try:
        with torch.enable_grad():
            features = tower.features(torch.zeros(1, 3, side, side, device=tower.device))
            found = torch.autograd.grad(features.sum(), flat, allow_unused=True)
    finally:
        for weight in flat:
            weight.requires_grad_(False)
    reached = {id(weight) for weight, slope in zip(flat, found, strict=True) if slope is not None}
    used = [weights for weights in held if any(id(weight) in reached for weight in weights)]
    chosen = {id(weight) for weights in used[-blocks:] for weight in weights}
    return {name: weight for name, weight in tower.network.module.named_parameters() if id(weight) in chosen}


def _blocks(module: Any) -> tuple[torch.nn.Module, ...]:
    """The blocks of a known architecture in order, or the children of an unknown one."""
    module = getattr(module, "timm_model", getattr(module, "trunk", module))
    for path in BLOCKS:
        found: Any = module
        for part in path.split("."):
            found = getattr(found, part, None)
        if isinstance(found, torch.nn.ModuleList | torch.nn.Sequential):
            return tuple(found)
    layers = [getattr(module, f"layer{number}", None) for number in range(1, 5)]
    return tuple(layer for layer in layers if layer is not None) or tuple(module.children())


def save_tower(tower: PatchTower, folder: Path, base: str, tuned: Mapping[str, torch.Tensor]) -> Path:
    """Save a tower's tuned weights (half precision), its limits, and the name of its base network.

    `base` is as in `gal_studio.engine.patches.loading.open_base`. The description is written last, so that a
    folder that has one is complete.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DESCRIPTION).unlink(missing_ok=True)
    halves = {name: weight.detach().half().cpu().contiguous() for name, weight in tuned.items()}
    save_tensors(halves, folder / WEIGHTS, {})
    card = {
        "base": base,
        "mixture": list(tower.mixture),
        "grid": tower.grid,
        "limits": asdict(tower.limits) if tower.limits else None,
        "shows_from": tower.shows_from,
    }
    partial = folder / f"{DESCRIPTION}.part"
    partial.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    renamed(partial, folder / DESCRIPTION)
    return folder
