"""ComfyUI: its table of a model's names for LoRAs, its loader and what it adds to a weight."""

from collections.abc import Mapping
from typing import Any

import torch

from tools.interop.files import Changes, Exported

PREFIX = "diffusion_model."
_CLASSES = {"sdxl": "SDXL", "flux2-klein": "Flux2", "z-image": "Lumina2", "krea-2": "Krea2", "anima": "Anima"}
"""Its classes of models; one that a checkout does not have is read by the rules for all models."""


def read(made: Exported) -> Changes:
    """What it adds to each layer, by the original names."""
    import comfy.cli_args  # type: ignore[import-not-found]

    comfy.cli_args.args.cpu = True  # before what looks for a GPU
    import comfy.lora  # type: ignore[import-not-found]
    import comfy.lora_convert  # type: ignore[import-not-found]
    import comfy.model_base  # type: ignore[import-not-found]
    from safetensors.torch import load_file

    weights = {f"{PREFIX}{name}.weight": torch.zeros_like(one) for name, one in made.original.items()}
    kind: Any = getattr(comfy.model_base, _CLASSES.get(made.family, ""), comfy.model_base.BaseModel)

    class Stub(kind):  # type: ignore[misc]
        def __init__(self) -> None:
            torch.nn.Module.__init__(self)

        def state_dict(self, *_given: Any, **_named: Any) -> Mapping[str, torch.Tensor]:
            return weights

    model = Stub()
    model.model_config = type("Configuration", (), {"unet_config": _configuration(made)})()
    tensors = comfy.lora_convert.convert_lora(load_file(made.file))
    patches = comfy.lora.load_lora(tensors, comfy.lora.model_lora_keys_unet(model, {}), log_missing=False)
    for key, patch in patches.items():
        name, offset = (key, None) if isinstance(key, str) else (key[0], key[1])
        weights[name] = comfy.lora.calculate_weight([(1.0, patch, 1.0, offset, None)], weights[name], name)
    changed = {key if isinstance(key, str) else key[0] for key in patches}
    return {name.removeprefix(PREFIX).removesuffix(".weight"): weights[name] for name in changed}


def _configuration(made: Exported) -> Mapping[str, Any]:
    config = made.model.denoiser.config
    if made.model.family.part == "unet":
        return unet_configuration(made)
    if made.family == "flux2-klein":
        return {
            "depth": config.num_layers,
            "depth_single_blocks": config.num_single_layers,
            "hidden_size": config.num_attention_heads * config.attention_head_dim,
        }
    if made.family == "z-image":
        return {"n_layers": config.n_layers, "n_refiner_layers": config.n_refiner_layers, "dim": config.dim}
    return {}


def unet_configuration(made: Exported) -> Mapping[str, Any]:
    """A U-Net's levels, as ComfyUI and Forge write them."""
    config = made.model.denoiser.config
    blocks = len(config.block_out_channels)
    depth = config.transformer_layers_per_block
    depths = [depth] * blocks if isinstance(depth, int) else list(depth)
    kinds = zip(depths, config.down_block_types, strict=True)
    depths = [each if "CrossAttn" in kind else 0 for each, kind in kinds]
    layers = config.layers_per_block
    return {
        "num_res_blocks": [layers] * blocks,
        "channel_mult": [1] * blocks,
        "transformer_depth": [each for each in depths for _ in range(layers)],
        "transformer_depth_output": [each for each in depths for _ in range(layers + 1)],
        "transformer_depth_middle": depths[-1] or 1,
    }
