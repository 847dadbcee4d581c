"""Files as other trainers write them, with known weights: what each layer adds is computed densely beside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch

from gal_studio.engine.models.adapters import targeted_layers
from gal_studio.engine.models.image_model import ImageModel

Dense = dict[str, torch.Tensor]
Tensors = dict[str, torch.Tensor]


@dataclass
class Made:
    """A file's tensors and metadata, and what it adds to each layer of the denoiser."""

    tensors: Tensors = field(default_factory=dict)
    dense: Dense = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)


def joined(prefix: str) -> Callable[[str], str]:
    return lambda layer: prefix + layer.replace(".", "_")


def dotted(prefix: str) -> Callable[[str], str]:
    return lambda layer: prefix + layer


NAMES: Mapping[str, tuple[Callable[[str], str], tuple[str, str], bool]] = {  # how, factors, with an alpha
    "diffusers, unet": (dotted("unet."), ("lora_A.weight", "lora_B.weight"), False),
    "diffusers, transformer": (dotted("transformer."), ("lora_A.weight", "lora_B.weight"), False),
    "diffusers of old": (dotted("unet."), ("lora.down.weight", "lora.up.weight"), False),
    "peft": (dotted("base_model.model."), ("lora_A.weight", "lora_B.weight"), False),
    "peft with a name": (dotted("unet."), ("lora_A.my-style.weight", "lora_B.my-style.weight"), True),
    "DiffSynth": (dotted(""), ("lora_A.default.weight", "lora_B.default.weight"), False),
    "ai-toolkit": (dotted("diffusion_model."), ("lora_A.weight", "lora_B.weight"), True),
    "OneTrainer of old": (joined("lora_transformer_"), ("lora_down.weight", "lora_up.weight"), True),
    "kohya": (joined("lora_unet_"), ("lora_down.weight", "lora_up.weight"), True),
    "kohya with two signs": (joined("lora_unet__"), ("lora_down.weight", "lora_up.weight"), True),
    "LyCORIS": (joined("lycoris_"), ("lora_down.weight", "lora_up.weight"), True),
    "ComfyUI's trainer": (dotted("diffusion_model."), ("lora_down.weight", "lora_up.weight"), True),
}


def layers_of(model: ImageModel, target: str = "attention") -> dict[str, tuple[int, ...]]:
    found = targeted_layers(model.denoiser, model.family.lora_layers(target))
    return {name: tuple(layer.weight.shape) for name, layer in found.items()}  # type: ignore[arg-type]


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def lora_file(model: ImageModel, naming: str, rank: int = 2, alpha: float = 1.0) -> Made:
    """A plain LoRA in one of `NAMES`; where these have an alpha, every layer has it."""
    name_of, (down_name, up_name), has_alpha = NAMES[naming]
    made = Made()
    for seed, (layer, (out, *inside)) in enumerate(layers_of(model).items()):
        down, up = drawn(seed, rank, *inside), drawn(seed + 999, out, rank)
        name = name_of(layer)
        made.tensors[f"{name}.{down_name}"] = down
        made.tensors[f"{name}.{up_name}"] = up.reshape(out, rank, *(1 for _ in inside[1:]))
        if has_alpha:
            made.tensors[f"{name}.alpha"] = torch.tensor(alpha)
        made.dense[layer] = (alpha / rank if has_alpha else 1.0) * torch.einsum("or,r...->o...", up, down)
    return made


def lokr_file(model: ImageModel, prefix: Callable[[str], str], whole: bool) -> Made:
    """kron of a 2 x 2 factor and another, which is `whole` (alpha counts for nothing) or of rank 2."""
    made = Made()
    for seed, (layer, (out, *inside)) in enumerate(layers_of(model).items()):
        w1 = drawn(3 * seed, 2, 2)
        made.tensors[f"{prefix(layer)}.lokr_w1"] = w1
        made.tensors[f"{prefix(layer)}.alpha"] = torch.tensor(8.0)
        if whole:
            w2 = drawn(3 * seed + 1, out // 2, inside[0] // 2)
            made.tensors[f"{prefix(layer)}.lokr_w2"] = w2
            scale = 1.0
        else:
            a, b = drawn(3 * seed + 1, out // 2, 2), drawn(3 * seed + 2, 2, inside[0] // 2)
            made.tensors |= {f"{prefix(layer)}.lokr_w2_a": a, f"{prefix(layer)}.lokr_w2_b": b}
            w2, scale = a @ b, 8.0 / 2
        made.dense[layer] = scale * torch.kron(w1, w2)
    return made
