"""mflux: its tables of names, and the factors that its loader gives to each module (needs MLX)."""

import importlib
import sys
from typing import Any

import numpy as np
import torch

from tools.interop.files import Changes, Exported

_MAPPINGS = {
    "flux2-klein": ("flux2", "Flux2LoRAMapping"),
    "z-image": ("z_image", "ZImageLoRAMapping"),
    "krea-2": ("krea2", "Krea2LoRAMapping"),
}


def read(made: Exported) -> Changes:
    """What it adds to each layer, by the names of its own model, which are those of diffusers or original."""
    if made.family not in _MAPPINGS:
        raise ValueError("it does not have this family")
    sys.path.insert(0, f"{sys.path[0]}/src")
    import mlx.core as mx  # type: ignore[import-not-found]
    from mflux.models.common.lora.mapping.lora_loader import (  # type: ignore[import-not-found]
        LoRALoader,
    )

    folder, name = _MAPPINGS[made.family]
    module = importlib.import_module(f"mflux.models.{folder}.weights.{folder}_lora_mapping")
    patterns = LoRALoader._build_pattern_mappings(getattr(module, name).get_mapping())
    found: dict[str, torch.Tensor] = {}

    def keep(_model: Any, path: str, given: Any, scale: float, *, role: Any) -> bool:
        del role
        if not {"lora_A", "lora_B"} <= set(given):
            return False
        down, up = (torch.from_numpy(np.array(given[part])) for part in ("lora_A", "lora_B"))
        alpha = float(given["alpha"]) / down.shape[1] if "alpha" in given else 1.0
        found[path] = scale * alpha * (down @ up).T
        return True

    LoRALoader._apply_lora_matrices_to_target = staticmethod(keep)
    weights = dict(mx.load(str(made.file), return_metadata=True)[0].items())
    LoRALoader._apply_lora_with_mapping(None, weights, 1.0, patterns, role=None)
    return _named(found, made)


def _named(found: Changes, made: Exported) -> Changes:
    """Its names as those of diffusers or the original code, where they differ in one ending."""
    known = {**made.changes, **made.original}
    return {name if name in known else f"{name}.0": change for name, change in found.items()}
