"""Compose pictures from designs with varied sizes, positions, tilts, hues and grounds."""

from __future__ import annotations

import cv2
import numpy as np

SIZE = 128
OVER = 2  # layers are drawn at twice the size for smooth edges
FULL = SIZE * OVER

Rng = np.random.Generator
Spot = tuple[float, tuple[float, float]]  # size in px and centre (x, y) in px of the final picture


def turned(rgba: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate all hues of a picture by the same angle; uint8 (h, w, 4)."""
    if not round(degrees / 2):
        return rgba
    hsv = cv2.cvtColor(np.ascontiguousarray(rgba[..., :3]), cv2.COLOR_RGB2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + round(degrees / 2)) % 180
    return np.concatenate([cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), rgba[..., 3:]], 2)


def premultiplied(rgba: np.ndarray) -> np.ndarray:
    """Convert uint8 (h, w, 4) to float32 in [0, 1] with premultiplied alpha."""
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.concatenate([rgba[..., :3].astype(np.float32) / 255 * alpha, alpha], 2)


def warped(layer: np.ndarray, side: float, centre: tuple[float, float], turn: np.ndarray) -> np.ndarray:
    """Place a square layer `side` px wide at `centre`, transformed by `turn` (2, 2); (256, 256, 4).

    Sizes are in px of the picture at twice the size.
    """
    if side < 0.7 * len(layer):
        layer = cv2.resize(layer, (int(side) + 1,) * 2, interpolation=cv2.INTER_AREA)
    whole = turn * (side / len(layer))
    shift = np.asarray(centre) - whole @ np.full(2, len(layer) / 2)
    matrix = np.concatenate([whole, shift[:, None]], 1)
    return cv2.warpAffine(layer, matrix, (FULL, FULL), flags=cv2.INTER_LINEAR)


def pose(
    rng: Rng, tilt: float, stretch: float = 0.05, slant: float = 0.05, mirrored: bool = True
) -> np.ndarray:
    """A random stretch, slant and tilt (deviation in radians), half of them mirrored, as a matrix (2, 2)."""
    angle, grow, lean = rng.normal(0, (tilt, stretch, slant))
    c, s = np.cos(angle), np.sin(angle)
    change = np.array([[np.exp(grow), lean], [0.0, np.exp(-grow)]])
    return np.array([[c, -s], [s, c]]) @ change @ np.diag([rng.choice((-1.0, 1.0)) if mirrored else 1.0, 1.0])


def paste(rgba: np.ndarray, spot: Spot, rng: Rng, upright: bool, mirrored: bool = True) -> np.ndarray:
    """Place a design at a spot in a random pose; premultiplied float32 (128, 128, 4)."""
    steep = rng.random() < 0.08 and not upright
    turn = pose(rng, 0.6 if steep else 0.07 if upright else 0.13, mirrored=mirrored)
    size, (x, y) = spot
    layer = warped(premultiplied(rgba), OVER * size, (OVER * x, OVER * y), turn)
    return cv2.resize(layer, (SIZE, SIZE), interpolation=cv2.INTER_AREA)


def spots(count: int, in_place: bool, rng: Rng) -> list[Spot]:
    """Size and centre of each subject."""
    jitter = rng.normal(0, 3, (count, 2))
    if count == 2:
        y = 84 if in_place else 66
        pairs = zip((36, 92), jitter, strict=True)
        return [(rng.uniform(48, 66), (x + j[0], y + j[1])) for x, j in pairs]
    if in_place:
        size = rng.uniform(62, 96)
        return [(size, (64 + 4.0 * jitter[0, 0], 80 + jitter[0, 1] - 0.1 * (size - 70)))]
    size = rng.uniform(84, 118) if rng.random() < 0.65 else rng.uniform(52, 92)
    room = max(2.0, (118 - size) / 2)
    return [(size, (64 + room * rng.uniform(-1, 1), 64 + room * rng.uniform(-1, 1)))]


def pale_ground(rng: Rng) -> np.ndarray:
    """A white or pale ground, float32 (128, 128, 3)."""
    pale = 1 - rng.uniform(0, 0.25, 3) * (rng.random() < 0.55)
    return np.broadcast_to(pale.astype(np.float32), (SIZE, SIZE, 3)).copy()


def lively_ground(rng: Rng) -> np.ndarray:
    """One colour, a gradient, a floor before a wall, or a disc; float32 (128, 128, 3)."""
    hsv = np.array([[(rng.uniform(0, 360), rng.uniform(0.15, 0.75), rng.uniform(0.55, 1.0))]], np.float32)
    first = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0]
    hsv[0, 0, 0] = (hsv[0, 0, 0] + rng.normal(0, 40)) % 360
    hsv[0, 0, 2] = np.clip(hsv[0, 0, 2] + rng.normal(0, 0.2), 0.4, 1)
    second = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0]
    rows, cols = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    kind = rng.random()
    if kind < 0.4:
        share = np.zeros_like(rows)
    elif kind < 0.65:
        angle = rng.uniform(0, 2 * np.pi)
        share = np.clip(0.5 + (rows - 0.5) * np.sin(angle) + (cols - 0.5) * np.cos(angle), 0, 1)
    elif kind < 0.85:
        share = np.clip((rows - rng.uniform(0.55, 0.85)) * SIZE, 0, 1)
    else:
        share = np.clip((rng.uniform(0.3, 0.45) - np.hypot(rows - 0.5, cols - 0.5)) * SIZE, 0, 1)
    return first * (1 - share[..., None]) + second * share[..., None]
