"""How much of a style or an object a picture carries, by features and colours, without places (Eq. G17).

Features are (h, w, d), of unit length along d (Eq. P2); colours are in CIELAB, whose distances are seen ones.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.patchdpo.masks import Flags, shrink
from gal_studio.core.patchdpo.patch_quality import Features

STYLE_COLOUR = 30.0  # the distance in CIELAB that counts as much as a cosine of 0, for a style
OBJECT_COLOUR = 100.0  # the same for an object, whose colours light may change
EDGE = 1 / 16  # of the side: where the ground is seen
EVEN = 8.0  # the distance in CIELAB from the ground's color within which half of a plain ground's edge lies
GROUND = 20.0  # what is nearer than this to the color of a plain ground is ground
MOVED = 5 / 16  # how far an object may have moved, relative to the side
LEAST_APART = 1e-3  # least difference of base model and references that is measured against

Colours = NDArray[np.floating]
Row = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """What a picture looks like: its patch features (h, w, d), and its colours in CIELAB (H, W, 3)."""

    features: Features
    colours: Colours


@dataclass(frozen=True)
class Scale:
    """The mean distances of the base model's pictures and of the references, which carry 0 and 1."""

    base: float
    own: float

    def carried(self, distance: float) -> float:
        """Eq. G17: the place of a distance between the two; below 0 and above 1 it goes on, up to -1 and 1.5.

        NaN where the base model's pictures are no further from the references than these from each other.
        """
        apart = self.base - self.own
        if apart < LEAST_APART:
            return float("nan")
        return float(np.clip((self.base - distance) / apart, -1.0, 1.5))


def style_distance(picture: Look, references: Sequence[Look], without_ground: bool = False) -> float:
    """D of Eq. G17 for a style: how far patches and colours are from the nearest ones of the references.

    The mean over the picture's patches of 1 - cosine, plus the mean over its pixels of the distance in CIELAB
    divided by 30. Places do not count, nor whether all of the references is there; `without_ground`, nor what
    has the color of a reference's plain ground: that is easily learned, and no evidence of the style.
    """
    grounds = [plain_ground(each) if without_ground else None for each in references]
    known = [_things(each, [ground]) for each, ground in zip(references, grounds, strict=True)]
    features, colours = _things(picture, grounds)
    cosines = (features @ np.concatenate([of for of, _ in known]).T).max(axis=1)
    apart = _nearest(colours, np.concatenate([of for _, of in known]))
    return float((1.0 - cosines).mean() + apart.mean() / STYLE_COLOUR)


def plain_ground(look: Look) -> Row | None:
    """The color in CIELAB of a ground of one color: the edge's median, if half of the edge is near it."""
    height, width, _ = look.colours.shape
    down, across = (max(1, round(EDGE * side)) for side in (height, width))
    edge = np.ones((height, width), dtype=bool)
    edge[down : height - down, across : width - across] = False
    found = look.colours[edge].astype(np.float64)
    color: Row = np.median(found, axis=0)
    return color if np.median(np.linalg.norm(found - color, axis=1)) <= EVEN else None


def _things(look: Look, grounds: Iterable[Row | None]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The rows of features and of colours without these grounds; all where nothing else is there."""
    features, colours = _rows(look.features), _rows(look.colours)
    near = [np.linalg.norm(look.colours - color, axis=-1) < GROUND for color in grounds if color is not None]
    things = ~np.any(near, axis=0) if near else np.ones(look.colours.shape[:2], dtype=bool)
    patches = shrink(things.astype(np.float64), *look.features.shape[:2]) >= 0.5
    if not patches.any():
        return features, colours
    return features[patches.ravel()], colours[things.ravel()]


def object_distance(picture: Look, references: Sequence[tuple[Look, Flags]]) -> float:
    """D of Eq. G17 for an object: how far the patches are that stand where its own ones (`Flags`) would.

    All of a reference's patches move together, by up to 5/16 of the side, to where they fit best; each is
    1 - cosine, plus the distance of mean colours in CIELAB divided by 100. The mean over the references.
    """
    return float(np.mean([_placed(picture, *each) for each in references]))


def _rows(features: Features) -> NDArray[np.float64]:
    return features.reshape(-1, features.shape[-1]).astype(np.float64)


def _nearest(own: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = (own**2).sum(axis=1)[:, None] + (known**2).sum(axis=1) - 2.0 * own @ known.T
    nearest: NDArray[np.float64] = np.sqrt(np.maximum(squares.min(axis=1), 0.0))
    return nearest


def _placed(picture: Look, reference: Look, patches: Flags) -> float:
    height, width = patches.shape
    moved = max(1, round(MOVED * max(height, width)))
    places = np.argwhere(patches)
    own, tints = reference.features[patches], patch_colours(reference.colours, height, width)[patches]
    edge = ((moved, moved), (moved, moved), (0, 0))
    around = np.pad(picture.features, edge)  # outside there is nothing alike
    tinted = np.pad(patch_colours(picture.colours, height, width), edge, constant_values=np.inf)
    nearest = np.inf
    for shift in np.ndindex(2 * moved + 1, 2 * moved + 1):
        there = tuple((places + shift).T)
        apart = np.linalg.norm(tinted[there] - tints, axis=1)
        far = np.minimum(apart, OBJECT_COLOUR) / OBJECT_COLOUR
        cosines = np.einsum("md,md->m", own, around[there])
        nearest = min(nearest, float((1.0 - cosines + far).mean()))
    return nearest


def patch_colours(colours: Colours, height: int, width: int) -> NDArray[np.float64]:
    """The mean colour of each patch, (height, width, 3)."""
    return np.stack([shrink(colours[..., axis], height, width) for axis in range(3)], axis=-1)
