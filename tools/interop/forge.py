"""Forge: its table of a U-Net's names for LoRAs, its loader and what it adds to a weight."""

from collections.abc import Mapping
from types import SimpleNamespace

import torch

from tools.interop.comfyui import PREFIX, unet_configuration
from tools.interop.files import Changes, Exported


def read(made: Exported) -> Changes:
    """What it adds to each layer, by the original names."""
    import backend.args  # type: ignore[import-not-found]

    backend.args.args.always_cpu = True  # before what looks for a GPU
    from backend.patcher import lora  # type: ignore[import-not-found]
    from backend.utils import load_torch_file  # type: ignore[import-not-found]

    if made.model.family.part != "unet":
        raise ValueError("this version has no such model")
    weights: Mapping[str, torch.Tensor] = {
        f"{PREFIX}{name}.weight": torch.zeros_like(one) for name, one in made.original.items()
    }
    model = SimpleNamespace(
        state_dict=lambda: weights,
        config=SimpleNamespace(huggingface_repo=""),
        diffusion_model=SimpleNamespace(config=unet_configuration(made)),
    )
    patches, _ = lora.load_lora(load_torch_file(str(made.file)), lora.model_lora_keys_unet(model, {}))
    return {
        name.removeprefix(PREFIX).removesuffix(".weight"): lora.merge_lora_to_weight(
            [(1.0, patch, 1.0, None, None)], weights[name], name
        )
        for name, patch in patches.items()
    }
