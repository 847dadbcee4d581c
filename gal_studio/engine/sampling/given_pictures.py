"""How a reference picture is prepared for a model that is given it."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from PIL import Image, ImageOps

from gal_studio.core.errors import StudioError

WHITE = "white"
_CROP = 0.6, 0.9
"""Shares of a side that a view has."""


def on_white(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The subject of a picture alone: white outside its mask, cropped to it, and padded to a square."""
    inside = mask.convert("L").resize(picture.size).point(lambda value: 255 * (value > 127))
    alone = Image.composite(picture.convert("RGB"), Image.new("RGB", picture.size, WHITE), inside)
    box = inside.getbbox()
    if box is None:
        raise StudioError("The mask of a reference is empty: paint where its subject is.")
    return padded(alone, box)


def padded(picture: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    """The part of a picture in (left, top, right, bottom), padded with white to a square."""
    cropped = picture.convert("RGB").crop(box)
    side = max(cropped.size)
    return ImageOps.pad(cropped, (side, side), color=WHITE)


def views(picture: Image.Image, count: int, side: int, rng: np.random.Generator) -> Iterator[Image.Image]:
    """Other views of a picture: square crops of 0.6 to 0.9 of its shorter side, every second one mirrored."""
    shorter = min(picture.size)
    for number in range(count):
        edge = round(shorter * rng.uniform(*_CROP))
        left, top = (int(rng.integers(0, whole - edge + 1)) for whole in picture.size)
        crop = picture.convert("RGB").crop((left, top, left + edge, top + edge))
        crop = crop.resize((side, side), Image.Resampling.LANCZOS)
        yield ImageOps.mirror(crop) if number % 2 else crop


def columns(objects: Sequence[int], side: int) -> torch.Tensor:
    """Masks (pictures, side, side) that put the pictures of object 0, 1, … into columns from left to right.

    `objects` has the number of each picture's object. What the pictures add is summed, so that those of one
    object share its weight of 1.
    """
    count = max(objects) + 1
    ends = [round(side * number / count) for number in range(count + 1)]
    masks = torch.zeros(len(objects), side, side)
    for mask, number in zip(masks, objects, strict=True):
        mask[:, ends[number] : ends[number + 1]] = 1.0 / objects.count(number)
    return masks
