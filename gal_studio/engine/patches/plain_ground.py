"""Put the subject of a picture on a plain background."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from gal_studio.engine.patches.foreground import RING

Colour = tuple[int, int, int]
SOFT = 0.004  # deviation of the blur of the mask's edge, relative to the side


def ground_of(images: Sequence[Image.Image]) -> Colour:
    """The median colour of the borders of some pictures, which show a plain background."""
    rings = [_ring(np.asarray(image.convert("RGB"), dtype=np.uint8)) for image in images]
    red, green, blue = np.median(np.concatenate(rings), axis=0).astype(int).tolist()
    return red, green, blue


def on_plain_ground(image: Image.Image, mask: Image.Image, colour: Colour) -> Image.Image:
    """The subject that the mask (L, 255 on the subject) shows, on a background of this colour."""
    edge = mask.convert("L").resize(image.size, Image.Resampling.BILINEAR)
    edge = edge.filter(ImageFilter.GaussianBlur(SOFT * max(image.size)))
    return Image.composite(image.convert("RGB"), Image.new("RGB", image.size, colour), edge)


def _ring(pixels: np.ndarray) -> np.ndarray:
    """The pixels of the border, (n, 3)."""
    height, width = pixels.shape[:2]
    edge = max(1, round(RING * max(height, width)))
    border = np.ones((height, width), dtype=bool)
    border[edge : height - edge, edge : width - edge] = False
    found: np.ndarray = pixels[border]
    return found
