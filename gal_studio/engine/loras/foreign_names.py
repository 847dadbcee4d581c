"""The layers of a model by the names that other programs give them in LoRA files."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import torch

from gal_studio.core.models.forms.form import ExportForm
from gal_studio.engine.families.lora_names import LayerName
from gal_studio.engine.models.image_model import ImageModel

_DOTTED = (
    "", "unet.", "transformer.", "diffusion_model.", "model.diffusion_model.", "model.", "base_model.model.",
    "base_model.model.unet.", "base_model.model.transformer.", "base_model.model.diffusion_model.",
)  # fmt: skip
_JOINED = (
    "lora_unet_", "lora_unet__", "lora_transformer_", "lora_diffusion_model_", "lycoris_", "lycoris_unet_",
    "lycoris_transformer_",
)  # fmt: skip
_FUSED = {
    (".to_q", ".to_k", ".to_v"): (".to_qkv", ".qkv"),
    (".to_k", ".to_v"): (".to_kv", ".kv"),
    (".add_q_proj", ".add_k_proj", ".add_v_proj"): (".to_added_qkv", ".add_qkv_proj"),
}
_ORIGINAL = ExportForm("original", "", "", original_names=True)
_RESNET = {
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_REST_OF_UNET = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_out": "out.2",
}


@dataclass(frozen=True)
class TensorPlace:
    """The layers of the model that a layer of a file changes; several are parts of its outputs, in order."""

    layers: tuple[str, ...]


def places(model: ImageModel) -> dict[str, TensorPlace]:
    """The layers of a model by every name that a file may give them, without the ending of a tensor."""
    found: dict[str, TensorPlace] = {}
    layers = changeable(model.denoiser)
    for layer in layers:
        _enter(found, layer, TensorPlace((layer,)))
        if layer.endswith("to_out.0"):
            _enter(found, layer.removesuffix(".0"), TensorPlace((layer,)))
    for name, place in (*_original_places(model, layers), *_fused(layers)):
        _enter(found, name, place)
    return found


def _fused(layers: Collection[str]) -> Iterator[tuple[str, TensorPlace]]:
    """The inputs of attention as one layer, as diffusers and trainers fuse them: `to_qkv` and the like."""
    for layer in layers:
        for parts, names in _FUSED.items():
            head = layer.removesuffix(parts[0])
            joined = tuple(head + part for part in parts)
            if head != layer and all(part in layers for part in joined):
                yield from ((head + name, TensorPlace(joined)) for name in names)


def changeable(denoiser: torch.nn.Module) -> dict[str, torch.nn.Module]:
    """The layers that a LoRA can change: linear and convolutional ones, by name."""
    kinds = torch.nn.Linear | torch.nn.Conv2d
    return {name: layer for name, layer in denoiser.named_modules() if isinstance(layer, kinds)}


def own_name(name: str) -> str:
    """The name of a layer in its model, without what files put before it."""
    return name.removeprefix(max((begin for begin in _DOTTED if name.startswith(begin)), key=len))


def _enter(found: dict[str, TensorPlace], name: str, place: TensorPlace) -> None:
    """Enter a name with all prefixes; the name of another layer stays."""
    for prefix in _DOTTED:
        found.setdefault(prefix + name, place)
    for prefix in _JOINED:
        found.setdefault(prefix + name.replace(".", "_"), place)


def _original_places(
    model: ImageModel, layers: Mapping[str, torch.nn.Module]
) -> Iterator[tuple[str, TensorPlace]]:
    """The names of the original implementations, where the inputs of attention may be one layer."""
    parts: dict[str, dict[int, str]] = {}
    if hasattr(model.denoiser, "down_blocks"):
        yield from (
            (name, TensorPlace((layer,))) for layer, name in _unet_names(model.denoiser) if layer in layers
        )
        return
    for layer in layers:
        try:
            place = model.family.lora_names.layer(layer, _ORIGINAL)
        except ValueError:
            place = LayerName(layer)
        parts.setdefault(place.name, {})[place.part] = layer
    for name, found in parts.items():
        yield name, TensorPlace(tuple(found[part] for part in sorted(found)))


def _unet_names(unet: torch.nn.Module) -> Iterator[tuple[str, str]]:
    """(layer, original name) of all layers of a U-Net."""
    modules = changeable(unet)
    blocks = list(_unet_blocks(unet))
    for layer in modules:
        if layer in _REST_OF_UNET:
            yield layer, _REST_OF_UNET[layer]
        for block, original in blocks:
            if layer.startswith(f"{block}."):
                inside = layer.removeprefix(f"{block}.")
                inner = "op" if ".downsamplers." in block else _RESNET.get(inside, inside)
                yield layer, f"{original}.{inner}"


def _unet_blocks(unet: torch.nn.Module) -> Iterator[tuple[str, str]]:
    """(block, original name): diffusers nests in levels what the original counts through."""
    number = 1
    for level, block in enumerate(unet.down_blocks):  # type: ignore[arg-type]
        for place in range(len(block.resnets)):
            yield f"down_blocks.{level}.resnets.{place}", f"input_blocks.{number}.0"
            yield f"down_blocks.{level}.attentions.{place}", f"input_blocks.{number}.1"
            number += 1
        if getattr(block, "downsamplers", None):
            yield f"down_blocks.{level}.downsamplers.0", f"input_blocks.{number}.0"
            number += 1
    for inner, original in (("resnets.0", "0"), ("attentions.0", "1"), ("resnets.1", "2")):
        yield f"mid_block.{inner}", f"middle_block.{original}"
    number = 0
    for level, block in enumerate(unet.up_blocks):  # type: ignore[arg-type]
        has_attention = bool(getattr(block, "attentions", None))
        for place in range(len(block.resnets)):
            yield f"up_blocks.{level}.resnets.{place}", f"output_blocks.{number}.0"
            yield f"up_blocks.{level}.attentions.{place}", f"output_blocks.{number}.1"
            number += 1
        if getattr(block, "upsamplers", None):
            yield f"up_blocks.{level}.upsamplers.0", f"output_blocks.{number - 1}.{2 if has_attention else 1}"
