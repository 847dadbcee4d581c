"""The subject before a busy ground: GrabCut, led by how much each patch resembles the subject elsewhere."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.patchdpo.patch_quality import Map, resize

WORKING_SIDE = 256  # of the squeezed picture that GrabCut works on
RING = 0.03  # width of the border that is looked at, as a part of the side
NEAR = 25.0  # a distance of colours in Lab
CALM = 0.8  # the part of a calm border that is as near to its median
LOWEST, HIGHEST = 0.05, 0.995  # quantiles of the likeness between which its scale lies
SURE_GROUND, SURE_SUBJECT = 0.75, 0.6  # of the way to the threshold; of the way from it to the highest
ITERATIONS = 5

Pixels = NDArray[np.uint8]


def is_calm(image: Image.Image) -> bool:
    """Whether a picture's border has one colour, more or less, so that the border tells what is ground."""
    lab = cv2.cvtColor(_squeezed(image), cv2.COLOR_RGB2LAB).astype(np.float32)
    edge = max(1, round(RING * WORKING_SIDE))
    inner = np.zeros(lab.shape[:2], dtype=bool)
    inner[edge:-edge, edge:-edge] = True
    ring = lab[~inner]
    apart = np.linalg.norm(ring - np.median(ring, axis=0), axis=1)
    return bool((apart < NEAR).mean() >= CALM)


def guided_cut(image: Image.Image, likeness: Map) -> Pixels:
    """Where the subject is, 0 or 1, (256, 256) over the squeezed picture.

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
    return _alike(cut, level, threshold)


def _squeezed(image: Image.Image) -> Pixels:
    small = image.convert("RGB").resize((WORKING_SIDE, WORKING_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(small, dtype=np.uint8)


def _level(likeness: Map) -> Pixels:
    """The likeness at the working size, 0 to 255."""
    large = resize(likeness, WORKING_SIDE, WORKING_SIDE)
    low, high = np.quantile(large, [LOWEST, HIGHEST])
    scaled = np.clip((large - low) / max(high - low, 1e-6), 0, 1)
    return (255 * scaled + 0.5).astype(np.uint8)


def _alike(cut: Pixels, level: Pixels, threshold: float) -> Pixels:
    """The pieces that resemble the subject on the whole."""
    count, pieces = cv2.connectedComponents(cut, connectivity=8)
    kept = [piece for piece in range(1, count) if level[pieces == piece].mean() > threshold]
    return np.isin(pieces, kept).astype(np.uint8)
