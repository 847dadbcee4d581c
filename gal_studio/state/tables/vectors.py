"""Features as they are stored: float32 numbers, little-endian."""

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError


def vector(stored: bytes) -> NDArray[np.float32]:
    """The numbers of a stored feature; refused if its bytes are not whole numbers of float32."""
    if len(stored) % 4:
        raise StudioError("A feature is damaged: run gal-studio doctor on this workspace.")
    return np.frombuffer(stored, dtype="<f4")
