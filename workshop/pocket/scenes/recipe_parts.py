"""What recipes of styles are put together from: colours, grounds, patterns, cells, outlines, surfaces.

Each function that takes `dice` draws its parameters from it, so that they are the same in all pictures of a
recipe; `rng` is of one picture. Pictures are float32 (128, 128, 3) in [0, 1], masks (128, 128).
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy import ndimage
from scipy.spatial import Delaunay

from workshop.pocket.scenes.style_ops import (
    COLS,
    ROWS,
    SIZE,
    blur,
    colour,
    kuwahara,
    lines,
    luma,
    mix,
    noise,
    ramp,
    relief,
    slopes,
)

Dice = np.random.Generator
Rng = np.random.Generator
TURN = np.float32(2 * np.pi)
ONE = np.ones((SIZE, SIZE, 3), np.float32)
TONES = {"vivid": (0.8, 0.9), "muted": (0.4, 0.7), "pale": (0.3, 0.95), "deep": (0.75, 0.45)}
PATTERNS = (
    *("hatched", "crosshatched", "striped", "dotted", "stippled", "grainy", "woven", "scaled", "ringed"),
    *("wavy", "marbled"),
)
GROUNDS = ("own", "plain", "gradient", "pattern", "stripes", "spots", "rays", "halo")


def shade(dice: Dice, saturation: tuple[float, float], value: tuple[float, float]) -> np.ndarray:
    """A colour of any hue."""
    return colour(dice.uniform(), dice.uniform(*saturation), dice.uniform(*value))


def palette(dice: Dice, count: int | None = None) -> np.ndarray:
    """Colours of one tone from dark to light, float32 (3 to 6, 3)."""
    count = count or int(dice.integers(3, 7))
    hue, spread = dice.uniform(), dice.choice((0.08, 0.25, 0.5, 1.0))
    saturation, value = TONES[str(dice.choice(tuple(TONES)))]
    found = [
        colour(
            hue + spread * (i / count - 0.5) + dice.normal(0, 0.02),
            float(np.clip(saturation + dice.normal(0, 0.12), 0, 1)),
            float(np.clip((0.2 + 0.8 * (i + 0.5) / count) * (0.6 + 0.4 * value), 0.08, 1)),
        )
        for i in range(count)
    ]
    made = np.stack(found).astype(np.float32)
    return made[np.argsort(luma(made))]


def along(colours: np.ndarray, share: np.ndarray) -> np.ndarray:
    """A gradient through `colours` (k, 3), read at `share` (h, w) in [0, 1]."""
    place = np.clip(share, 0, 0.999) * (len(colours) - 1)
    low = place.astype(int)
    part = (place - low)[..., None]
    return colours[low] * (1 - part) + colours[np.minimum(low + 1, len(colours) - 1)] * part


def recoloured(dice: Dice, picture: np.ndarray) -> np.ndarray:
    """Its own colours, those of a palette nearest to them, a gradient or two inks by lightness, or a tint."""
    kind = dice.choice(("keep", "palette", "gradient", "duotone", "tint"), p=(0.22, 0.32, 0.2, 0.12, 0.14))
    colours = palette(dice)
    grey = luma(picture)
    if kind == "palette":
        far = ((picture[:, :, None] - colours) ** 2).sum(-1) * 0.5 + (
            grey[..., None] - luma(colours)
        ) ** 2 * 2
        share = np.exp(-40 * far)
        return (share[..., None] * colours).sum(2) / (share.sum(-1, keepdims=True) + 1e-9)
    if kind == "gradient":
        return along(colours, grey)
    if kind == "duotone":
        return mix(ONE * colours[0], ONE * colours[-1], ramp(0.35, 0.65, grey))
    return picture * 0.55 + 0.45 * colours[len(colours) // 2] if kind == "tint" else picture


def pattern(name: str, dice: Dice, rng: Rng, picture: np.ndarray, period: float) -> np.ndarray:
    """A field in [0, 1] that is 1 where the pattern's marks are."""
    angle, width = dice.uniform(0, np.pi), np.cos(np.pi * dice.uniform(0.25, 0.6))
    u, v = COLS * np.cos(angle) + ROWS * np.sin(angle), -COLS * np.sin(angle) + ROWS * np.cos(angle)
    turn, loose = TURN / np.float32(period), noise(rng, 9.0)
    match name:
        case "hatched":
            return ramp(width - 0.25, width + 0.25, np.sin(u * turn + 0.6 * loose))
        case "crosshatched":
            both = np.sin(u * turn + 0.5 * loose), np.sin(v * turn + 0.5 * loose)
            return np.maximum(*(ramp(width - 0.2, width + 0.2, each) for each in both))
        case "striped":
            return ramp(-0.15, 0.15, np.sin(u * turn * 0.6))
        case "dotted":
            dark = 1.2 * (0.25 - luma(picture))
            return ramp(-0.2, 0.2, np.sin(u * turn) * np.sin(v * turn) + dark)
        case "stippled":
            return ramp(1.0, 1.4, noise(rng, 1.2) + 0.9 * (1 - luma(picture)))
        case "grainy":
            return ramp(-0.2, 1.2, noise(rng, 0.8))
        case "woven":
            over = (np.sin(u * turn) > 0) ^ (np.sin(v * turn) > 0)
            return blur(np.where(over, np.sin(2 * u * turn), np.sin(2 * v * turn)) * 0.5 + 0.5, 0.5)
        case "scaled":
            row = np.floor(v / period)
            across, down = (u / period + 0.5 * (row % 2)) % 1 - 0.5, (v / period) % 1
            return ramp(0.38, 0.5, np.hypot(across, down - 0.1))
        case "ringed":
            return ramp(
                width - 0.25,
                width + 0.25,
                np.sin(np.hypot(COLS - 64 + 3 * loose, ROWS - 64 + 3 * loose) * turn),
            )
        case "wavy":
            return ramp(width - 0.25, width + 0.25, np.sin(v * turn + 1.5 * np.sin(u * turn * 0.35)))
    return ramp(-0.25, 0.25, np.sin(3.0 * noise(rng, period) + u * turn * 0.4))


def facets(picture: np.ndarray, rng: Rng, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Voronoi cells some `size` px wide, each of one colour, and the field of their borders."""
    count = int(SIZE * SIZE / (1.1 * size * size))
    places = rng.integers(0, SIZE, (count, 2))
    away = np.ones((SIZE, SIZE), bool)
    away[places[:, 0], places[:, 1]] = False
    nearest = ndimage.distance_transform_edt(away, return_distances=False, return_indices=True)
    return flattened(picture, nearest[0] * SIZE + nearest[1])


def triangles(picture: np.ndarray, rng: Rng, size: float) -> tuple[np.ndarray, np.ndarray]:
    """Delaunay triangles, smaller at edges, each of one colour, and the field of their borders."""
    down, right = slopes(picture, 1.2)
    edge = np.sqrt((down**2 + right**2).sum(-1)).ravel() + 0.02
    count = int(SIZE * SIZE / (0.9 * size * size))
    chosen = rng.choice(SIZE * SIZE, count, replace=False, p=edge / edge.sum())
    rim = np.linspace(0, SIZE - 1, 7)
    border = [(x, y) for x in rim for y in rim if x in (0, SIZE - 1) or y in (0, SIZE - 1)]
    points = np.concatenate([np.stack([chosen // SIZE, chosen % SIZE], 1), np.array(border)])
    found = Delaunay(points + rng.uniform(-0.3, 0.3, points.shape))
    grid = np.stack([ROWS.ravel(), COLS.ravel()], 1)
    return flattened(picture, found.find_simplex(grid).reshape(SIZE, SIZE) + 1)


def blocks(picture: np.ndarray, size: int, rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Squares `size` px wide, each of one colour, and the field of the gaps between them."""
    top, left = rng.integers(0, size, 2)
    rows, cols = ((ROWS + top) // size).astype(int), ((COLS + left) // size).astype(int)
    return flattened(picture, rows * 200 + cols)


def flattened(picture: np.ndarray, label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each labelled part in its mean colour, and the field of the parts' borders."""
    numbers = np.unique(label, return_inverse=True)[1].reshape(SIZE, SIZE)
    count = np.bincount(numbers.ravel())
    means = [np.bincount(numbers.ravel(), picture[..., i].ravel()) / count for i in range(3)]
    border = (numbers != np.roll(numbers, 1, 0)) | (numbers != np.roll(numbers, 1, 1))
    border[0], border[:, 0] = False, False
    return np.stack(means, -1)[numbers].astype(np.float32), border.astype(np.float32)


def filled(dice: Dice, picture: np.ndarray, rng: Rng) -> np.ndarray:
    """The picture with a pattern on it, in brush strokes, in facets, or smooth."""
    kind = dice.choice(("smooth", "pattern", "facets", "strokes"), p=(0.2, 0.6, 0.1, 0.1))
    strength, tint = dice.uniform(0.35, 0.95), dice.choice(("dark", "light", "own"))
    ink, name = shade(dice, (0, 0.7), (0.05, 0.95)), str(dice.choice(PATTERNS))
    period = dice.uniform(4, 11)
    if kind == "smooth":
        return picture
    if kind == "strokes":
        return np.clip(kuwahara(picture, 1.6) + 0.05 * noise(rng, 1.0, 5.0)[..., None], 0, 1)
    if kind == "facets":
        return facets(picture, rng, min(period, 6))[0]
    share = pattern(name, dice, rng, picture, period) * strength
    over = picture * 0.45 if tint == "dark" else 1 - (1 - picture) * 0.4 if tint == "light" else ONE * ink
    return mix(picture, over, share)


def ground(dice: Dice, own: np.ndarray, mask: np.ndarray, rng: Rng) -> np.ndarray:
    """What is behind the thing: its own ground, one colour, a gradient, a pattern, spots, rays or a halo."""
    kind = dice.choice(GROUNDS, p=(0.16, 0.32, 0.12, 0.14, 0.06, 0.08, 0.05, 0.07))
    dark = dice.random() < 0.27
    first = shade(dice, (0.05, 0.6), (0.06, 0.35) if dark else (0.75, 1.0))
    second = np.clip(first + dice.normal(0, 0.14, 3), 0, 1).astype(np.float32)
    period, angle, name = dice.uniform(6, 20), dice.uniform(0, np.pi), str(dice.choice(PATTERNS))
    base = ONE * np.clip(first + rng.normal(0, 0.02, 3), 0, 1).astype(np.float32)
    match kind:
        case "own":
            return own
        case "gradient":
            return mix(base, ONE * second, ROWS / SIZE)
        case "pattern":
            return mix(base, ONE * second, pattern(name, dice, rng, base, period))
        case "stripes":
            across = COLS * np.cos(angle) + ROWS * np.sin(angle)
            return mix(base, ONE * second, ramp(-0.1, 0.1, np.sin(across * TURN / period)))
        case "spots":
            row = np.floor(ROWS / period)
            away = np.hypot((COLS / period + 0.5 * (row % 2)) % 1 - 0.5, (ROWS / period) % 1 - 0.5)
            return mix(base, ONE * second, ramp(0.3, 0.22, away))
        case "rays":
            return mix(base, ONE * second, ramp(-0.1, 0.1, np.sin(np.arctan2(ROWS - 64, COLS - 64) * 12)))
        case "halo":
            return mix(base, ONE * second, ramp(0.02, 0.6, blur(mask, 9.0)))
    return base


def outlined(dice: Dice, made: np.ndarray, picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """An outline of one kind, colour and width; often along the inner edges, too. Some recipes have none."""
    kind = dice.choice(
        ("none", "thin", "bold", "double", "soft", "dashed"), p=(0.3, 0.2, 0.24, 0.08, 0.1, 0.08)
    )
    width = dice.uniform(1.2, 3.4) * {"bold": 1.9, "thin": 0.7}.get(str(kind), 1.0)
    light = dice.random() < 0.3
    ink = shade(dice, (0, 0.7), (0.85, 1.0) if light else (0.02, 0.25))
    inner = dice.random() < 0.65
    if kind == "none":
        return made
    edge = contour(mask, width)
    if kind == "double":
        away = distance(mask)
        edge = ramp(1.4, 0.6, np.abs(away - 2.6)) * ((mask < 0.5) | (away < 4))
    if kind == "soft":
        edge = 0.8 * blur(edge, 1.2)
    if kind == "dashed":
        edge = edge * ramp(-0.1, 0.3, np.sin((COLS + ROWS) * TURN / 9))
    if inner:
        edge = np.maximum(edge, lines(picture, mask, 0.9 if width < 4 else 1.4) * mask)
    return mix(made, ONE * ink, np.clip(edge, 0, 1))


def distance(mask: np.ndarray) -> np.ndarray:
    """The distance in px to the mask's border, inside and outside."""
    solid = mask > 0.5
    if solid.all() or not solid.any():
        return np.full_like(mask, SIZE)
    both = cv2.distanceTransform(solid.astype(np.uint8), cv2.DIST_L2, 5)
    both += cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 5)
    return both - 0.5


def contour(mask: np.ndarray, width: float) -> np.ndarray:
    """A line `width` px wide along the mask's border."""
    return ramp(width / 2 + 0.8, width / 2 - 0.4, distance(mask))


def raised(mask: np.ndarray, sharp: float, round_: float) -> np.ndarray:
    """Light on a thing that swells, about -1 to 1; a bevel `sharp` and `round_` px wide."""
    return relief(sharp * blur(mask, 2.0) + round_ * blur(mask, 6.0), 1.2)


def wobbled(picture: np.ndarray, mask: np.ndarray, rng: Rng, amount: float) -> tuple[np.ndarray, np.ndarray]:
    """Both, bent by some `amount` px."""
    cols, rows = ((axis + amount * noise(rng, 6.0)).astype(np.float32) for axis in (COLS, ROWS))
    bent = [
        cv2.remap(
            np.ascontiguousarray(each, np.float32),
            cols,
            rows,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for each in (picture, mask)
    ]
    return bent[0], bent[1]


def surfaced(dice: Dice, made: np.ndarray, rng: Rng) -> np.ndarray:
    """Paper, grain, canvas or softness over all; half of the recipes have none."""
    kind = dice.choice(("none", "paper", "grain", "canvas", "soft"), p=(0.5, 0.15, 0.13, 0.1, 0.12))
    amount = dice.uniform(0.3, 1)
    match kind:
        case "paper":
            return made * (1 + 0.06 * amount * noise(rng, 1.0)[..., None])
        case "grain":
            return made + 0.07 * amount * rng.standard_normal((SIZE, SIZE, 1)).astype(np.float32)
        case "canvas":
            weave = np.sin(COLS * TURN / 3) * np.sin(ROWS * TURN / 3)
            return made * (1 + 0.07 * amount * weave)[..., None]
        case "soft":
            return blur(made, 0.4 + 0.5 * amount)
    return made
