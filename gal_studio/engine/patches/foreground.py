"""Find a picture's subject without a person: by its alpha channel, or by GrabCut.

Before a busy background GrabCut starts from how much each patch resembles the subject elsewhere.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Map, resize

WORKING_SIDE = 256  # GrabCut works on a picture of at most this many pixels a side
BORDER = 0.03  # width of the ring that is taken for background, as a part of the side
SMALLEST, LARGEST = 0.01, 0.97  # part of the picture that a usable foreground covers
ITERATIONS = 5
COLOURS = 4  # of the border
BOTTOM, SELDOM, FAR = 2, 0.01, 50.0  # a side; a part of the other sides; a distance of colours in Lab
SMALL_PIECE = 0.05  # pieces below this part of the largest one are dropped
OPAQUE = 250
RING = 0.03  # width of the border that is looked at, as a part of the side
NEAR = 25.0  # a distance of colours in Lab
CALM = 0.8  # the part of a calm border that is as near to its median
LOWEST, HIGHEST = 0.05, 0.995  # quantiles of the likeness between which its scale lies
SURE_GROUND, SURE_SUBJECT = 0.75, 0.6  # of the way to the threshold; of the way from it to the highest

Pixels = NDArray[np.uint8]


class NoForegroundError(StudioError):
    """Nothing, or everything, stands out in a picture: its own fault, and so the same the next time."""


def foreground_mask(image: Image.Image, guide: Callable[[], Map] | None = None) -> Image.Image:
    """Make the mask of a picture's subject, an L picture of its size: 255 on the subject, 0 elsewhere.

    An alpha channel that leaves something out is taken as it is; before a calm ground the border's colours
    are the background. Before a busy one `guide` is asked, if it is there: how much each patch, (h, w),
    resembles the subject. The same picture and guide give the same mask; a picture without a usable one
    raises `NoForegroundError`.
    """
    mask = _alpha(image)
    if mask is None and guide is not None and not is_calm(image):
        mask = _as_mask(_tidy(guided_cut(image, guide())), image.size)
    if mask is None:
        mask = _cut(image.convert("RGB"))
    share = float((np.asarray(mask) > 127).mean())
    if not SMALLEST <= share <= LARGEST:
        found = "nothing" if share < SMALLEST else "everything"
        raise NoForegroundError(
            f"There is no usable foreground in this picture ({found} stands out from its border): paint the "
            "subject, or use a picture with a calmer background."
        )
    return mask


def _alpha(image: Image.Image) -> Image.Image | None:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return alpha if np.asarray(alpha).min() < OPAQUE else None


def _cut(image: Image.Image) -> Image.Image:
    factor = min(1.0, WORKING_SIDE / max(image.size))
    small = (max(8, round(image.width * factor)), max(8, round(image.height * factor)))
    pixels = np.asarray(image.resize(small, Image.Resampling.LANCZOS), dtype=np.uint8)
    labels = _first_guess(pixels)
    if not (labels == cv2.GC_PR_FGD).any():
        return Image.new("L", image.size, 0)
    cv2.setRNGSeed(0)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(pixels, labels, (0, 0, 1, 1), background, foreground, ITERATIONS, cv2.GC_INIT_WITH_MASK)
    mask = _tidy(((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8))
    return _as_mask(mask, image.size)


def _as_mask(cut: Pixels, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(cut * np.uint8(255)).resize(size, Image.Resampling.BILINEAR)


def _first_guess(pixels: Pixels) -> Pixels:
    """GrabCut's first labels: what differs from the background's colours is probably the subject."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    sides = _sides(*lab.shape[:2])
    ring = sides > 0
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    nearest = np.zeros((int(ring.sum()), 1), dtype=np.int32)
    cv2.setRNGSeed(0)
    _, labels_found, centres = cv2.kmeans(lab[ring], COLOURS, nearest, criteria, 3, cv2.KMEANS_PP_CENTERS)
    kinds, colours = np.asarray(labels_found, np.int64)[:, 0], np.asarray(centres, np.float32)
    ground = _background_clusters(kinds, colours, sides[ring])
    distance = np.linalg.norm(lab[:, :, None] - colours[ground], axis=-1).min(axis=-1)
    is_ground = ring.copy()
    is_ground[ring] = np.isin(kinds, ground)
    usual = float(np.percentile(distance[is_ground], 90))
    labels = np.where(distance > max(8.0, 1.5 * usual), cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[is_ground] = cv2.GC_BGD
    return labels


def _sides(height: int, width: int) -> Pixels:
    """1 to 4 on the top, bottom, left and right of a picture's border, 0 inside."""
    edge = max(1, round(BORDER * min(height, width)))
    sides = np.zeros((height, width), dtype=np.uint8)
    sides[edge:-edge, :edge], sides[edge:-edge, -edge:] = 3, 4
    sides[:edge], sides[-edge:] = 1, 2
    return sides


def _background_clusters(
    kinds: NDArray[np.integer], colours: NDArray[np.float32], sides: Pixels
) -> NDArray[np.intp]:
    """Choose the border's colours that are background: all but those of a subject cut off at the bottom.

    Such a colour is at the bottom alone, and far from the commonest one.
    """
    above = np.bincount(kinds[sides != BOTTOM], minlength=COLOURS) / max(1, int((sides != BOTTOM).sum()))
    commonest = colours[np.bincount(kinds, minlength=COLOURS).argmax()]
    far = np.linalg.norm(colours - commonest, axis=1) > FAR
    return np.flatnonzero(~(far & (above < SELDOM)))


def _tidy(mask: Pixels) -> Pixels:
    """Remove specks and fill holes."""
    count, pieces, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return mask
    areas = statistics[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = np.isin(pieces, np.flatnonzero(areas >= SMALL_PIECE * areas.max())) & (mask > 0)
    padded = np.pad(kept.astype(np.uint8), 1)
    cv2.floodFill(padded, None, (0, 0), 2)
    filled: Pixels = (padded[1:-1, 1:-1] != 2).astype(np.uint8)
    return filled


def is_calm(image: Image.Image) -> bool:
    """Whether the picture's border has about one colour, so that it shows the background."""
    lab = cv2.cvtColor(_squeezed(image), cv2.COLOR_RGB2LAB).astype(np.float32)
    edge = max(1, round(RING * WORKING_SIDE))
    inner = np.zeros(lab.shape[:2], dtype=bool)
    inner[edge:-edge, edge:-edge] = True
    ring = lab[~inner]
    apart = np.linalg.norm(ring - np.median(ring, axis=0), axis=1)
    return bool((apart < NEAR).mean() >= CALM)


def guided_cut(image: Image.Image, likeness: Map) -> Pixels:
    """Cut out the subject: 0 or 1, (256, 256), over the picture resized to a square.

    `likeness` (h, w) is the largest cosine of each patch to patches of the subject (Eq. P4); its own
    distribution says what is high. Pieces that resemble the subject too little are left out.
    """
    level = _level(likeness)
    threshold, _ = cv2.threshold(level, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    labels = np.where(level > threshold, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[level < SURE_GROUND * threshold] = cv2.GC_BGD
    labels[level > threshold + SURE_SUBJECT * (255 - threshold)] = cv2.GC_FGD
    if not {cv2.GC_BGD, cv2.GC_FGD} <= set(np.unique(labels).tolist()):
        return np.zeros(level.shape, dtype=np.uint8)
    cv2.setRNGSeed(0)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(
        _squeezed(image), labels, (0, 0, 1, 1), background, foreground, ITERATIONS, cv2.GC_INIT_WITH_MASK
    )
    cut = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    return _drop_dissimilar(cut, level, threshold)


def _squeezed(image: Image.Image) -> Pixels:
    small = image.convert("RGB").resize((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.uint8)


def _level(likeness: Map) -> Pixels:
    """Scale the likeness to the working size and to 0 .. 255."""
    large = resize(likeness, WORKING_SIDE, WORKING_SIDE)
    low, high = np.quantile(large, [LOWEST, HIGHEST])
    scaled = np.clip((large - low) / max(high - low, 1e-6), 0, 1)
    return (255 * scaled + 0.5).astype(np.uint8)


def _drop_dissimilar(cut: Pixels, level: Pixels, threshold: float) -> Pixels:
    """Keep the connected pieces whose mean likeness is above the threshold."""
    count, pieces = cv2.connectedComponents(cut, connectivity=8)
    kept = [piece for piece in range(1, count) if level[pieces == piece].mean() > threshold]
    return np.isin(pieces, kept).astype(np.uint8)
