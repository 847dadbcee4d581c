"""How a family's LoRA layers are called in the files of other programs."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gal_studio.core.models.forms.form import ExportForm


@dataclass(frozen=True)
class LayerName:
    """A layer's name in a file. With `parts` above 1, it is one of the rows of blocks of a fused layer."""

    name: str
    part: int = 0
    parts: int = 1


@dataclass(frozen=True)
class LoraNames:
    """A model's names in LoRA files for other programs.

    `layer` names a layer of the denoiser in a form that is not the studio's own. `has_alpha` says whether
    these have tensors `.alpha`. `base_version` is the value of `ss_base_model_version`, and `architecture`
    that of `modelspec.architecture` without `/lora`. A model that `is_known` has an architecture of other
    programs.
    """

    base_version: str
    architecture: str
    layer: Callable[[str, ExportForm], LayerName]
    has_alpha: bool = False
    is_v2: bool = False
    predicts_velocity: bool = False
    is_known: bool = True


def unet_layer(layer: str, form: ExportForm) -> LayerName:
    """Diffusers' own names with underscores, which all programs read, ComfyUI included."""
    return LayerName(f"lora_unet_{layer.replace('.', '_')}")


_KLEIN_LAYERS: Mapping[str, LayerName] = {
    "attn.to_q": LayerName("img_attn.qkv", 0, 3),
    "attn.to_k": LayerName("img_attn.qkv", 1, 3),
    "attn.to_v": LayerName("img_attn.qkv", 2, 3),
    "attn.add_q_proj": LayerName("txt_attn.qkv", 0, 3),
    "attn.add_k_proj": LayerName("txt_attn.qkv", 1, 3),
    "attn.add_v_proj": LayerName("txt_attn.qkv", 2, 3),
    "attn.to_out.0": LayerName("img_attn.proj"),
    "attn.to_add_out": LayerName("txt_attn.proj"),
    "ff.linear_in": LayerName("img_mlp.0"),
    "ff.linear_out": LayerName("img_mlp.2"),
    "ff_context.linear_in": LayerName("txt_mlp.0"),
    "ff_context.linear_out": LayerName("txt_mlp.2"),
    "attn.to_qkv_mlp_proj": LayerName("linear1"),
    "attn.to_out": LayerName("linear2"),
}
_REST_OF_KLEIN: Mapping[str, str] = {  # what LoRAs of other programs may change as well
    "x_embedder": "img_in",
    "context_embedder": "txt_in",
    "time_guidance_embed.timestep_embedder.linear_1": "time_in.in_layer",
    "time_guidance_embed.timestep_embedder.linear_2": "time_in.out_layer",
    "double_stream_modulation_img.linear": "double_stream_modulation_img.lin",
    "double_stream_modulation_txt.linear": "double_stream_modulation_txt.lin",
    "single_stream_modulation.linear": "single_stream_modulation.lin",
    "proj_out": "final_layer.linear",
}
_KLEIN_BLOCKS = {"transformer_blocks": "double_blocks", "single_transformer_blocks": "single_blocks"}


def klein_layer(layer: str, form: ExportForm) -> LayerName:
    """The names of the original FLUX.2 implementation, where attention inputs are fused, or diffusers'."""
    if form.diffusers_names:
        return LayerName(f"transformer.{layer}")
    if layer in _REST_OF_KLEIN:
        return LayerName(form.layer(_REST_OF_KLEIN[layer]))
    found = re.fullmatch(r"(transformer_blocks|single_transformer_blocks)\.(\d+)\.(.+)", layer)
    if found is None or found[3] not in _KLEIN_LAYERS:
        raise ValueError(f"{layer} has no name in the original implementation of FLUX.2")
    original = _KLEIN_LAYERS[found[3]]
    name = f"{_KLEIN_BLOCKS[found[1]]}.{found[2]}.{original.name}"
    return LayerName(form.layer(name), original.part, original.parts)


_Z_IMAGE_LAYERS: Mapping[str, LayerName] = {
    "attention.to_q": LayerName("attention.qkv", 0, 3),
    "attention.to_k": LayerName("attention.qkv", 1, 3),
    "attention.to_v": LayerName("attention.qkv", 2, 3),
    "attention.to_out.0": LayerName("attention.out"),
}


def z_image_layer(layer: str, form: ExportForm) -> LayerName:
    """Diffusers' names for ComfyUI; the original names, whose attention inputs are fused, with underscores.

    ComfyUI does not read diffusers' names with underscores.
    """
    block, _, rest = layer.partition(".attention.")
    original = _Z_IMAGE_LAYERS.get(f"attention.{rest}") if rest and form.original_names else None
    if original is None:
        return LayerName(form.layer(layer))
    return LayerName(form.layer(f"{block}.{original.name}"), original.part, original.parts)


_KREA_LAYERS: Mapping[str, str] = {
    "attn.to_q": "attn.wq",
    "attn.to_k": "attn.wk",
    "attn.to_v": "attn.wv",
    "attn.to_out.0": "attn.wo",
    "attn.to_gate": "attn.gate",
    "ff.gate": "mlp.gate",
    "ff.up": "mlp.up",
    "ff.down": "mlp.down",
}
_REST_OF_KREA: Mapping[str, str] = {  # what LoRAs of other programs may change as well
    "img_in": "first",
    "time_embed.linear_1": "tmlp.0",
    "time_embed.linear_2": "tmlp.2",
    "time_mod_proj": "tproj.1",
    "txt_in.linear_1": "txtmlp.1",
    "txt_in.linear_2": "txtmlp.3",
    "text_fusion.projector": "txtfusion.projector",
    "final_layer.linear": "last.linear",
}
_KREA_BLOCKS = {"transformer_blocks": "blocks", "text_fusion": "txtfusion"}


_ANIMA_LAYERS: Mapping[str, str] = {
    **{
        f"{own}.to_{layer}": f"{part}.{name}"
        for own, part in (("attn1", "self_attn"), ("attn2", "cross_attn"))
        for layer, name in (("q", "q_proj"), ("k", "k_proj"), ("v", "v_proj"), ("out.0", "output_proj"))
    },
    "ff.net.0.proj": "mlp.layer1",
    "ff.net.2": "mlp.layer2",
    **{
        f"norm{number}.linear_{layer}": f"adaln_modulation_{part}.{layer}"
        for number, part in ((1, "self_attn"), (2, "cross_attn"), (3, "mlp"))
        for layer in (1, 2)
    },
}
_REST_OF_ANIMA: Mapping[str, str] = {  # what LoRAs of other programs may change as well
    "norm_out.linear_1": "final_layer.adaln_modulation.1",
    "norm_out.linear_2": "final_layer.adaln_modulation.2",
    "proj_out": "final_layer.linear",
    "patch_embed.proj": "x_embedder.proj.1",
}


def anima_layer(layer: str, form: ExportForm) -> LayerName:
    """The names of the original implementation, which ComfyUI and diffusers both read."""
    if layer in _REST_OF_ANIMA:
        return LayerName(form.layer(_REST_OF_ANIMA[layer]))
    found = re.fullmatch(r"transformer_blocks\.(\d+)\.(.+)", layer)
    if found is None or found[2] not in _ANIMA_LAYERS:
        raise ValueError(f"{layer} has no name in the original implementation of Anima")
    return LayerName(form.layer(f"blocks.{found[1]}.{_ANIMA_LAYERS[found[2]]}"))


_GATED_OF_QWEN = {"gate_layer": 0, "proj": 1}


def qwen_layer(layer: str, form: ExportForm) -> LayerName:
    """Diffusers' names, but for two layers of each block that are one in the files of other programs."""
    block, _, rest = layer.rpartition(".img_mlp.")
    if rest in _GATED_OF_QWEN:
        return LayerName(form.layer(f"{block}.img_mlp.gate_up"), _GATED_OF_QWEN[rest], len(_GATED_OF_QWEN))
    return LayerName(form.layer(layer))


def krea_layer(layer: str, form: ExportForm) -> LayerName:
    """The names of the original implementation, the only ones that ComfyUI and diffusers both read."""
    if layer in _REST_OF_KREA:
        return LayerName(form.layer(_REST_OF_KREA[layer]))
    found = re.fullmatch(r"(transformer_blocks|text_fusion)((?:\.\w+_blocks)?\.\d+)\.(.+)", layer)
    if found is None or found[3] not in _KREA_LAYERS:
        raise ValueError(f"{layer} has no name in the original implementation of Krea 2")
    return LayerName(form.layer(f"{_KREA_BLOCKS[found[1]]}{found[2]}.{_KREA_LAYERS[found[3]]}"))
