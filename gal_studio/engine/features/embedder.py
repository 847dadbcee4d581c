"""The interface of an embedder; `clip` has the implementation, and tests have stubs."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image


class Embedder(Protocol):
    """Embeds pictures and prompts as unit rows of one space (Eq. G1)."""

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float64]:
        """E_i of n pictures, (n, d)."""

    def texts(self, prompts: Sequence[str]) -> NDArray[np.float64]:
        """E_t of n prompts, (n, d)."""
