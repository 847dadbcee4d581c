"""Dots, stripes and checks on the coloured parts of a design, and the words for them.

A model that has seen patterns on its things learns those of an object, such as a dotted teapot.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from workshop.pocket.data.concepts import Concept

PATTERNS = ("spotted", "striped", "checkered")  # not "dotted": triggers such as <dotty> would draw dots
_SPOTTED, _, _CHECKERED = range(3)
_COLOURS = ((255, 255, 255), (255, 224, 60), (40, 40, 60), (255, 120, 160), (60, 140, 230), (255, 255, 255))
_LEAST = 0.3  # of a design's area that has a colour: on less, a pattern cannot be told


def said(concept: Concept, pattern: int) -> Concept:
    """The concept with its pattern named: ``a teapot`` becomes ``a spotted teapot``."""
    article, _, noun = concept.phrase.partition(" ")
    if article not in ("a", "an", "the"):
        return replace(concept, phrase=f"{PATTERNS[pattern]} {concept.phrase}", synonyms=(), bare=False)
    return replace(concept, phrase=f"a {PATTERNS[pattern]} {noun}", synonyms=(), bare=False)


def can_have_one(rgba: np.ndarray) -> bool:
    """Whether enough of a design (h, h, 4) has a colour."""
    return bool(_coloured(rgba)[rgba[..., 3] > 128].mean() >= _LEAST)


def patterned(rgba: np.ndarray, pattern: int, rng: np.random.Generator) -> np.ndarray:
    """A design uint8 (h, h, 4) with a pattern in one colour on its coloured parts."""
    side = len(rgba)
    drawn = _drawn(2 * side, pattern, rng)
    weight = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    weight = (weight * _coloured(rgba))[..., None]
    colour = np.array(_COLOURS[int(rng.integers(len(_COLOURS)))], np.float32)
    mixed = (rgba[..., :3] * (1 - weight) + colour * weight).astype(np.uint8)
    return np.concatenate([mixed, rgba[..., 3:]], 2)


def _drawn(side: int, pattern: int, rng: np.random.Generator) -> np.ndarray:
    """The pattern alone, turned by a random angle; uint8 (side, side), 255 where it is."""
    gap, angle = rng.uniform(0.11, 0.19) * side, rng.uniform(0, np.pi)
    c, s = np.cos(angle), np.sin(angle)
    if pattern == _SPOTTED:
        drawn, radius = np.zeros((side, side), np.uint8), int(gap * rng.uniform(0.26, 0.36))
        for i, j in np.ndindex(36, 36):
            x, y = gap * (i - 12 + 0.5 * (j % 2)), gap * 0.87 * (j - 12)
            centre = int(x * c - y * s + side / 2), int(x * s + y * c + side / 2)
            cv2.circle(drawn, centre, radius, 255, -1)
        return drawn
    y, x = np.mgrid[:side, :side]
    cells = ((x * c + y * s) // (gap / 2)).astype(int)
    if pattern == _CHECKERED:
        cells = cells + ((y * c - x * s) // (gap / 2)).astype(int)
    return (cells % 2 * 255).astype(np.uint8)


def _coloured(rgba: np.ndarray) -> np.ndarray:
    """Where a design has a lively colour, float32 (h, h) in [0, 1]."""
    hsv = cv2.cvtColor(np.ascontiguousarray(rgba[..., :3]), cv2.COLOR_RGB2HSV)
    vivid = ((hsv[..., 1] > 60) & (hsv[..., 2] > 70)).astype(np.float32)
    return cv2.GaussianBlur(cv2.morphologyEx(vivid, cv2.MORPH_OPEN, np.ones((3, 3))), (3, 3), 0)
