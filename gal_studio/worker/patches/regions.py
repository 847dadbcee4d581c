"""From masks to patches: which patches of a picture count."""

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags, part_patches
from gal_studio.core.patchdpo.patch_quality import foreground_patches
from gal_studio.state import Store


def as_array(picture: Image.Image) -> NDArray[np.uint8]:
    """The pixels of a picture of one channel, (h, w)."""
    return np.asarray(picture, dtype=np.uint8)


def mask_patches(store: Store, mask: str | None, height: int, width: int, prompt: str | None) -> Flags | None:
    """Which of (height, width) patches lie under a stored mask; None where all count.

    `prompt` is the prompt of the reference whose subject the mask shows; None for a painted part.
    """
    if mask is None:
        return None
    values = as_array(store.images.mask(mask)) / 255
    if prompt is None:
        return part_patches(values, height, width)
    return foreground_patches(values, height, width, prompt=prompt)


def found_patches(store: Store, mask: str | None, height: int, width: int) -> Flags | None:
    """The foreground patches of a generated picture; all of it counts where the mask found is unusable."""
    with suppress(StudioError):
        return mask_patches(store, mask, height, width, "")
    return None
