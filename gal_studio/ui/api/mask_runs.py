"""Masks between the page and the store: runs of labels row by row there, pictures of one channel here."""

import io

import numpy as np
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.ui.payloads.rounds import Payload

LARGEST_MASK = 16_000_000  # pixels


def png_of(mask: Payload) -> bytes:
    """`{width, height, runs: [label, count, ...]}` with labels 0 to 255 as a lossless PNG of one channel."""
    width, height = _whole(mask.get("width")), _whole(mask.get("height"))
    runs = mask.get("runs")
    if not 0 < width * height <= LARGEST_MASK or not isinstance(runs, list) or len(runs) % 2:
        raise StudioError("The painted mask cannot be read: paint it again.")
    labels, counts = [_whole(value) for value in runs[::2]], [_whole(value) for value in runs[1::2]]
    if max(labels, default=256) > 255 or sum(counts) != width * height:
        raise StudioError("The painted mask does not fill its picture: paint it again.")
    pixels = np.repeat(np.array(labels, np.uint8), counts).reshape(height, width)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def runs_of(mask: Image.Image) -> Payload:
    """A mask of mode L as the page draws it."""
    flat = np.asarray(mask).ravel()
    starts = np.flatnonzero(np.diff(flat.astype(np.int16), prepend=-1))
    counts = np.diff(starts, append=flat.size)
    runs = np.stack([flat[starts], counts], axis=1).ravel()
    return {"width": mask.width, "height": mask.height, "runs": runs.tolist()}


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise StudioError("The painted mask cannot be read: paint it again.")
    return value
