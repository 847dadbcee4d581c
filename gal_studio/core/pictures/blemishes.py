"""What of reference pictures would be learned by mistake: blur, borders, a mark on all of them, one view.

All of it is read from the pixels alone, with limits by which plain grounds, flat colours and photographs with
some blur in them are not taken for it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gal_studio.core.pictures.near_copies import Summary

Pixels = NDArray[np.uint8]
Grey = NDArray[np.float32]

LOOKED_AT = 512
"""Pixels to which the shorter side is reduced before blur and borders are looked for."""
LEAST_SHARPNESS = 0.2
LEAST_BORDER = 0.02
"""The share of a side from which on a border counts, on both opposite sides."""
MARK_SIDE = 256
"""Pixels to which the shorter side is reduced before a mark is looked for."""
LEAST_MARKED = 3  # pictures that are no near-copies
_FLAT, _STEP, _ALONG = (
    6,
    20.0,
    0.6,
)  # of 255 in a border; from it to what follows; over this share of its line
_LEAST_HEIGHT = 40.0  # of 255, of the strongest edges: what is flatter is a soft ground
_WIDE = 8  # pixels over which the height of an edge is measured
_LEAST_EDGE = 6.0  # of 255: weaker ones count less
_BLOCK = 16  # pixels along a side
_LEAST_EDGES = 4.0  # of a block with a mark, as many pixels with strong edges
_LEAST_AGREED = 0.45  # of a block's correlation in each picture
_LEAST_BLOCKS = 5
_MOST_COMPARED = 12  # pictures
_PLACES = ((0.5, 0.5), (0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
_ROWS, _COLUMNS = ("upper", "", "lower"), ("left", "", "right")
_ONE_VIEW = 0.5  # of the lowest frequencies of all pairs
_ONE_LIGHT = 45.0  # root mean square of the colours of all pairs, of 255
_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def grey(pixels: Pixels) -> Grey:
    """The brightness of a picture (h, w, 3) in [0, 255]."""
    return np.asarray(pixels.astype(np.float32) @ _GREY)


def sharpness(shown: Grey) -> float:
    """How steep the strongest edges of a grey picture are, in [0, 1]: the rise over one pixel by that over 8.

    1 for hard edges, below `LEAST_SHARPNESS` where all of them are soft; 1 for a picture without edges.
    """
    if min(shown.shape) <= 2 * _WIDE:
        return 1.0
    found = []
    for axis in (0, 1):
        low, high = np.split(shown, [_WIDE], axis=axis)[1], np.split(shown, [-_WIDE], axis=axis)[0]
        wide = np.abs(low - high)
        steepest = sliding_window_view(np.abs(np.diff(shown, axis=axis)), _WIDE, axis=axis).max(-1)
        height = float(np.percentile(wide, 99.5))
        found.append((height, float(np.median(steepest[wide >= height]))))
    height, rise = max(found)
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


def mark(shown: Sequence[Grey | Pixels]) -> str:
    """Where all of these different pictures have the same mark, such as a watermark, in words; "" for none.

    Each is grey, with `MARK_SIDE` pixels along its shorter side. They are laid upon each other at the middle
    and at each corner, for pictures of several shapes. A mark is several blocks in which the edges of each
    picture point the same ways as the mean of the others'.
    """
    if len(shown) < LEAST_MARKED:
        return ""
    edges = [_directions(one) for one in shown[:_MOST_COMPARED]]
    is_one_square = {one.shape for one in shown} == {(MARK_SIDE, MARK_SIDE)}
    for down, right in _PLACES[: 1 if is_one_square else None]:
        same = _same_blocks([_square(one, down, right) for one in edges])
        if same.sum() >= _LEAST_BLOCKS:
            return _place_of(same)
    return ""


def _directions(shown: Grey | Pixels) -> Grey:
    """The differences to the right and downwards, (h, w, 2), of at most unit length: weak ones count less."""
    values = shown.astype(np.float32)
    right = np.diff(values, axis=1, append=values[:, -1:])
    down = np.diff(values, axis=0, append=values[-1:])
    both = np.stack([right, down], axis=-1)
    lengths = np.linalg.norm(both, axis=-1, keepdims=True)
    return np.asarray(both / np.maximum(lengths, _LEAST_EDGE), np.float32)


def _square(edges: Grey, down: float, right: float) -> Grey:
    """The square of `MARK_SIDE` that lies at this share of the room that a picture has beside it."""
    height, width = edges.shape[:2]
    top, left = round(down * (height - MARK_SIDE)), round(right * (width - MARK_SIDE))
    return edges[top : top + MARK_SIDE, left : left + MARK_SIDE]


def _same_blocks(edges: Sequence[Grey]) -> NDArray[np.bool_]:
    """The blocks whose edges, in each picture, correlate with the mean of the others'."""
    total = np.sum(edges, axis=0)
    found = []
    for one in edges:
        others = total - one
        own, rest = _sums(one * one), _sums(others * others)
        cosines = _sums(one * others) / np.sqrt(np.maximum(own * rest, 1e-9))
        found.append(np.where(own >= _LEAST_EDGES, cosines, 0.0))
    return np.asarray(np.min(found, axis=0) >= _LEAST_AGREED)


def _sums(values: Grey) -> Grey:
    side = MARK_SIDE // _BLOCK
    return np.asarray(values.sum(axis=-1).reshape(side, _BLOCK, side, _BLOCK).sum(axis=(1, 3)))


def _place_of(blocks: NDArray[np.bool_]) -> str:
    """Where blocks lie, in words."""
    down, right = (int(3 * (where.mean() + 0.5) / len(blocks)) for where in np.nonzero(blocks))
    words = " ".join(filter(None, (_ROWS[down], _COLUMNS[right])))
    return words or "middle"


def is_one_view(summaries: Sequence[Summary]) -> bool:
    """Whether three or more pictures all show nearly the same view."""
    return len(summaries) >= LEAST_MARKED and all(
        _alike(one, other) for at, one in enumerate(summaries) for other in summaries[at + 1 :]
    )


def _alike(first: Summary, second: Summary) -> bool:
    lengths = float(np.linalg.norm(first.waves)) * float(np.linalg.norm(second.waves))
    shift = float(np.sqrt(np.mean((first.colours - second.colours) ** 2)))
    return bool(lengths and shift <= _ONE_LIGHT and (first.waves * second.waves).sum() / lengths >= _ONE_VIEW)
