"""What the worker needs of a model, so that tests may stand in for one."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.patchdpo.patch_quality import Limits


class Embedder(Protocol):
    """Turns pictures and prompts into unit rows of one space (Eq. G1)."""

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """E_i of n pictures, (n, d)."""
        ...

    def texts(self, prompts: Sequence[str]) -> NDArray[np.float64]:
        """E_t of n prompts, (n, d)."""
        ...


class VisionTower(Protocol):
    """Turns pictures into patch features (Eq. P2); `limits` of its maps (Eq. P6), None while not measured."""

    name: str
    limits: Limits | None

    def patches(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """F of n pictures, (n, h, w, d), unit length along d."""
        ...
