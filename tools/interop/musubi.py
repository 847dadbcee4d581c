"""musubi-tuner: the networks that it makes of a LoRA's file, merged into a model."""

import importlib
import sys
from typing import Any

from safetensors.torch import load_file

from tools.interop.files import Changes, Exported, tree

_NETWORKS = {
    "flux2-klein": (
        "lora_flux_2",
        {"double_blocks": "DoubleStreamBlock", "single_blocks": "SingleStreamBlock"},
    ),
    "z-image": ("lora_zimage", {"layers": "ZImageTransformerBlock"}),
    "krea-2": ("lora_krea2", {"blocks": "SingleStreamBlock"}),
}


def read(made: Exported) -> Changes:
    """What it adds to each layer, by the original names (Z-Image: those of diffusers, which it has)."""
    if made.family not in _NETWORKS:
        raise ValueError("it does not have this family")
    sys.path.insert(0, f"{sys.path[0]}/src")
    name, blocks = _NETWORKS[made.family]
    network: Any = importlib.import_module(f"musubi_tuner.networks.{name}")
    layers = made.original
    model = tree(layers)
    for part, kind in blocks.items():
        for block in getattr(model, part).children():
            block.__class__ = type(kind, (type(block),), {})
    tensors = load_file(made.file)
    net = network.create_arch_network_from_weights(1.0, tensors, None, model, for_inference=True)
    net.merge_to(None, model, tensors, None, "cpu")
    weights = dict(model.named_parameters())
    return {
        layer: weights[f"{layer}.weight"] for layer in layers if weights[f"{layer}.weight"].abs().sum() > 0
    }
