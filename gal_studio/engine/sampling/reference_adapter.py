"""Image adapters (IP-Adapter, IP-Adapter-Plus): read one, and attach it to a denoiser for a while."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image

from gal_studio.causes import in_folder
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.recipe import Recipe
from gal_studio.core.settings import MOST_DRAWN_WITH
from gal_studio.engine.families.family import Family, References, reference_family
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.memory.plan import free_memory, is_out_of_memory, release_memory
from gal_studio.engine.models.adapter_files import TOWER, encoder_configuration, locate_adapter
from gal_studio.engine.models.adapters import differing_tensors, shapes
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.saving import read_table
from gal_studio.json_files import check_plain_folder

Tensors = dict[str, torch.Tensor]
AdapterKind = Literal["plain", "plus", "full"]
_PREFIXES = {
    "image_proj.": "image_proj",
    "ip_adapter.": "ip_adapter",
    "image_proj_model.": "image_proj",
    "adapter_modules.": "ip_adapter",
}
"""How names begin in an adapter, and in the checkpoints of the published training programs."""
_FULL = "proj.3.weight"
_UNSUPPORTED = {
    _FULL: "a full-face adapter",
    "perceiver_resampler.proj_in.weight": "a FaceID adapter",
    "proj.0.weight": "a FaceID adapter",
}


@dataclass(frozen=True)
class ReferenceAdapter:
    """An image adapter in memory: a projection or resampler, and the keys and values of each cross-attention.

    `attention` has the tensors `N.to_k_ip.weight` and `N.to_v_ip.weight` with N = 1, 3, 5, ….
    """

    name: str
    projection: Tensors
    attention: Tensors
    encoder: Path
    tower: Any = None  # a vision tower that is its image encoder (`patches.tower_encoder`)

    @property
    def kind(self) -> AdapterKind:
        """What it has: a projection of the picture's one feature, a resampler of all positions, or a
        projection of each of them.
        """
        if "proj.weight" in self.projection:
            return "plain"
        return "full" if _FULL in self.projection else "plus"

    @property
    def parts(self) -> dict[str, Tensors]:
        """As diffusers takes it."""
        return {"image_proj": self.projection, "ip_adapter": self.attention}


def load_adapter(
    name: str,
    model: ImageModel,
    revisions: Revisions | None = None,
    open_tower: Callable[[Path], Any] | None = None,
) -> ReferenceAdapter:
    """Read an adapter by its name, see `adapter_files.AdapterName`; refused if it does not fit the model."""
    check_references(model.family, model.name, is_native=False)
    files = locate_adapter(name, model.family.name, {} if revisions is None else revisions)
    adapter = ReferenceAdapter(name, *read_parts(files.weights), files.encoder)
    if (adapter.encoder / TOWER).is_file():
        if open_tower is None:
            raise StudioError(
                f"The image adapter {name} reads a vision model of the studio, which other programs do not "
                "have: choose one with a CLIP image encoder."
            )
        adapter = replace(adapter, tower=open_tower(adapter.encoder))
    _check_kind(adapter)
    _check_fits(adapter, model)
    _check_encoder(adapter)
    return adapter


def check_references(family: Family | type[Family], name: str, is_native: bool) -> None:
    """Refuse a base model that cannot be given reference pictures by itself, or else by an adapter."""
    by_adapter = reference_family(family, name).by_adapter
    if is_native and by_adapter:
        raise StudioError(
            f"The model {name} cannot read reference images by itself: name an image adapter, such as "
            "h94/IP-Adapter."
        )
    if not is_native and not by_adapter:
        raise StudioError(
            f"The model {name} reads reference images by itself: set the image adapter to native."
        )


def read_parts(path: Path) -> tuple[Tensors, Tensors]:
    """The two parts of an adapter's file, in any published layout; no program in it is ever run."""
    content = read_table(path, "image adapter")
    if all(isinstance(content.get(part), Mapping) for part in ("image_proj", "ip_adapter")):
        parts: Mapping[str, Mapping[str, Any]] = content
    else:
        parts = {"image_proj": {}, "ip_adapter": {}}
        for name, tensor in content.items():
            for prefix, part in _PREFIXES.items():
                if name.startswith(prefix):
                    parts[part][name.removeprefix(prefix)] = tensor  # type: ignore[index]
    projection, attention = dict(parts["image_proj"]), dict(parts["ip_adapter"])
    if not projection or not attention:
        raise StudioError(
            f"The file {path.name} is not an image adapter: it has no image_proj and ip_adapter weights."
        )
    tensors = [*projection.values(), *attention.values()]
    if not all(isinstance(one, torch.Tensor) and one.isfinite().all() for one in tensors):
        raise StudioError(
            f"The image adapter {path.name} is damaged (some values are not numbers): download it again."
        )
    return projection, attention


def _check_kind(adapter: ReferenceAdapter) -> None:
    """Refuse what is not reproduced: adapters of faces, and those that come with LoRAs."""
    if adapter.kind == "full" and adapter.tower is not None:
        return  # the published ones read faces
    layout = next((what for key, what in _UNSUPPORTED.items() if key in adapter.projection), "")
    if any("_lora." in key for key in adapter.attention):
        layout = "a FaceID adapter"
    known = "proj.weight" in adapter.projection or {"latents", "proj_in.weight"} <= adapter.projection.keys()
    if layout or not known:
        raise StudioError(
            f"{adapter.name} is {layout or 'an adapter of another layout'}: this version supports IP-Adapter "
            "and IP-Adapter-Plus."
        )


def _check_fits(adapter: ReferenceAdapter, model: ImageModel) -> None:
    width = _output_width(adapter)
    expected: dict[str, tuple[int, ...]] = {}
    crossing = [name for name in model.denoiser.attn_processors if name.endswith("attn2.processor")]
    for number, name in enumerate(crossing):
        layer = model.denoiser.get_submodule(name.removesuffix(".processor"))
        for part in ("k", "v"):
            expected[f"{2 * number + 1}.to_{part}_ip.weight"] = tuple(layer.to_k.weight.shape)
    difference = differing_tensors(expected, shapes(adapter.attention))
    if difference or width != model.denoiser.config.cross_attention_dim:
        raise StudioError(
            f"The image adapter {adapter.name} was made for another base model than {model.name} (it "
            f"{difference or f'makes tokens of width {width}'}): choose one for {_WORDS[model.family.name]}."
        )


_WORDS = {"sd1": "Stable Diffusion 1.5", "sdxl": "Stable Diffusion XL"}


def _output_width(adapter: ReferenceAdapter) -> int:
    named = {"plain": "norm.weight", "plus": "proj_out.weight", "full": _FULL}
    tensor = adapter.projection.get(named[adapter.kind])
    return 0 if tensor is None else int(tensor.shape[0])


def _check_encoder(adapter: ReferenceAdapter) -> None:
    first = {"plain": "proj.weight", "plus": "proj_in.weight", "full": "proj.0.weight"}[adapter.kind]
    reads = int(adapter.projection[first].shape[1])
    made: object
    if adapter.tower is not None:
        made = None if adapter.kind == "plain" else adapter.tower.width
    else:
        width = "projection_dim" if adapter.kind == "plain" else "hidden_size"
        made = encoder_configuration(adapter.encoder).get(width)
    if made != reads:
        raise StudioError(
            f"The image adapter {adapter.name} reads features of width {reads}, and the image encoder "
            f"{adapter.encoder} makes {made}: name the encoder that it was trained with."
        )


@contextmanager
def attached(model: ImageModel, adapter: ReferenceAdapter, strength: float | Recipe = 1.0) -> Iterator[None]:
    """Have the adapter in the denoiser within the context, in its precision, and restore it exactly.

    `strength` in [0, 2] multiplies what the pictures add to each cross-attention, in all steps or as a recipe
    says (Eq. G13). The tokens of several pictures are read together.
    """
    recipe = strength if isinstance(strength, Recipe) else Recipe.constant(strength)
    denoiser, pipeline = model.denoiser, model.family.pipeline
    if model.is_quantized:
        raise StudioError(
            "An image adapter cannot be added to base weights of 8-bit integers: choose plain base weights."
        )
    before, held, step = dict(denoiser.attn_processors), denoiser.encoder_hid_proj, model.before_step
    try:
        logging.getLogger("diffusers.models.modeling_utils").setLevel(logging.ERROR)  # of `to`
        with torch.random.fork_rng(devices=[]):
            denoiser._load_ip_adapter_weights([adapter.parts], low_cpu_mem_usage=False)
        denoiser.encoder_hid_proj.requires_grad_(False).eval()
        for processor in denoiser.attn_processors.values():
            if isinstance(processor, torch.nn.Module):
                processor.requires_grad_(False)
        pipeline.set_ip_adapter_scale(recipe.late)
        if not recipe.is_constant:
            model.before_step = lambda step, steps: pipeline.set_ip_adapter_scale(
                recipe.strength(step, steps)
            )
        yield
    finally:
        model.before_step = step
        denoiser.encoder_hid_proj = held  # its attention would count as the denoiser's
        denoiser.set_attn_processor(before)
        denoiser.config.encoder_hid_dim_type = None


def encode_references(
    model: ImageModel, adapter: ReferenceAdapter | None, pictures: Sequence[Image.Image]
) -> References:
    """Encode the pictures of one row; with an adapter, which is attached, by its image encoder."""
    check_pictures(pictures)
    family = reference_family(model.family, model.name)
    if adapter is None:
        return family.encode_references(pictures, model.device)
    with image_encoder(model, adapter) as device:
        return family.encode_references(pictures, device)


def check_pictures(pictures: Sequence[Image.Image]) -> None:
    """Refuse too many pictures, and blank ones."""
    if len(pictures) > MOST_DRAWN_WITH:
        raise StudioError(
            f"There are {len(pictures)} reference images, and an image can use at most "
            f"{MOST_DRAWN_WITH}: remove some."
        )
    for picture in pictures:
        pixels = np.asarray(picture.convert("RGB")).reshape(-1, 3)
        if (pixels == pixels[0]).all():
            raise StudioError("A reference image is one flat color: choose another.")


@contextmanager
def image_encoder(model: ImageModel, adapter: ReferenceAdapter) -> Iterator[torch.device]:
    """Have the adapter's image encoder in the pipeline within the context; yields its device.

    Where the device has no room for it, it works in main memory.
    """
    pipeline, kept = model.family.pipeline, {}
    encoder, extractor = _opened(adapter, model.denoiser.dtype)
    encoder.requires_grad_(False).eval()
    device = _placed(encoder, model.device, adapter.name)
    parts = {"image_encoder": encoder, "feature_extractor": extractor}
    for name, part in parts.items():
        kept[name] = getattr(pipeline, name)
        setattr(pipeline, name, part)
    try:
        yield device
    finally:
        for name, part in kept.items():
            setattr(pipeline, name, part)
        del encoder, parts
        release_memory()


def _opened(adapter: ReferenceAdapter, dtype: torch.dtype) -> tuple[Any, Any]:
    """An image encoder, and what prepares pictures for it."""
    from transformers import CLIPImageProcessor, CLIPVisionModelWithProjection

    if adapter.tower is not None:
        return adapter.tower, adapter.tower.prepare  # always in float32: it is small
    folder = adapter.encoder
    check_plain_folder(folder)
    try:
        encoder = CLIPVisionModelWithProjection.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=dtype
        )
    except Exception as error:  # the library raises many types
        raise StudioError(
            in_folder(folder, error)
            or f"The image encoder {folder} cannot be opened ({first_line(error)}): it needs a "
            "config.json and its weights in model.safetensors."
        ) from error
    side = encoder.config.image_size
    return encoder, CLIPImageProcessor(size=side, crop_size=side)


def _placed(encoder: Any, device: torch.device, name: str) -> torch.device:
    """Where the encoder works: on the device if it fits there with what it computes, or in main memory."""
    needed, weights = encoder_need(encoder), _weight_bytes(encoder)
    for place in dict.fromkeys((device, torch.device("cpu"))):
        free, more = free_memory(place), needed - (weights if place.type == "cpu" else 0)  # they are there
        if free is not None and more > free:
            continue
        try:
            encoder.to(place)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            encoder.to("cpu")
            release_memory()
            continue
        return place
    raise StudioError(
        f"There is not enough free memory for the image encoder of {name}: it needs {needed / 2**30:.1f} GB. "
        "Close other programs, or choose a smaller encoder."
    )


def encoder_need(encoder: Any) -> int:
    """Bytes that an image encoder needs to encode one picture: its weights, and what it computes.

    The published encoders compute a fiftieth of their weights, a vision tower as much as these.
    """
    return int((1.1 if hasattr(encoder, "config") else 2) * _weight_bytes(encoder))


def _weight_bytes(encoder: Any) -> int:
    return sum(weight.numel() * weight.element_size() for weight in encoder.parameters())
