"""Run-length encoded masks: `{width, height, runs: [label, count, ...]}`, in row-major order."""

import numpy as np
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.studio.create.references import Pixels
from gal_studio.ui.payloads import Runs

LARGEST_MASK = 16_000_000  # pixels


def pixels_of(mask: Runs) -> Pixels:
    """Decode a mask to pixels (height, width) with values from 0 to 255."""
    width, height = _whole(mask.get("width")), _whole(mask.get("height"))
    runs = mask.get("runs")
    if not 0 < width * height <= LARGEST_MASK or not isinstance(runs, list) or len(runs) % 2:
        raise StudioError("The painted mask cannot be read: paint it again.")
    labels, counts = [_whole(value) for value in runs[::2]], [_whole(value) for value in runs[1::2]]
    if max(labels, default=256) > 255 or sum(counts) != width * height:
        raise StudioError("The painted mask does not have the size of its image: paint it again.")
    return np.repeat(np.array(labels, np.uint8), counts).reshape(height, width)


def runs_of(mask: Image.Image) -> Runs:
    """Encode a mask of mode L."""
    flat = np.asarray(mask).ravel()
    starts = np.flatnonzero(np.diff(flat.astype(np.int16), prepend=-1))
    counts = np.diff(starts, append=flat.size)
    runs = np.stack([flat[starts], counts], axis=1).ravel()
    return Runs(width=mask.width, height=mask.height, runs=runs.tolist())


def stored_runs(store: Store, name: str | None) -> Runs | None:
    """Encode a stored mask, if there is one."""
    return runs_of(store.images.mask(name)) if name else None


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise StudioError("The painted mask cannot be read: paint it again.")
    return value
