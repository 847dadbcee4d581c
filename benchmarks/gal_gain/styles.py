"""Six styles drawn by code that no training and no choice of settings has seen.

Each takes a picture (128, 128, 3) in [0, 1] of a thing on white, and returns one of uint8.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
SIZE = 128
ROWS, COLS = np.mgrid[0:SIZE, 0:SIZE]
GREY = np.array([0.3, 0.59, 0.11], np.float32)


@dataclass(frozen=True)
class Look:
    """A style with the words that its prompts use."""

    words: str
    draw: Callable[[Picture], NDArray[np.uint8]]


def _soft(picture: Picture, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def _grey(picture: Picture, sigma: float = 0.8) -> Picture:
    return np.asarray(_soft(picture, sigma) @ GREY, np.float32)


def _edges(picture: Picture, sigma: float = 1.0) -> Picture:
    """How steep the picture is, 0 to 1."""
    soft = _soft(picture, sigma)
    steep = [cv2.Sobel(soft, cv2.CV_32F, *way, ksize=3) for way in ((1, 0), (0, 1))]
    return np.clip(np.hypot(*steep).max(-1) * 1.2, 0, 1).astype(np.float32)


def _mixed(under: Picture | tuple[float, ...], over: Picture | tuple[float, ...], share: Picture) -> Picture:
    below, above = np.asarray(under, np.float32), np.asarray(over, np.float32)
    return np.asarray(below * (1 - share[..., None]) + above * share[..., None], np.float32)


def _bytes(picture: Picture) -> NDArray[np.uint8]:
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def cross_stitch(picture: Picture) -> NDArray[np.uint8]:
    """Crosses of thread in squares of 6 px, on linen with a weave."""
    step = 6
    small = cv2.resize(picture, (SIZE // step + 1,) * 2, interpolation=cv2.INTER_AREA)
    thread = np.repeat(np.repeat(small, step, 0), step, 1)[:SIZE, :SIZE]
    x, y = COLS % step - (step - 1) / 2, ROWS % step - (step - 1) / 2
    on_cross = np.minimum(np.abs(x - y), np.abs(x + y)) < 1.5
    covered = (on_cross & (thread.min(-1) < 0.93)).astype(np.float32)
    weave = 0.86 + 0.05 * ((COLS % 2) ^ (ROWS % 2))[..., None] * np.ones(3)
    linen = (weave * np.array([1.0, 0.95, 0.84])).astype(np.float32)
    shade = 0.85 + 0.15 * (np.abs(x - y) < 1.5)[..., None]
    return _bytes(_mixed(linen, (thread * shade).astype(np.float32), covered))


def stained_glass(picture: Picture) -> NDArray[np.uint8]:
    """Cells of vivid glass between dark lead, lit from behind."""
    rng = np.random.default_rng(3)
    grid = np.mgrid[6:SIZE:15, 6:SIZE:15].reshape(2, -1).T + rng.uniform(-5, 5, (81, 2))
    far = np.hypot(ROWS[..., None] - grid[:, 0], COLS[..., None] - grid[:, 1])
    order = np.sort(far, -1)
    cell = far.argmin(-1)
    glass = np.stack([picture[cell == n].mean(0) for n in range(len(grid))])[cell].astype(np.float32)
    vivid = np.clip(glass.mean(-1, keepdims=True) + 1.7 * (glass - glass.mean(-1, keepdims=True)), 0, 1)
    sky = np.where(glass.min(-1, keepdims=True) > 0.93, np.array([0.55, 0.75, 0.95]), vivid)
    lead = np.maximum((order[..., 1] - order[..., 0] < 2.4), _edges(picture, 1.4) > 0.55)
    return _bytes(_mixed(sky.astype(np.float32), (0.07, 0.07, 0.09), _soft(lead.astype(np.float32), 0.6)))


def linocut(picture: Picture) -> NDArray[np.uint8]:
    """One dark green ink on cream paper, with the marks of the gouge in the ground."""
    grey = _grey(picture)
    wave = np.sin((COLS + 5 * np.sin(ROWS / 9)) * 2 * np.pi / 9)
    ink = (grey < 0.55) | ((grey > 0.93) & (wave > 0.86)) | ((grey < 0.93) & (grey > 0.55) & (wave > 0.55))
    return _bytes(_mixed((0.96, 0.93, 0.84), (0.05, 0.3, 0.22), _soft(ink.astype(np.float32), 0.6)))


def slate(picture: Picture) -> NDArray[np.uint8]:
    """White and pale chalk lines on a dark slate, grainy."""
    grain = np.random.default_rng(5).uniform(0.35, 1, (SIZE, SIZE)).astype(np.float32)
    line = np.clip(_edges(picture, 1.2) * 2.2, 0, 1) * grain
    inside = (picture.min(-1) < 0.93).astype(np.float32)
    hatch = (((COLS + ROWS) % 6) < 2).astype(np.float32) * inside * 0.4 * grain
    board = _mixed((0.13, 0.17, 0.17), np.clip(picture * 0.6 + 0.4, 0, 1).astype(np.float32), hatch)
    return _bytes(_mixed(board, (0.96, 0.96, 0.9), line.astype(np.float32)))


def gold_foil(picture: Picture) -> NDArray[np.uint8]:
    """Gold leaf with a sheen on deep purple."""
    grey, inside = _grey(picture), _soft((picture.min(-1) < 0.93).astype(np.float32), 0.7)
    sheen = 0.5 + 0.5 * np.sin((COLS * 0.7 + ROWS) / 9 + 6 * grey)
    tone = np.clip(0.35 + 0.75 * grey * (0.75 + 0.45 * sheen), 0, 1.15)[..., None]
    gold = (tone * np.array([1.0, 0.8, 0.32])).astype(np.float32)
    lined = _mixed(gold, (0.3, 0.15, 0.1), np.clip(_edges(picture) * 1.2, 0, 1).astype(np.float32))
    return _bytes(_mixed((0.2, 0.05, 0.28), lined, inside))


def two_inks(picture: Picture) -> NDArray[np.uint8]:
    """A print in pink and blue whose plates do not quite meet."""
    grey = _grey(picture)
    pink = np.roll((grey < 0.9).astype(np.float32), 3, 1) * (0.45 + 0.5 * (grey < 0.7))
    blue = np.roll(((grey < 0.6) | (_edges(picture) > 0.5)).astype(np.float32), -2, 0)
    paper = np.full((SIZE, SIZE, 3), (0.98, 0.97, 0.92), np.float32)
    printed = paper * _mixed((1, 1, 1), (1.0, 0.4, 0.55), _soft(pink.astype(np.float32), 0.5))
    return _bytes(printed * _mixed((1, 1, 1), (0.2, 0.35, 0.8), _soft(blue, 0.5)))


LOOKS = (
    Look("cross-stitch", cross_stitch),
    Look("stained glass", stained_glass),
    Look("linocut", linocut),
    Look("slate chalk", slate),
    Look("gold foil", gold_foil),
    Look("two-ink print", two_inks),
)
