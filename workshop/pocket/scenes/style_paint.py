"""Styles based on colour and light: cartoon, sticker, 3d, flat, pixel, paint, paper, clay."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from workshop.pocket.scenes.style_ops import (
    COLS,
    ROWS,
    SIZE,
    blur,
    colour,
    footing,
    kuwahara,
    lay,
    lines,
    luma,
    mix,
    noise,
    posterise,
    ramp,
    relief,
    shift,
    strokes,
    vivid,
)

Rng = np.random.Generator
WHITE = np.ones(3, np.float32)


def cartoon(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """The art's own colours, with a slight dark outline on a pastel ground."""
    ground = colour(rng.uniform(), rng.uniform(0.12, 0.3), rng.uniform(0.94, 1.0))
    base = vivid(lay(picture, mask, scene, picture if scene else ground), 1.1)
    around = lines(mask[..., None], mask)
    inner = lines(base, mask, 0.9, 0.05) * (0.3 + 0.7 * mask)
    return base * (1.0 - np.maximum(0.72 * around, 0.38 * inner))[..., None]


def sticker(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """A white border around the object and a soft shadow beneath."""
    ground = colour(rng.uniform(), rng.uniform(0.35, 0.6), rng.uniform(0.6, 0.85))
    border = np.maximum(ramp(0.06, 0.16, blur(mask, 4.0)), mask)
    shadow = blur(shift(border, 3, 2), 2.2)
    place = blur(picture, 0.8) if scene else np.broadcast_to(ground, picture.shape)
    card = mix(place * (1.0 - 0.5 * shadow)[..., None], 0.99 * WHITE, border)
    return lay(vivid(picture, 1.1), mask, scene, card)


def rendering(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Bevelled, shining volume with a shadow on a studio floor."""
    tint = colour(rng.uniform(), rng.uniform(0.03, 0.14), 1.0)
    floor = ramp(0.55, 0.8, ROWS / SIZE)[..., None]
    light = 0.94 - 0.28 * ((COLS - 50) / SIZE) ** 2 - 0.3 * ((ROWS - 40) / SIZE) ** 2
    studio = tint * (light[..., None] - 0.1 * floor)
    place = blur(picture, 1.4) if scene else studio
    place = place * (1.0 - 0.55 * footing(mask))[..., None]
    grey = blur(luma(picture), 1.4)
    near, mid, far = blur(mask, 2.0), blur(mask, 4.5), blur(mask, 9.0)
    height = (3.0 * near + 8.0 * mid + 16.0 * far + 3.0 * grey) * mask
    lit = relief(height, 1.5)
    body = blur(picture, 0.6) * (1.0 + 0.55 * lit)[..., None]
    shine = ramp(0.45, 0.85, lit) * ramp(0.55, 0.95, near) * 0.5
    body = mix(body, WHITE, shine + 0.18 * ramp(0.7, 1.0, far) * (1.0 - ROWS / SIZE))
    return mix(place, body, mask)


def flat(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Few plain colours, no shading, before a disc."""
    hue = rng.uniform()
    outer = colour(hue, rng.uniform(0.25, 0.5), rng.uniform(0.75, 0.95))
    disc = colour(hue + rng.uniform(-0.06, 0.06), rng.uniform(0.08, 0.2), 0.98)
    radius = rng.uniform(50, 58)
    inside = ramp(-1.0, 1.0, radius - np.hypot(ROWS - 63.5, COLS - 63.5))
    ground = mix(np.broadcast_to(outer, picture.shape), disc, inside)
    few = 0.84 * vivid(posterise(picture, 10 if scene else 7), 0.9) + 0.1
    return few if scene else mix(ground, few, mask)


def pixel(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Blocks of 4 px in few colours."""
    ground = colour(rng.uniform(), rng.uniform(0.3, 0.5), rng.uniform(0.22, 0.4))
    base = vivid(lay(picture, mask, scene, picture if scene else ground), 1.2)
    blocks = base.reshape(32, 4, 32, 4, 3).mean((1, 3))
    solid = mask.reshape(32, 4, 32, 4).mean((1, 3)) > 0.5
    steps = np.float32(6.0)
    blocks = np.round(blocks * steps) / steps
    rim = solid & ~ndimage.binary_erosion(solid)
    blocks = np.where(rim[..., None], blocks * 0.6, blocks)
    return blur(blocks.repeat(4, 0).repeat(4, 1), 0.45)


def watercolor(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Thin paint that runs and dries dark at its edges, on white paper."""
    paper = colour(rng.uniform(0.08, 0.16), rng.uniform(0.01, 0.04), 0.985)
    base = lay(picture, mask, scene, picture if scene else paper)
    rows = np.clip(ROWS + 1.1 * noise(rng, 7.0), 0, SIZE - 1)
    cols = np.clip(COLS + 1.1 * noise(rng, 6.0), 0, SIZE - 1)
    wobbly = np.dstack([base, mask])[rows.astype(np.intp), cols.astype(np.intp)]
    paint, wet = blur(wobbly, 1.1)[..., :3], blur(wobbly[..., 3], 1.3)
    dried = 0.30 * lines(paint, wet, 1.3, 0.03)
    wash = 0.70 + 0.14 * noise(rng, 10.0) + dried
    halo = ramp(0.02, 0.5, blur(mask, 9.0)) * ramp(-0.5, 1.5, noise(rng, 10.0))
    tone = colour(rng.uniform(), 0.35, 0.95)
    sheet = mix(np.broadcast_to(paper, base.shape), tone, 0.45 * halo)
    wash = np.clip(wash, 0.3, 1.0) * (1.0 if scene else wet)
    edge = ramp(0.0, 0.07, np.minimum.reduce([ROWS, COLS, 127 - ROWS, 127 - COLS]) / SIZE)
    wash = wash * edge if scene else wash
    return mix(sheet, vivid(paint, 1.3) * (1.0 - 0.5 * dried)[..., None], wash)


def pastel(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Soft, pale chalk on tinted paper."""
    paper = colour(rng.uniform(), rng.uniform(0.12, 0.22), rng.uniform(0.78, 0.88))
    soft = blur(picture, 1.2)
    chalk = 0.64 * vivid(soft, 1.15) + 0.36
    cover = 0.88 + 0.07 * strokes(rng, rng.uniform(8.0, 11.0)) + 0.05 * noise(rng, 4.0)
    shape = np.ones_like(mask) if scene else blur(mask, 1.4)
    sheet = np.broadcast_to(paper, picture.shape)
    bloom = 0.35 * blur(mask, 8.0) * (1.0 - mask)
    sheet = mix(sheet, WHITE, bloom)
    return mix(sheet, chalk, np.clip(cover, 0, 1) * shape * (0.85 if scene else 1.0))


def oil(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Rich dabs of paint."""
    hue = rng.uniform()
    shade = colour(hue, rng.uniform(0.35, 0.6), rng.uniform(0.35, 0.6))
    other = colour(hue + rng.uniform(-0.12, 0.12), 0.45, rng.uniform(0.38, 0.55))
    dabs = noise(rng, 3.0, 9.0) if rng.random() < 0.5 else noise(rng, 9.0, 3.0)
    ground = mix(np.broadcast_to(shade, picture.shape), other, ramp(-1.5, 1.5, dabs))
    base = lay(picture, mask, scene, picture if scene else ground)
    thick = kuwahara(base, 1.4)
    rich = np.clip(1.2 * (vivid(thick, 1.35) - 0.5) + 0.47, 0, 1)
    ridge = relief(2.6 * luma(thick) + 0.9 * dabs, 1.2)
    return rich * (1.0 + 0.5 * ridge)[..., None]


def papercut(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Layers of plain paper that cast shadows on each other."""
    few = posterise(picture, 9 if scene else 7, 0.7)
    sheet = 0.85 * few + 0.12 if scene else _hills(rng)
    edge = np.maximum(ramp(0.1, 0.35, blur(mask, 1.8)), mask)
    cut = mix(mix(sheet, np.array([0.98, 0.96, 0.91], np.float32), edge), 0.9 * few + 0.06, mask)
    height = 0.6 * luma(few) * mask + 1.2 * edge
    if scene:
        height = height + 0.6 * luma(few) * (1.0 - edge)
    above = blur(shift(height, 3, 2), 1.8) - blur(height, 0.6)
    return cut * (1.0 - 0.55 * np.clip(above, 0, 0.8))[..., None]


def _hills(rng: Rng) -> np.ndarray:
    """A ground of three waved sheets of one hue."""
    hue, saturation = rng.uniform(), rng.uniform(0.2, 0.45)
    sheet = np.broadcast_to(colour(hue, 0.15, 0.98), (SIZE, SIZE, 3))
    for part in range(3):
        wave = 5.0 * np.sin(COLS * rng.uniform(0.03, 0.07) + rng.uniform(0, 6.3))
        top = ROWS - wave - (38 + 28 * part)
        shadow = np.exp(-np.clip(-top, 0, None) / 3.0) * (top < 0)
        sheet = sheet * (1.0 - 0.28 * shadow)[..., None]
        sheet = mix(sheet, colour(hue, saturation + 0.1 * part, 0.92 - 0.08 * part), ramp(-0.8, 0.8, top))
    return sheet


def clay(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Rounded lumps with soft, matte light."""
    warm = np.array([1.04, 0.98, 0.88], np.float32)
    table = colour(rng.uniform(0.04, 0.12), rng.uniform(0.12, 0.3), rng.uniform(0.72, 0.88))
    lump = ramp(0.25, 0.75, blur(mask, 2.0))
    dough = blur(kuwahara(picture, 1.0), 0.9)
    dough = (0.78 * vivid(dough, 0.72) + 0.14) * warm
    place = dough if scene else np.broadcast_to(table, picture.shape)
    hollow = blur(shift(lump, 4, 3), 4.0)
    place = place * (1.0 - 0.42 * hollow)[..., None]
    grey = luma(dough)
    prints = (0.3 + 0.15 * scene) * noise(rng, 4.0)
    height = 5.0 * blur(lump, 3.0) + 10.0 * blur(lump, 6.0) + 8.0 * blur(grey, 1.4) + prints
    light = relief(height, 1.6)
    return mix(place, dough, lump) * (1.0 + 0.38 * light)[..., None]
