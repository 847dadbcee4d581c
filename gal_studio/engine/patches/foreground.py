"""Find the foreground of a picture automatically: from its alpha channel, or with GrabCut.

On a busy background, GrabCut starts from the similarity of each patch to the subject in other pictures.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Map, resize

WORKING_SIDE = 256  # GrabCut works on pictures of at most this many pixels per side
BORDER = 0.03  # width of the border taken as background, relative to the side
MIN_SHARE, MAX_SHARE = 0.01, 0.97  # of the picture that a usable foreground covers
ITERATIONS = 5
COLOURS = 4  # clusters of the border's colours
LEAST_APART, MOST_APART = 8.0, 30.0  # distances in Lab from the border's colours: background ends between
BOTTOM, SELDOM, FAR = 2, 0.01, 50.0  # label of a side; share of the other sides; distance in Lab
GAP, MIDDLE = 0.005, 0.4  # between parts of one thing; width of the middle, relative to half a side
SECOND = 0.6  # of the largest thing's weight, from which another thing is kept beside it
SMALL_PIECE = 0.05  # area below which a component is dropped, relative to the largest one
OPAQUE = 250  # alpha
RING = 0.03  # width of the border in `is_calm`, relative to the side
NEAR = 25.0  # distance in Lab
RAGGED = 0.45  # share of its convex hull that a ragged mask covers at most
CALM = 0.8  # share of a calm border that is as near to its median colour
LOWEST, HIGHEST = 0.05, 0.995  # quantiles of the likeness that are scaled to 0 and 255
SURE_BACKGROUND, SURE_SUBJECT = 0.75, 0.6  # relative to the threshold; from the threshold to the maximum

Pixels = NDArray[np.uint8]


class NoForegroundError(StudioError):
    """The picture has no usable foreground; a retry would fail in the same way."""


def foreground_mask(image: Image.Image, guide: Callable[[], Map] | None = None) -> Image.Image:
    """Make the mask of a picture's subject, in mode L and of the same size: 255 on the subject, 0 elsewhere.

    An alpha channel with transparent pixels is used as it is. Otherwise the border's colours are taken as the
    background, unless the border is busy and `guide` is given: it returns the similarity of each patch to the
    subject, (h, w). Without it, much stands out from a busy border, and the subject is what stands in the
    middle. The result is deterministic; `NoForegroundError` means that there is no usable mask.
    """
    mask = _alpha(image)
    if mask is None:
        calm = is_calm(image)
        if guide is not None and not calm:
            mask = _as_mask(_tidy(guided_cut(image, guide())), image.size)
        else:
            mask = _cut(image.convert("RGB"), (lambda cut: cut) if calm else in_the_middle)
    share = float((np.asarray(mask) > 127).mean())
    if not MIN_SHARE <= share <= MAX_SHARE:
        found = "nothing" if share < MIN_SHARE else "everything"
        raise NoForegroundError(
            f"This image has no usable foreground ({found} stands out from its border): paint the "
            "subject, or use an image with a plainer background."
        )
    return mask


def _alpha(image: Image.Image) -> Image.Image | None:
    if "A" not in image.getbands() and "transparency" not in image.info:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return alpha if np.asarray(alpha).min() < OPAQUE else None


def _cut(image: Image.Image, subject_of: Callable[[Pixels], Pixels]) -> Image.Image:
    factor = min(1.0, WORKING_SIDE / max(image.size))
    small = (max(8, round(image.width * factor)), max(8, round(image.height * factor)))
    pixels = np.asarray(image.resize(small, Image.Resampling.LANCZOS), dtype=np.uint8)
    labels = _first_guess(pixels)
    if not (labels == cv2.GC_PR_FGD).any():
        return Image.new("L", image.size, 0)
    return _as_mask(subject_of(_tidy(_grab_cut(pixels, labels))), image.size)


def in_the_middle(mask: Pixels) -> Pixels:
    """Of the things in a mask (H, W), those with most near the middle; parts that nearly touch are one."""
    reach = max(1, round(GAP * max(mask.shape)))
    wide = cv2.dilate(mask, np.ones((2 * reach + 1, 2 * reach + 1), dtype=np.uint8))
    count, things = cv2.connectedComponents(wide, connectivity=8)
    rows, columns = (np.linspace(-1.0, 1.0, side) ** 2 for side in mask.shape)
    near = np.exp(-(rows[:, None] + columns) / (2 * MIDDLE**2)) * (mask > 0)
    weight = np.array([near[things == thing].sum() for thing in range(1, count)])
    if not len(weight):
        return mask
    chosen = 1 + np.flatnonzero(weight >= SECOND * weight.max())
    kept: Pixels = mask * np.isin(things, chosen).astype(np.uint8)
    return kept


def _grab_cut(pixels: Pixels, labels: Pixels) -> Pixels:
    """Segment from these first labels, which are changed."""
    cv2.setRNGSeed(0)
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(pixels, labels, (0, 0, 1, 1), background, foreground, ITERATIONS, cv2.GC_INIT_WITH_MASK)
    return ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)


def _as_mask(cut: Pixels, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(cut * np.uint8(255)).resize(size, Image.Resampling.BILINEAR)


def _first_guess(pixels: Pixels) -> Pixels:
    """GrabCut's initial labels: what differs from the background's colours is probably the subject."""
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32)
    sides = _sides(*lab.shape[:2])
    ring = sides > 0
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    nearest = np.zeros((int(ring.sum()), 1), dtype=np.int32)
    cv2.setRNGSeed(0)
    _, labels_found, centres = cv2.kmeans(lab[ring], COLOURS, nearest, criteria, 3, cv2.KMEANS_PP_CENTERS)
    kinds, colours = np.asarray(labels_found, np.int64)[:, 0], np.asarray(centres, np.float32)
    background = _background_clusters(kinds, colours, sides[ring])
    distance = np.linalg.norm(lab[:, :, None] - colours[background], axis=-1).min(axis=-1)
    is_background = ring.copy()
    is_background[ring] = np.isin(kinds, background)
    usual = float(np.percentile(distance[is_background], 90))
    apart = np.clip(1.5 * usual, LEAST_APART, MOST_APART)
    labels = np.where(distance > apart, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[is_background] = cv2.GC_BGD
    return labels


def _sides(height: int, width: int) -> Pixels:
    """Label the border: 1 at the top, 2 at the bottom, 3 at the left, 4 at the right; 0 inside."""
    edge = max(1, round(BORDER * min(height, width)))
    sides = np.zeros((height, width), dtype=np.uint8)
    sides[edge:-edge, :edge], sides[edge:-edge, -edge:] = 3, 4
    sides[:edge], sides[-edge:] = 1, 2
    return sides


def _background_clusters(
    kinds: NDArray[np.integer], colours: NDArray[np.float32], sides: Pixels
) -> NDArray[np.intp]:
    """Choose the clusters of border colours that are background: all but those of a subject cut off below.

    Such a cluster occurs only at the bottom, and is far from the most common one.
    """
    above = np.bincount(kinds[sides != BOTTOM], minlength=COLOURS) / max(1, int((sides != BOTTOM).sum()))
    commonest = colours[np.bincount(kinds, minlength=COLOURS).argmax()]
    far = np.linalg.norm(colours - commonest, axis=1) > FAR
    return np.flatnonzero(~(far & (above < SELDOM)))


def _tidy(mask: Pixels) -> Pixels:
    """Remove small components and fill holes."""
    kept = large_pieces(mask)
    padded = np.pad(kept.astype(np.uint8), 1)
    cv2.floodFill(padded, None, (0, 0), 2)
    filled: Pixels = (padded[1:-1, 1:-1] != 2).astype(np.uint8)
    return filled


def large_pieces(mask: Pixels | NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask (H, W) without the connected components that are far smaller than the largest one."""
    inside = (mask > 0).astype(np.uint8)
    _, pieces, statistics, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    areas = statistics[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept: NDArray[np.bool_] = np.isin(pieces, np.flatnonzero(areas >= SMALL_PIECE * areas.max()))
    return kept & (inside > 0)


def is_calm(image: Image.Image) -> bool:
    """Whether the picture's border has about one colour, and so probably shows a plain background."""
    lab = cv2.cvtColor(_squeezed(image), cv2.COLOR_RGB2LAB).astype(np.float32)
    edge = max(1, round(RING * WORKING_SIDE))
    inner = np.zeros(lab.shape[:2], dtype=bool)
    inner[edge:-edge, edge:-edge] = True
    ring = lab[~inner]
    apart = np.linalg.norm(ring - np.median(ring, axis=0), axis=1)
    return bool((apart < NEAR).mean() >= CALM)


def is_ragged(mask: Image.Image) -> bool:
    """Whether a mask is scattered over its convex hull, as one that was found in a texture is."""
    inside = np.where(np.asarray(mask.convert("L")) > 127, np.uint8(255), np.uint8(0))
    there = cv2.findNonZero(inside)
    if there is None:
        return True
    hull = cv2.fillConvexPoly(np.zeros_like(inside), cv2.convexHull(there), 255)
    return bool((inside > 0).sum() < RAGGED * (hull > 0).sum())


def guided_cut(image: Image.Image, likeness: Map) -> Pixels:
    """Segment the subject with GrabCut: 0 or 1, (256, 256), on the picture resized to a square.

    `likeness` (h, w) is the largest cosine of each patch to patches of the subject (Eq. P4), thresholded by
    Otsu's method. Components whose mean likeness is too low are dropped.
    """
    level = _level(likeness)
    threshold, _ = cv2.threshold(level, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    labels = np.where(level > threshold, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[level < SURE_BACKGROUND * threshold] = cv2.GC_BGD
    labels[level > threshold + SURE_SUBJECT * (255 - threshold)] = cv2.GC_FGD
    if not {cv2.GC_BGD, cv2.GC_FGD} <= set(np.unique(labels).tolist()):
        return np.zeros(level.shape, dtype=np.uint8)
    return _drop_dissimilar(_grab_cut(_squeezed(image), labels), level, threshold)


def _squeezed(image: Image.Image) -> Pixels:
    small = image.convert("RGB").resize((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.uint8)


def _level(likeness: Map) -> Pixels:
    """Resize the likeness to the working size, and scale it to [0, 255]."""
    large = resize(likeness, WORKING_SIDE, WORKING_SIDE)
    low, high = np.quantile(large, [LOWEST, HIGHEST])
    scaled = np.clip((large - low) / max(high - low, 1e-6), 0, 1)
    return (255 * scaled + 0.5).astype(np.uint8)


def _drop_dissimilar(cut: Pixels, level: Pixels, threshold: float) -> Pixels:
    """Keep the connected components whose mean likeness is above the threshold."""
    count, pieces = cv2.connectedComponents(cut, connectivity=8)
    kept = [piece for piece in range(1, count) if level[pieces == piece].mean() > threshold]
    return np.isin(pieces, kept).astype(np.uint8)


Colour = tuple[int, int, int]
SOFT = 0.004  # deviation of the blur of the mask's edge, relative to the side


def ground_of(images: Sequence[Image.Image]) -> Colour:
    """The median colour of the borders of some pictures, which show a plain background."""
    rings = [_ring(np.asarray(image.convert("RGB"), dtype=np.uint8)) for image in images]
    red, green, blue = np.median(np.concatenate(rings), axis=0).astype(int).tolist()
    return red, green, blue


def on_plain_ground(image: Image.Image, mask: Image.Image, colour: Colour) -> Image.Image:
    """The subject that the mask (L, 255 on the subject) shows, on a background of this colour."""
    edge = mask.convert("L").resize(image.size, Image.Resampling.BILINEAR)
    edge = edge.filter(ImageFilter.GaussianBlur(SOFT * max(image.size)))
    return Image.composite(image.convert("RGB"), Image.new("RGB", image.size, colour), edge)


def _ring(pixels: np.ndarray) -> np.ndarray:
    """The pixels of the border, (n, 3)."""
    height, width = pixels.shape[:2]
    edge = max(1, round(RING * max(height, width)))
    border = np.ones((height, width), dtype=bool)
    border[edge : height - edge, edge : width - edge] = False
    found: np.ndarray = pixels[border]
    return found
