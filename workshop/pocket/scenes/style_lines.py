"""Styles based on lines and shapes: pencil, neon, blueprint, silhouette, ink, crayon."""

from __future__ import annotations

import numpy as np

from workshop.pocket.scenes.style_ops import (
    COLS,
    ROWS,
    SIZE,
    blur,
    colour,
    lay,
    lines,
    luma,
    mix,
    noise,
    posterise,
    ramp,
    strokes,
    vivid,
)

Rng = np.random.Generator
WHITE = np.ones(3, np.float32)


def pencil(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Grey lines and light hatching on paper."""
    base = lay(picture, mask, scene, picture if scene else WHITE)
    paper = colour(rng.uniform(0.08, 0.14), rng.uniform(0.01, 0.06), rng.uniform(0.93, 0.98))
    edge = lines(base, mask) * (0.55 + 0.45 * ramp(0.1, 0.6, blur(mask, 2.0)))
    dark = (0.7 if scene else 1.0) * ramp(0.15, 0.9, 1.0 - blur(luma(base), 1.5))
    hatch = dark * (0.26 + 0.2 * strokes(rng, rng.uniform(5.0, 6.5)))
    grey = np.maximum(0.78 * edge * (1.0 + 0.1 * noise(rng, 5.0)), hatch)
    lead = np.array([0.2, 0.2, 0.23], np.float32)
    return mix(np.broadcast_to(paper, picture.shape), lead, np.clip(grey, 0, 1))


def neon(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Glowing tubes along the edges, on near-black."""
    hue, night = rng.uniform(), colour(rng.uniform(0.6, 0.85), 0.6, rng.uniform(0.03, 0.09))
    base = lay(picture, mask, scene, picture if scene else 0.1 * WHITE)
    tube = lines(base, mask, 1.0, 0.04)
    inside = ramp(0.05, 0.5, blur(mask, 1.5))
    first, second = colour(hue, 0.85, 1.0), colour(hue + rng.uniform(0.3, 0.6), 0.85, 1.0)
    own = vivid(blur(base, 1.5), 2.5)
    own = own / (own.max(-1, keepdims=True) + 0.15)
    light = mix(np.broadcast_to(second * 0.6, base.shape), 0.6 * first + 0.4 * own, inside)
    lit = light * tube[..., None]
    glow = 0.8 * blur(lit, 2.0) + 1.1 * blur(lit, 6.0)
    body = 0.10 * base * inside[..., None]
    core = (tube * (0.25 + 0.25 * inside))[..., None]
    return 1.0 - (1.0 - night) * (1.0 - body) * np.exp(-1.3 * (lit + glow)) * (1.0 - core)


def blueprint(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """White lines on blue paper with a faint grid."""
    blue = colour(rng.uniform(0.585, 0.63), rng.uniform(0.75, 0.9), rng.uniform(0.45, 0.62))
    offset, pitch = rng.integers(0, 16, 2), 16
    rows, cols = (ROWS + offset[0]) % pitch, (COLS + offset[1]) % pitch
    grid = np.maximum(ramp(0.2, 1.0, 1.6 - np.abs(rows - 8)), ramp(0.2, 1.0, 1.6 - np.abs(cols - 8)))
    base = lay(picture, mask, scene, picture if scene else WHITE)
    share = lines(base, mask) * (0.6 + 0.4 * ramp(0.1, 0.6, blur(mask, 2.0)))
    tone = 0.12 * grid * (1.0 - mask) + 0.12 * mask * luma(base)
    return mix(np.broadcast_to(blue, base.shape), 0.97 * WHITE, np.maximum(0.95 * share, tone))


def silhouette(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """A dark shape before a gradient; a place becomes two paler tones of it."""
    hue = rng.uniform()
    top = colour(hue, rng.uniform(0.5, 0.75), 0.98)
    low = colour(hue + rng.uniform(0.08, 0.22) * rng.choice((-1, 1)), rng.uniform(0.4, 0.7), 1.0)
    down = (ROWS / SIZE)[..., None]
    sky = top * (1.0 - down) + low * down
    if scene:
        grey = blur(luma(picture), 1.2)
        middle = float(np.median(grey[mask < 0.5])) if (mask < 0.5).any() else 0.5
        sky = mix(sky * 0.62, sky, ramp(middle - 0.08, middle + 0.08, grey))
        sky = 0.75 * sky + 0.25
    night = colour(hue + 0.5, 0.35, 0.1)
    inner = blur(luma(picture), 0.7)
    spread = float(inner[mask > 0.6].std()) if (mask > 0.6).any() else 0.2
    middle = float((inner * mask).sum() / (mask.sum() + 1.0))
    tone = ramp(-2.0, 2.0, (inner - middle) / (spread + 0.06)) * ramp(0.6, 1.0, blur(mask, 1.0))
    return mix(sky, night + 0.17 * tone[..., None], ramp(0.1, 0.9, mask))


def ink(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Thick black outlines around flat, saturated fills."""
    ground = colour(rng.uniform(), rng.uniform(0.45, 0.9), 1.0)
    base = lay(picture, mask, scene, picture if scene else ground)
    fill = np.clip(1.15 * (vivid(posterise(base, 8), 1.7) - 0.5) + 0.54, 0, 1)
    around = lines(mask[..., None], mask, 2.0, 0.03)
    inner = lines(base, mask, 1.3, 0.055)
    return mix(fill, np.full(3, 0.03, np.float32), np.maximum(around, inner))


def crayon(picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Waxy coloured strokes and thick coloured contours on white paper."""
    paper = colour(rng.uniform(0.1, 0.15), 0.04, 0.98)
    base = lay(picture, mask, scene, picture if scene else paper)
    soft = vivid(blur(base, 1.2), 1.5)
    wax = 0.74 + 0.2 * strokes(rng, rng.uniform(7.0, 9.0)) + 0.08 * noise(rng, 4.0)
    laid = mix(np.broadcast_to(paper, base.shape), soft, np.clip(wax + 0.3 * (0.45 - luma(soft)), 0.3, 1.0))
    contour = lines(base, mask, 1.5, 0.05) * (0.8 + 0.12 * noise(rng, 4.0))
    dark = vivid(blur(lay(picture, mask, scene, picture if scene else 0.5 * WHITE), 2.0), 1.8) * 0.5
    return mix(laid, dark, np.clip(contour, 0, 0.92))
