"""Masks of what lies at a point of an image: proposals to choose from, made by GrabCut from the click."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 192  # pixels of the longer edge on which it works
REACHES = (0.1, 0.22, 0.42)  # radii about the point that are probably the subject, relative to that edge
BEYOND = 1.9  # times such a radius, beyond which all is background
SURE = 0.02  # radius about the point that is surely the subject
ITERATIONS = 3
LEAST, MOST = 0.004, 0.95  # share of the image that a usable proposal covers
FRAMED = 0.4  # share of the image's edge that something in the image seldom covers, but its background does
ALIKE = 0.85  # overlap from which on two proposals are one

Inside = NDArray[np.bool_]


def masks_at(image: Image.Image, at: tuple[float, float]) -> tuple[Image.Image, ...]:
    """Up to three masks (mode L, 255 on the subject) of what a point shows, the smallest first.

    The point `at` is (x, y) in [0, 1] from the upper left. Each mask is the piece around the point that
    GrabCut finds when all within one radius is probably the subject, and all far beyond it is not; its holes
    are filled. Masks of next to nothing or everything, of what frames the image, and repetitions are left
    out. Deterministic.
    """
    factor = min(1.0, SIDE / max(image.size))
    small = image.convert("RGB").resize(
        (max(8, round(image.width * factor)), max(8, round(image.height * factor))), Image.Resampling.LANCZOS
    )
    pixels = np.asarray(small, dtype=np.uint8)
    height, width = pixels.shape[:2]
    x, y = (min(int(share * edge), edge - 1) for share, edge in zip(at, (width, height), strict=True))
    rows, columns = np.ogrid[:height, :width]
    away = np.hypot(rows - y, columns - x) / max(height, width)
    found: list[Inside] = []
    for reach in REACHES:
        piece = _cut(pixels, away, reach, (x, y))
        if LEAST <= piece.mean() <= MOST and all(_overlap(piece, one) < ALIKE for one in found):
            found.append(piece)
    found = [piece for piece in found if _at_edge(piece) < FRAMED] or found
    found.sort(key=lambda piece: int(piece.sum()))
    return tuple(
        Image.fromarray(piece.astype(np.uint8) * np.uint8(255))
        .resize(image.size, Image.Resampling.BILINEAR)
        .point(lambda value: 255 if value > 127 else 0)
        for piece in found
    )


def _cut(pixels: NDArray[np.uint8], away: NDArray[np.float64], reach: float, at: tuple[int, int]) -> Inside:
    """The piece around the point, (H, W), without holes; `away` is how far each pixel is from the point."""
    import cv2  # only who points needs it

    labels = np.where(away < reach, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[away > BEYOND * reach] = cv2.GC_BGD
    labels[away < SURE] = cv2.GC_FGD
    cv2.setRNGSeed(0)
    background, subject = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(pixels, labels, (0, 0, 1, 1), background, subject, ITERATIONS, cv2.GC_INIT_WITH_MASK)
    inside = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    _, pieces = cv2.connectedComponents(inside, connectivity=4)
    own = np.pad((pieces == pieces[at[1], at[0]]).astype(np.uint8), 1)
    cv2.floodFill(own, None, (0, 0), 2)
    filled: Inside = own[1:-1, 1:-1] != 2
    return filled


def _at_edge(piece: Inside) -> float:
    """The share of the image's edge that a piece covers."""
    return float(np.concatenate([piece[0], piece[-1], piece[:, 0], piece[:, -1]]).mean())


def _overlap(one: Inside, other: Inside) -> float:
    """Intersection over union."""
    return float((one & other).sum() / (one | other).sum())
