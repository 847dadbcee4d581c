"""The colours of pictures in CIELAB, whose distances are about those that people see."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 32
"""Pixels per side to which a picture is shrunk."""


def lab_colours(picture: Image.Image) -> NDArray[np.float32]:
    """The colours of a picture, (32, 32, 3): lightness from 0 to 100, two tints from about -127 to 127."""
    small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(small, dtype=np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB), dtype=np.float32)
