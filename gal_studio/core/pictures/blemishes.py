"""What of reference pictures would be learned by mistake: blur, borders, a mark on all of them, one view.

All of it is read from the pixels alone, with limits by which plain grounds, flat colours and photographs with
some blur in them are not taken for it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.pictures.near_copies import Summary

Pixels = NDArray[np.uint8]

LOOKED_AT = 512
"""Pixels to which the shorter side is reduced before blur and borders are looked for."""
LEAST_SHARPNESS = 0.175
LEAST_BORDER = 0.02
"""The share of a side from which on a border counts, on both opposite sides."""
MARK_SIDE = 128
LEAST_MARKED = 3  # pictures that are no near-copies
_FLAT, _STEP, _ALONG = (
    6,
    20.0,
    0.6,
)  # of 255 in a border; from it to what follows; over this share of its line
_LEAST_HEIGHT = 40.0  # of 255, of the strongest edges: what is flatter is a soft ground
_WIDE = 8  # pixels over which the height of an edge is measured
_CORNER = 0.3  # of a side
_LEAST_EDGE = 10.0  # of 255, in the small grey pictures
_LEAST_SPOT = 24  # pixels of a mark
_LEAST_AGREED = 0.8  # of a corner's correlation in all pairs of pictures
_ONE_VIEW = 0.5  # of the lowest frequencies of all pairs
_ONE_LIGHT = 45.0  # root mean square of the colours of all pairs, of 255
_GREY = np.array([0.299, 0.587, 0.114], np.float32)
CORNERS = ("upper left", "upper right", "lower left", "lower right")


def grey(pixels: Pixels) -> NDArray[np.float32]:
    """The brightness of a picture (h, w, 3) in [0, 255]."""
    return np.asarray(pixels.astype(np.float32) @ _GREY)


def sharpness(shown: NDArray[np.float32]) -> float:
    """How steep the strongest edges of a grey picture are, in [0, 1]: the rise over one pixel by that over 8.

    1 for hard edges, below `LEAST_SHARPNESS` where all of them are soft; 1 for a picture without edges.
    """
    if min(shown.shape) <= 2 * _WIDE:
        return 1.0
    found = []
    for axis in (0, 1):
        near = np.abs(np.diff(shown, axis=axis))
        low, high = np.split(shown, [_WIDE], axis=axis)[1], np.split(shown, [-_WIDE], axis=axis)[0]
        wide = np.abs(low - high)
        found.append((float(np.percentile(near, 99.5)), float(np.percentile(wide, 99.5))))
    rise, height = (max(one) for one in zip(*found, strict=True))
    return 1.0 if height < _LEAST_HEIGHT else min(1.0, rise / height)


def border(pixels: Pixels) -> float:
    """The share of a picture (h, w, 3) that lies in bars of one colour at opposite sides, in [0, 1]."""
    across, along = _bars(pixels), _bars(pixels.transpose(1, 0, 2))
    return 1 - (1 - across) * (1 - along)


def _bars(pixels: Pixels) -> float:
    """The share of the rows that are bars at top and bottom, of one colour; 0 if one of them is none."""
    first, last = _bar(pixels), _bar(pixels[::-1])
    if first is None or last is None or np.abs(first[1] - last[1]).max() > 2 * _FLAT:
        return 0.0
    return (first[0] + last[0]) / len(pixels)


def _bar(pixels: Pixels) -> tuple[int, NDArray[np.float32]] | None:
    """How many rows from the top are one colour, and that; None without a line of other pixels below them."""
    rows = pixels.astype(np.int16)
    plain = (rows.max(axis=1) - rows.min(axis=1)).max(axis=1) <= _FLAT
    colour = rows[0].mean(axis=0)
    same = plain & (np.abs(rows.mean(axis=1) - colour).max(axis=1) <= _FLAT)
    count = len(same) if same.all() else int(np.argmin(same))
    if count < max(2, LEAST_BORDER * len(rows)) or count > len(rows) // 2:
        return None
    after = rows[min(count + 1, len(rows) - 1)]  # the row between may be mixed
    differs = np.abs(after - colour).max(axis=1) > _STEP
    return (count, colour.astype(np.float32)) if differs.mean() >= _ALONG else None


def marked_corner(shown: Sequence[NDArray[np.float32]]) -> str:
    """The corner that has the same small mark in all of these different pictures, in words; "" for none.

    Each is grey and reduced to (128, 128).
    """
    if len(shown) < LEAST_MARKED:
        return ""
    side = round(_CORNER * MARK_SIDE)
    edges = [_edges(one) for one in shown]
    parts = (np.s_[:side, :side], np.s_[:side, -side:], np.s_[-side:, :side], np.s_[-side:, -side:])
    for part, words in zip(parts, CORNERS, strict=True):
        strong = np.min([np.abs(one[part]).sum(axis=-1) for one in edges], axis=0) >= _LEAST_EDGE
        if _LEAST_SPOT <= strong.sum() <= strong.size // 3 and _agree([one[part][strong] for one in edges]):
            return words
    return ""


def _edges(shown: NDArray[np.float32]) -> NDArray[np.float32]:
    """The differences to the right and downwards, (128, 128, 2)."""
    right = np.diff(shown, axis=1, append=shown[:, -1:])
    down = np.diff(shown, axis=0, append=shown[-1:])
    return np.stack([right, down], axis=-1)


def _agree(parts: Sequence[NDArray[np.float32]]) -> bool:
    """Whether the edges of all pairs point the same ways; a mark may be lighter or darker than its ground."""
    flat = [one.ravel() / max(1e-6, float(np.linalg.norm(one))) for one in parts]
    pairs = [abs(float(one @ other)) for at, one in enumerate(flat) for other in flat[at + 1 :]]
    return min(pairs) >= _LEAST_AGREED


def is_one_view(summaries: Sequence[Summary]) -> bool:
    """Whether three or more pictures all show nearly the same view."""
    return len(summaries) >= LEAST_MARKED and all(
        _alike(one, other) for at, one in enumerate(summaries) for other in summaries[at + 1 :]
    )


def _alike(first: Summary, second: Summary) -> bool:
    lengths = float(np.linalg.norm(first.waves)) * float(np.linalg.norm(second.waves))
    shift = float(np.sqrt(np.mean((first.colours - second.colours) ** 2)))
    return bool(lengths and shift <= _ONE_LIGHT and (first.waves * second.waves).sum() / lengths >= _ONE_VIEW)
