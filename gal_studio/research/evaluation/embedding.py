"""Features of picture files and prompts, each embedded once."""

from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gal_studio.engine.features.clip import Embedder
from gal_studio.engine.features.image_token import ImageTokenEmbedder
from gal_studio.state.images.read import read_picture

TOLD = 16  # pictures at a time of which the progress is told
Features = Mapping[Path, NDArray[np.float64]]


def embed_pictures(
    model: Embedder | ImageTokenEmbedder, paths: Sequence[Path]
) -> Generator[int, None, Features]:
    """Embed pictures as unit rows (d,); yields how many at a time, at last returns their features."""
    found: dict[Path, NDArray[np.float64]] = {}
    wanted = list(dict.fromkeys(paths))
    for first in range(0, len(wanted), TOLD):
        some = wanted[first : first + TOLD]
        for path in some:  # one by one: the last bits of a row depend on its batch
            found[path] = model.images([read_picture(path)[0]])[0]
        yield len(some)
    return found


def embed_prompts(model: Embedder, prompts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """The features of prompts."""
    return {prompt: model.texts([prompt])[0] for prompt in dict.fromkeys(prompts)}
