"""What a file that is taken for a LoRA is: the base model it was made for, or what it is instead."""

import re
from collections.abc import Collection, Mapping

from gal_studio.core.errors import StudioError
from gal_studio.core.models.lora_tensors import holds_lora, is_of_text, layers_of

_BASES: Mapping[str, tuple[str, ...]] = {  # in words, by how the two usual keys of the metadata begin
    "Stable Diffusion XL": ("stable-diffusion-xl", "sdxl"),
    "Stable Diffusion 1.x": ("stable-diffusion-v1", "sd_v1", "sd_1"),
    "Stable Diffusion 2.x": ("stable-diffusion-v2", "sd_v2", "sd_2"),
    "FLUX.2 klein": ("flux-2", "flux2", "flux.2"),
    "FLUX.1": ("flux-1", "flux1"),
    "Z-Image": ("z-image", "zimage", "z_image"),
    "Krea 2": ("krea-2", "krea2", "krea_2"),
    "Anima": ("anima",),
    "Qwen-Image 2.1": ("qwen-image-2.1", "qwen_image_2.1", "qwen-image-21", "qwen_image_21", "qwenimage21"),
}
_WIDTHS = {768: "Stable Diffusion 1.x", 1024: "Stable Diffusion 2.x", 2048: "Stable Diffusion XL"}
_BY_LAYER: Mapping[str, str] = {  # the first pattern that is found in the name of a layer
    r"double_blocks[._](9|1\d)[._]": "FLUX.1",
    r"(single_|double_)(transformer_)?blocks": "FLUX",
    r"transformer_blocks[._]\d+[._]img_mlp[._](gate_|proj|out$)": "Qwen-Image 2.1",
    r"transformer_blocks[._]\d+[._](img|txt)_mlp|txt_mod|add_[qkv]_proj": "Qwen-Image",
    r"joint_blocks": "Stable Diffusion 3",
    r"blocks[._]\d+[._](self|cross)_attn[._]q_proj": "Anima",
    r"blocks[._]\d+[._]self_attn[._]q$": "Wan",
    r"(^|[._])layers[._]\d+[._]attention": "Z-Image",
    r"txtfusion|text_fusion|blocks[._]\d+[._](attn[._](w[qkvo]|to_gate)|(mlp|ff)[._](gate|up))": "Krea 2",
}
_OTHERS: tuple[tuple[str, str, str], ...] = (  # a pattern of tensors' names, what the file is, and what to do
    (
        r"^lllite_|\.lllite_",
        "a ControlNet-LLLite, which steers single images by another one",
        "choose a LoRA",
    ),
    (
        r"^lora_controlnet$|^control_model\.|^controlnet_|input_hint_block|controlnet_cond_embedding",
        "a ControlNet, which steers single images by another one",
        "choose a LoRA",
    ),
    (
        r"^(image_proj|ip_adapter)\.",
        "an image adapter (IP-Adapter)",
        "use it for Round 0, or choose a LoRA",
    ),
    (
        r"^(emb_params|string_to_param(\..*)?|clip_[lg]|<[^<>]*>)$",
        "an embedding (textual inversion), which is a word for the text encoder",
        "choose a LoRA",
    ),
    (
        r"^(model\.diffusion_model|first_stage_model|double_blocks|single_blocks|all_final_layer)\.",
        "a whole model",
        "give it as the base model, or choose a LoRA",
    ),
    (r"^(encoder|decoder)\.(conv_in|mid|down|up)", "an autoencoder (VAE)", "choose a LoRA"),
)
_BUNDLED = re.compile(r"^bundle_emb\.([^.]+)\.")


def refuse_what_is_no_lora(file: str, names: Collection[str]) -> None:
    """Refuse a file by what it is instead of a LoRA; `names` are its tensors'."""
    is_lora = holds_lora(names)
    for pattern, what, step in _OTHERS[:2] if is_lora else _OTHERS:
        if any(re.search(pattern, name) for name in names):
            raise StudioError(f"The file {file} is {what}, not a LoRA: {step}.")
    if not is_lora:
        raise StudioError(f"The file {file} holds no LoRA: choose a LoRA's .safetensors file.")
    layers = layers_of(names)
    if all(map(is_of_text, layers)):
        raise StudioError(
            f"The file {file} is a LoRA of a text encoder alone and generates nothing by itself: choose one "
            "that changes the image model."
        )


def bundled_embedding(name: str) -> str:
    """The word of the embedding that a tensor belongs to, as OneTrainer bundles them; "" for others."""
    found = _BUNDLED.match(name)
    return found[1] if found else ""


def stated_base(metadata: Mapping[str, str]) -> str:
    """The base model by the metadata of modelspec or of kohya's scripts, in words; "" if it is unknown."""
    for key in ("modelspec.architecture", "ss_base_model_version"):
        for words, begins in _BASES.items():
            if metadata.get(key, "").lower().startswith(begins):
                return words
    return ""


def base_by_layers(shapes: Mapping[str, tuple[int, ...]]) -> str:
    """The base model by the names of the layers, and by the width of the text that they attend to.

    `shapes` are those of the factors that read a layer's input.
    """
    for name, shape in shapes.items():
        if "attn2" in name and "to_k" in name and "down_blocks" in name and len(shape) > 1:
            return _WIDTHS.get(shape[1], "")
    return next(
        (words for pattern, words in _BY_LAYER.items() if any(re.search(pattern, name) for name in shapes)),
        "",
    )


def is_another_base(base: str, other: str) -> bool:
    """Whether two base models in words are known, and not one: "FLUX" may be any of its kind."""
    return bool(base and other) and not (base.startswith(other) or other.startswith(base))
