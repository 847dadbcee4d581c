"""A LoRA for Z-Image out of images in one pass: Z-Image-i2L of DiffSynth-Studio (Apache-2.0).

Two vision models see each image; two small matrices for each factor of a layer read what they see.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from gal_studio.causes import in_folder
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.models.forms.registry import find_form
from gal_studio.engine.families.lora_names import LoraNames, z_image_layer
from gal_studio.engine.loras.layers import named_tensors
from gal_studio.engine.models.factors import Factors
from gal_studio.engine.models.one_file import read_one_file
from gal_studio.engine.models.speed_lora import locate_hub_file
from gal_studio.engine.saving import opened_tensors, save_tensors

PREDICTOR = "DiffSynth-Studio/Z-Image-i2L/model.safetensors"
ENCODERS = "DiffSynth-Studio/General-Image-Encoders"
RANK = 4
"""Of an image; images are put side by side."""
SEEN_SIDE = 1024
"""An image is brought to a square of this side before a vision model makes it smaller."""
_ATTENTION = ("attention.to_q", "attention.to_k", "attention.to_v", "attention.to_out.0")
_FEED_FORWARD = ("feed_forward.w1", "feed_forward.w2", "feed_forward.w3")
_PLACE = re.compile(r"(\w+)_lora\.blocks\.(\d+)\.layers\.(\d)\.proj_a\.proj_out\.weight")
_SIGLIP: Mapping[str, Any] = {
    "hidden_size": 1536,
    "image_size": 384,
    "intermediate_size": 6144,
    "num_attention_heads": 16,
    "num_hidden_layers": 40,
    "patch_size": 16,
}
_DINO: Mapping[str, Any] = {
    "hidden_size": 4096,
    "image_size": 224,
    "intermediate_size": 8192,
    "num_attention_heads": 32,
    "num_hidden_layers": 40,
    "patch_size": 16,
    "num_register_tokens": 4,
    "hidden_act": "silu",
    "use_gated_mlp": True,
    "query_bias": False,
    "key_bias": False,
    "value_bias": False,
}


@dataclass(frozen=True)
class Encoder:
    """A vision model by its class in transformers, its folder among the encoders, and its published sizes."""

    kind: str
    folder: str
    sizes: Mapping[str, Any]
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)


SEEN_BY = (
    Encoder("SiglipVision", "SigLIP2-G384", _SIGLIP, (0.5,) * 3, (0.5,) * 3),
    Encoder("DINOv3ViT", "DINOv3-7B", _DINO),
)
"""In the order in which the predictor reads them."""


def write_image_lora(
    images: Sequence[Image.Image],
    out: Path,
    device: torch.device,
    predictor: str = PREDICTOR,
    encoders: str = ENCODERS,
    title: str = "",
) -> int:
    """Write the LoRA of some images in the names that diffusers and ComfyUI read; returns its rank.

    It has this `title`, by default the name of its file.
    `predictor` is a file or one of the hub, `encoders` a folder or a repository. Refused without images, or
    if a file is of another model.
    """
    if not images:
        raise StudioError("There is no image: give at least one whose style is wanted.")
    file = locate_hub_file(predictor, {}, "predictor")
    _check_predictor(file)
    seen = torch.cat([_features(images, each, encoders, device) for each in SEEN_BY], dim=1)
    layers = predicted(file, seen)
    names = LoraNames("z_image", "Z-Image", z_image_layer)
    tensors = named_tensors(layers, "transformer", names, find_form("comfyui"))
    header = {
        "format": "pt",
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": "Z-Image/lora",
        "modelspec.title": title or out.stem,
        "modelspec.description": f"Predicted from {len(images)} images by {predictor}, without training.",
        "ss_base_model_version": "z_image",
    }
    save_tensors({name: tensor.contiguous() for name, tensor in tensors.items()}, out, header)
    return max(factors.rank for factors in layers.values())


def predicted(file: Path, seen: torch.Tensor) -> dict[str, Factors]:
    """The LoRA that a predictor makes of what the vision models see, (images, width), by layer.

    Of an image with the features x, a layer's factors are `down = M_a C_a x` and `up = M_b C_b x`. Those of n
    images are put side by side and divided by n: their changes are averaged.
    """
    found: dict[str, Factors] = {}
    with opened_tensors(file) as tensors:
        for layer, place in _layers(tensors.keys()):
            down, up = (
                seen @ tensors.get_tensor(f"{place}.proj_{factor}.proj_in.weight").float().T
                @ tensors.get_tensor(f"{place}.proj_{factor}.proj_out.weight").float().T
                for factor in "ab"
            )  # fmt: skip
            found[layer] = Factors(
                down.view(len(seen) * RANK, -1) / len(seen),
                up.view(len(seen), -1, RANK).transpose(0, 1).flatten(1),
            )
    return found


def _layers(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(layer of Z-Image, beginning of its tensors): each part's attention first, then its feed-forwards."""
    places = [found for name in sorted(names) if (found := _PLACE.fullmatch(name))]
    blocks: dict[str, int] = {}
    for place in places:
        blocks[place[1]] = max(blocks.get(place[1], 0), int(place[2]) + 1)
    for place in places:
        part, block, number = place[1], int(place[2]), int(place[3])
        half = blocks[part] // 2
        inside = _ATTENTION if block < half else _FEED_FORWARD
        yield f"{part}.{block % half}.{inside[number]}", place[0].removesuffix(".proj_a.proj_out.weight")


def _check_predictor(file: Path) -> None:
    names = read_one_file(file).tensors
    if not any(map(_PLACE.fullmatch, names)):
        raise StudioError(
            f"The file {file} does not make LoRAs for Z-Image: give that of {PREDICTOR.rpartition('/')[0]} "
            "(of i2L v2, use a LoRA that it has made)."
        )


def _features(
    images: Sequence[Image.Image], encoder: Encoder, encoders: str, device: torch.device
) -> torch.Tensor:
    """What a vision model sees of each image, (n, width), in float32; it is released at the end."""
    model, side = _opened(encoder, encoders, device)
    pixels = torch.stack([_prepared(image, side, encoder) for image in images])
    with torch.inference_mode():
        rows = [model(pixel_values=one[None].to(device, model.dtype)).pooler_output for one in pixels]
    return torch.cat(rows).float().cpu()


def _opened(encoder: Encoder, encoders: str, device: torch.device) -> tuple[Any, int]:
    """A vision model in half precision, as published, and the side of what it sees."""
    import transformers

    file = locate_hub_file(f"{encoders.rstrip('/')}/{encoder.folder}/model.safetensors", {}, "vision model")
    config: Any = getattr(transformers, f"{encoder.kind}Config")
    beside = file.with_name("config.json")
    made = config.from_json_file(beside) if beside.is_file() else config(**encoder.sizes)
    try:
        model, report = getattr(transformers, f"{encoder.kind}Model").from_pretrained(
            file.parent,
            config=made,
            dtype=torch.bfloat16,
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise StudioError(
            in_folder(file.parent, error) or f"The vision model {file} cannot be opened: {first_line(error)}"
        ) from error
    if report["missing_keys"]:
        raise StudioError(
            f"The file {file} isn’t a {encoder.folder} model: download it again from {ENCODERS}."
        )
    return model.to(device).eval(), int(made.image_size)


def _prepared(image: Image.Image, side: int, encoder: Encoder) -> torch.Tensor:
    """The middle square of an image, normalized as the vision model expects, (3, side, side)."""
    from torchvision.transforms import functional

    scale = SEEN_SIDE / min(image.size)
    size = [round(length * scale) for length in reversed(image.size)]
    bilinear = functional.InterpolationMode.BILINEAR
    square = functional.center_crop(functional.resize(image.convert("RGB"), size, bilinear), [SEEN_SIDE] * 2)
    small = functional.to_tensor(functional.resize(square, [side, side], bilinear))
    normalized: torch.Tensor = functional.normalize(small, encoder.mean, encoder.std)
    return normalized
