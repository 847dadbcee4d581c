"""Encode the pictures and prompts of a training once, and cache the latents and text features."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from gal_studio.core.memory.need import OVERHEAD
from gal_studio.core.patchdpo.masks import check_size, shrink
from gal_studio.core.pictures.crop import Size, bucket
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import Sizes, TextFeatures
from gal_studio.engine.memory.peak import encoding_peak
from gal_studio.engine.memory.plan import free_memory
from gal_studio.engine.memory.slicing import tiling
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import check_prompts, encode_prompts

Latents = dict[str, torch.Tensor]
"""Cache of one model's latents, (c, h, w) on the CPU, by a hash of the picture and the size trained on.

Where latents are sampled it has the standard deviations of their posterior too.
"""


Shape = tuple[int, int]
"""Height and width in latent positions."""


@dataclass(frozen=True)
class ExamplePicture:
    """A training example with its picture: prompt, and weight w_i (Eq. G8; 1 for a reference).

    With a `mask` (mode L, of the picture's size) its white part is learned, w_i times the mask, and the rest
    with `background` times w_i.
    `is_reference` matters where references have a share of their own in the draws.
    """

    image: Image.Image
    prompt: str
    weight: float = 1.0
    mask: Image.Image | None = None
    is_reference: bool = True
    background: float = 0.0


@dataclass(frozen=True)
class Crops:
    """Crops (n, c, h, w) of latents, with their size conditions and weights.

    `maps` are the spatial weights, (n, 1, h, w), or None if no picture of the set has a mask.
    """

    latents: torch.Tensor
    sizes: list[Sizes]
    weights: torch.Tensor
    maps: torch.Tensor | None

    @property
    def spatial(self) -> torch.Tensor:
        """The weights of the loss: (n,) or (n, 1, h, w)."""
        return self.weights if self.maps is None else self.maps


@dataclass(frozen=True)
class CachedPictures:
    """Each picture's latent (c, h, w), which may be larger than the crop, text features and weight.

    `shapes` are the heights and widths of the crops: a square, or a bucket near the picture's own shape.
    `maps` holds each picture's spatial weights, (h, w); None if no picture has a mask. `spreads`
    are the standard deviations of sampled latents, (c, h, w); None if the latents are modes.
    """

    latents: tuple[torch.Tensor, ...]
    originals: tuple[tuple[int, int], ...]
    texts: tuple[TextFeatures, ...]
    weights: torch.Tensor
    scale: int
    shapes: tuple[Shape, ...]
    maps: tuple[torch.Tensor, ...] | None = None
    spreads: tuple[torch.Tensor, ...] | None = None

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.latents)

    def by_shape(self, index: Sequence[int]) -> list[list[int]]:
        """The places in `index` of pictures of the same shape, in the order in which shapes come."""
        groups: dict[Shape, list[int]] = {}
        for place, row in enumerate(index):
            groups.setdefault(self.shapes[row], []).append(place)
        return list(groups.values())

    def crops(self, index: Sequence[int], random: bool, generator: torch.Generator) -> Crops:
        """Crop the latents at `index`, sampled if they are not modes, and their weights.

        All have one shape. Crops are centred or at random positions.
        """
        latents, maps, sizes = [], [], []
        for row in index:
            top, left = self._corner(row, random, generator)
            height, width = self.shapes[row]
            rows, columns = slice(top, top + height), slice(left, left + width)
            latent = self.latents[row][:, rows, columns]
            if self.spreads is not None:
                spread = self.spreads[row][:, rows, columns]
                latent = latent + spread * torch.randn(spread.shape, generator=generator)
            latents.append(latent)
            if self.maps is not None:
                maps.append(self.maps[row][None, rows, columns])
            scale = self.scale
            sizes.append((*self.originals[row], top * scale, left * scale, height * scale, width * scale))
        weights = self.weights[torch.tensor(list(index))]
        return Crops(torch.stack(latents), sizes, weights, torch.stack(maps) if maps else None)

    def _corner(self, row: int, random: bool, generator: torch.Generator) -> tuple[int, int]:
        shape = self.latents[row].shape[1:]
        spare = [whole - part for whole, part in zip(shape, self.shapes[row], strict=True)]
        if not random:
            return spare[0] // 2, spare[1] // 2
        drawn = torch.rand(2, generator=generator).tolist()
        top, left = (min(int(part * (room + 1)), room) for part, room in zip(drawn, spare, strict=True))
        return top, left


def encode_pictures(
    model: ImageModel, images: Sequence[Image.Image], settings: TuneSettings, cache: Latents
) -> Iterator[int]:
    """Add missing latents to the cache; after each, yield how many of the images are done."""
    for done, image in enumerate(images, start=1):
        size = trained_size(model, image, settings)
        key = _key(image, size)
        if key not in cache:  # a reference is in many pairs
            cache[key] = encode_picture(model, image, size)
            if settings.sample_latents:
                cache[_SPREAD + key] = encode_picture(model, image, size, 1.0) - cache[key]
            yield done


def trained_size(model: ImageModel, image: Image.Image, settings: TuneSettings) -> Size:
    """The width and height in pixels of what is trained of a picture: a square, or its bucket."""
    resolution = model.latent_side(settings.resolution) * model.scale
    if settings.crop != "none":
        return resolution, resolution
    return bucket(image.size, resolution, model.family.grid)


def cache_pictures(
    model: ImageModel,
    pictures: Sequence[ExamplePicture],
    settings: TuneSettings,
    cache: Latents | None = None,
    texts: Mapping[str, TextFeatures] | None = None,
) -> CachedPictures:
    """Encode the pictures that are not in the cache of `encode_pictures`, and the prompts unless given.

    A latent is the mode of the autoencoder's posterior, so that it is the same in every round; the
    posterior's variance is far below that of the training noise. With `sample_latents` each crop is a sample
    of it, as published. Random crops are taken from the latent of the whole picture, on the latent grid.
    """
    texts = encode_texts(model, pictures) if texts is None else texts
    cache = {} if cache is None else cache
    for _ in encode_pictures(model, [picture.image for picture in pictures], settings, cache):
        pass
    kept = [trained_size(model, picture.image, settings) for picture in pictures]
    keys = [_key(picture.image, size) for picture, size in zip(pictures, kept, strict=True)]
    latents = tuple(cache[key] for key in keys)
    masked = any(picture.mask is not None for picture in pictures)
    return CachedPictures(
        latents=latents,
        originals=tuple((picture.image.height, picture.image.width) for picture in pictures),
        texts=tuple(texts[picture.prompt] for picture in pictures),
        weights=torch.tensor([picture.weight for picture in pictures], dtype=torch.float32),
        scale=model.scale,
        shapes=tuple((height // model.scale, width // model.scale) for width, height in kept),
        maps=tuple(map(spatial_weights, pictures, latents)) if masked else None,
        spreads=tuple(cache[_SPREAD + key] for key in keys) if settings.sample_latents else None,
    )


def encode_texts(model: ImageModel, pictures: Iterable[ExamplePicture]) -> dict[str, TextFeatures]:
    """Check and encode the distinct prompts of pictures."""
    prompts = [picture.prompt for picture in pictures]
    check_prompts(model, prompts)
    return encode_prompts(model, prompts)


_SPREAD = "spread of "  # before a key: the posterior's standard deviations


def _key(image: Image.Image, size: Size) -> str:
    digest = hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()
    return f"{image.size} {size} {digest}"


def spatial_weights(picture: ExamplePicture, latent: torch.Tensor) -> torch.Tensor:
    """w_i (b + (1 - b) m) at the latent's size, (h, w): b of the background, m the mean of the mask over each
    position's area.
    """
    height, width = latent.shape[1:]
    if picture.mask is None:
        return torch.full((height, width), picture.weight)
    check_size("mask", picture.mask.size, picture.image.size)
    covered = shrink(np.asarray(picture.mask.convert("L"), dtype=np.float64) / 255, height, width)
    counted = picture.background + (1 - picture.background) * covered
    return torch.tensor(picture.weight * counted, dtype=torch.float32)


def encode_picture(
    model: ImageModel, image: Image.Image, size: Size, deviations: float = 0.0
) -> torch.Tensor:
    """Resize a picture until it covers (width, height), and encode it to a latent (c, h, w) on the CPU.

    It is the posterior's mode, or so many standard deviations above it.
    """
    factor = max(wanted / side for wanted, side in zip(size, image.size, strict=True))
    width, height = (
        max(wanted, round(side * factor / model.scale) * model.scale)
        for wanted, side in zip(size, image.size, strict=True)
    )
    resized = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    pixels = torch.from_numpy(np.array(resized, dtype=np.float32)).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad(), _tiled_if_short(model, width, height):
        return model.family.encode(pixels.to(model.device), deviations)[0].cpu()


def _tiled_if_short(model: ImageModel, width: int, height: int) -> AbstractContextManager[None]:
    """Encode in tiles if memory is short for a picture of these pixels, which needs its share of a square."""
    side, free = min(width, height) // model.scale, free_memory(model.device)
    if model.machine.tiling:
        return tiling(model, side)
    if free is None:
        return nullcontext()
    length = max(width, height) / min(width, height)
    needed = OVERHEAD[model.device.type] * length * encoding_peak(model, side)
    return nullcontext() if needed <= free else tiling(model, side)
