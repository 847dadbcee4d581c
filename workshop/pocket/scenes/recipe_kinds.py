"""Materials and techniques with free parameters, each a kind of recipe.

A kind is called with the dice of its recipe, a picture float32 (128, 128, 3) in [0, 1], the mask of its
things, whether they stand in a place, and the generator of this picture. What it draws from the dice comes
first, so that all pictures of a recipe have the same parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workshop.pocket.scenes import recipe_parts as parts
from workshop.pocket.scenes.recipe_parts import ONE, TURN, Dice, Rng
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
    posterise,
    ramp,
    relief,
    shift,
    slopes,
    vivid,
)

Draw = Callable[[Dice, np.ndarray, np.ndarray, bool, Rng], np.ndarray]


@dataclass(frozen=True)
class Kind:
    """A kind of recipe: its name, the words of captions, how often it is drawn, and how it draws."""

    name: str
    words: tuple[str, ...]
    draw: Draw
    rate: float = 1.0
    held_out: bool = False


def free(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Colours, filling, ground, light, outline and surface, each drawn by itself."""
    light = dice.choice(("matte", "embossed", "shadowed", "puffy", "glossy"), p=(0.5, 0.15, 0.15, 0.12, 0.08))
    bent = dice.uniform(0.5, 1.6) if dice.random() < 0.15 else 0.0
    everywhere = dice.random() < 0.5
    painting, filling, behind, outline, surface = dice.spawn(5)
    if bent:
        picture, mask = parts.wobbled(picture, mask, rng, bent)
    again = [
        np.random.Generator(type(each.bit_generator)(each.bit_generator.seed_seq))
        for each in (painting, filling)
    ]
    thing = parts.filled(filling, np.clip(parts.recoloured(painting, picture), 0, 1), rng)
    if scene:
        own = np.clip(parts.recoloured(again[0], picture), 0, 1)
        back = parts.filled(again[1], own, rng) if everywhere else own
    else:
        back = parts.ground(behind, np.clip(parts.recoloured(again[0], picture), 0, 1), mask, rng)
    if light == "shadowed":
        back = back * (1 - 0.45 * shift(blur(mask, 3.0), 4, 4))[..., None]
    if light in ("embossed", "puffy", "glossy"):
        lit = parts.raised(mask, 3.0, 0.0 if light == "embossed" else 9.0)[..., None]
        thing = np.clip(thing * (1 + 0.35 * lit), 0, 1)
        if light == "glossy":
            thing = thing + 0.5 * ramp(0.55, 0.8, lit) * (1 - thing)
    made = parts.outlined(outline, mix(back, thing, mask), picture, mask)
    return parts.surfaced(surface, made, rng)


def wood(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Inlaid veneers: each lightness in a tone and direction of grain of its own, with dark seams."""
    levels, hue = (
        int(dice.integers(3, 6)),
        dice.uniform(0.03, 0.11) if dice.random() < 0.75 else dice.uniform(),
    )
    saturation, period = dice.uniform(0.3, 0.65), dice.uniform(2.6, 6.0)
    dark, light = dice.uniform(0.22, 0.4), dice.uniform(0.75, 0.95)
    angles, swirl, carved = dice.uniform(0, np.pi, levels), dice.uniform(0.5, 2.0), dice.random() < 0.4
    seam, plain = dice.uniform(0, 0.6), dice.uniform(0.3, 1.0)
    grey = luma(kuwahara(picture, 1.0))
    low, high = np.quantile(grey, (0.03, 0.97))
    level = np.clip((grey - low) / (high - low + 0.05), 0, 0.999)
    made = np.zeros_like(picture)
    steps = np.floor(level * levels)
    if not scene:
        steps = np.where(mask > 0.5, steps, int(plain * (levels - 1)))
    for number, angle in enumerate(angles):
        across = COLS * np.cos(angle) + ROWS * np.sin(angle) + swirl * noise(rng, 3.0, 14.0)
        grain = 0.5 + 0.5 * np.sin(across * TURN / period + swirl * noise(rng, 9.0))
        value = dark + (light - dark) * (number + 0.5) / levels
        tone = colour(hue + 0.01 * number, saturation, value)
        made = np.where((steps == number)[..., None], tone * (0.82 + 0.22 * grain[..., None]), made)
    border = blur(((steps != shift(steps, 1, 0)) | (steps != shift(steps, 0, 1))).astype(np.float32), 0.5)
    made = made * (1 - seam * border)[..., None]
    return made * (1 + 0.3 * parts.raised(mask, 3.0, 6.0))[..., None] if carved else made


def glass(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Clear, coloured glass that bends what is behind it, with bright rims and highlights."""
    tint, clear = parts.shade(dice, (0.25, 0.8), (0.75, 1.0)), dice.uniform(0.35, 0.75)
    own, swell = dice.uniform(0.2, 0.8), dice.uniform(6, 14)
    first, second = (parts.shade(dice, (0.1, 0.6), (0.25, 1.0)) for _ in range(2))
    shine, dark = dice.uniform(0.5, 0.95), dice.uniform(0.2, 0.5)
    soft = blur(picture, 0.8)
    behind = blur(picture, 1.6) if scene else mix(ONE * first, ONE * second, ROWS / SIZE)
    down, right = slopes(blur(mask, 3.0) * swell, 1.0)
    rows, cols = (
        np.clip(axis + 9 * bend, 0, SIZE - 1).astype(int) for axis, bend in ((ROWS, down), (COLS, right))
    )
    body = tint * (1 - own) + vivid(soft, 1.3) * own
    body = body * (clear * behind[rows, cols] + (1 - clear)) * 1.1
    lit = parts.raised(mask, 2.0, swell)
    inner = relief(2.5 * luma(soft), 1.0)
    body = body * (1 - dark * ramp(0.1, -0.7, lit))[..., None]
    body = mix(body, ONE, shine * np.maximum(ramp(0.45, 0.75, lit), 0.6 * ramp(0.3, 0.6, inner)))
    body = mix(body, ONE, 0.5 * parts.contour(mask, 1.6))
    shadow = 0.25 * shift(blur(mask, 3.0), 5, 3)
    return mix(behind * (1 - shadow)[..., None], body, mask)


def linocut(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Two inks, hard edges, carved gouges in the middle tones and stray marks on the ground."""
    ink, paper = parts.shade(dice, (0.0, 0.8), (0.04, 0.45)), parts.shade(dice, (0.02, 0.35), (0.82, 1.0))
    third, has_third = parts.shade(dice, (0.4, 0.9), (0.5, 0.95)), dice.random() < 0.4
    period, angle, bold = dice.uniform(4.0, 7.5), dice.uniform(0, np.pi), dice.uniform(0.2, 0.5)
    stray, night = dice.uniform(0, 0.8), dice.random() < 0.35
    grey = luma(blur(picture, 1.0))
    inside = mask > 0.5
    middle, spread = (grey[inside].mean(), grey[inside].std() + 0.05) if inside.any() else (0.5, 0.2)
    tone = (grey - middle) / spread
    across = COLS * np.cos(angle) + ROWS * np.sin(angle) + 10 * blur(mask, 6.0) + 1.5 * noise(rng, 8.0)
    gouge = np.sin(across * TURN / period)
    light = ramp(-0.25, 0.25, gouge + 1.4 * tone)
    edge = np.maximum(lines(picture, mask, 1.2, 0.04), parts.contour(mask, 2.2))
    light = light * (1 - ramp(bold, bold + 0.3, edge))
    if not scene:
        marks = ramp(0.9, 1.2, np.sin(across * TURN / period) * ramp(0.3, 1.0, noise(rng, 5.0)) * 1.5) * stray
        outside = marks if night else 1 - marks
        light = light * mask + outside * (1 - mask)
        light = (
            light * (1 - parts.contour(mask, 2.4))
            if not night
            else np.maximum(light, 0.9 * parts.contour(mask, 1.8))
        )
    made = mix(ONE * ink, ONE * paper, light)
    return mix(made, ONE * third, ramp(0.2, 0.4, tone) * light * mask) if has_third else made


def halftone(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Printed dots whose size is the darkness, in one to three inks."""
    count, period = int(dice.choice((1, 2, 3))), dice.uniform(3.6, 7.5)
    paper = parts.shade(dice, (0.02, 0.3), (0.86, 1.0))
    inks = [parts.shade(dice, (0.5, 1.0), (0.1, 0.85)) for _ in range(count)]
    if count == 3:
        hue = dice.uniform()
        inks = [colour(hue + i / 3, 0.75, 0.95) for i in range(3)]
    first, squares, line = dice.uniform(0, np.pi), dice.random() < 0.2, dice.random() < 0.4
    strength = dice.uniform(0.9, 1.25)
    back = np.ones(3, np.float32) if dice.random() < 0.6 else np.full(3, 0.8, np.float32)
    base = picture if scene else mix(ONE * back, picture, mask)
    made = ONE * paper
    for number, ink in enumerate(inks):
        angle = first + number * np.pi / (2 * count)
        dark = 1 - (luma(base) if count == 1 else base[..., number % 3])
        u, v = COLS * np.cos(angle) + ROWS * np.sin(angle), -COLS * np.sin(angle) + ROWS * np.cos(angle)
        a, b = u / period % 1 - 0.5, v / period % 1 - 0.5
        away = np.maximum(np.abs(a), np.abs(b)) if squares else np.hypot(a, b)
        size = 0.68 * np.sqrt(np.clip(blur(dark, 1.2) * strength, 0, 1))
        share = ramp(0.6 / period, -0.6 / period, away - size)
        made = made * (1 - share[..., None] * (1 - ink))
    return mix(made, ONE * inks[0] * 0.4, 0.9 * lines(picture, mask, 0.9)) if line else made


def low_poly(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Triangles of one colour each, with light that differs from one to the next."""
    size, jitter, border = dice.uniform(5, 9), dice.uniform(0.02, 0.07), dice.uniform(0, 0.4)
    painting, behind = dice.spawn(2)
    base = np.clip(parts.recoloured(painting, picture), 0, 1)
    if not scene:
        base = mix(parts.ground(behind, base, mask, rng), base, mask)
    made, edge = parts.triangles(base, rng, size)
    uneven = parts.triangles(noise(rng, 2.0)[..., None] * ONE, rng, size)[0]
    made = np.clip(made + jitter * uneven, 0, 1)
    return made * (1 - border * blur(edge, 0.4))[..., None]


def chalk(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Dry, broken strokes of pale colours on a dark board."""
    board = parts.shade(dice, (0.1, 0.6), (0.08, 0.32))
    tint, own = parts.shade(dice, (0.0, 0.5), (0.9, 1.0)), dice.uniform(0, 1)
    period, angle, cover = dice.uniform(4, 8), dice.uniform(0, np.pi), dice.uniform(0.25, 0.8)
    width, dust = dice.uniform(0.9, 1.6), dice.uniform(0.02, 0.15)
    pale = 0.45 + 0.55 * vivid(blur(picture, 1.0), 1.2)
    stick = pale * own + tint * (1 - own)
    across = COLS * np.cos(angle) + ROWS * np.sin(angle)
    dry = ramp(-0.6, 0.8, noise(rng, 0.8) + 0.5 * np.sin(across * TURN / period + noise(rng, 9.0)))
    light = ramp(0.15, 0.85, luma(blur(picture, 1.2)))
    inside = light if scene else light * ramp(0.3, 0.7, mask)
    edge = np.maximum(lines(picture, mask, width), parts.contour(mask, 2.2 * width) * 0.9)
    share = np.maximum(cover * inside * dry, edge * (0.55 + 0.45 * dry))
    smear = dust * ramp(-1, 2, noise(rng, 10.0))
    return mix(mix(ONE * board, ONE * tint, smear), stick, np.clip(share, 0, 1))


def brush(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Thick strokes of a few paints that follow the shapes, with ridges that catch the light."""
    length, width, thick = dice.uniform(3, 8), dice.uniform(0.8, 1.3), dice.uniform(0.2, 0.8)
    painting, behind = dice.spawn(2)
    rich = dice.uniform(0.9, 1.5)
    base = np.clip(parts.recoloured(painting, picture), 0, 1)
    if not scene:
        base = mix(parts.ground(behind, base, mask, rng), base, mask)
    base = kuwahara(base, width)
    down, right = slopes(luma(blur(base, 2.0)), 2.5)
    turn = np.arctan2(-right, down + 1e-3) + 0.6 * noise(rng, 9.0)
    made, ridge, bristle = np.zeros_like(base), np.zeros((SIZE, SIZE), np.float32), noise(rng, 0.9)
    for step in np.linspace(-0.5, 0.5, 5) * length:
        rows = np.clip(ROWS + step * np.sin(turn), 0, SIZE - 1).astype(int)
        cols = np.clip(COLS + step * np.cos(turn), 0, SIZE - 1).astype(int)
        made, ridge = made + base[rows, cols] / 5, ridge + bristle[rows, cols] / 5
    return np.clip(
        vivid(np.clip(made, 0, 1), rich) * (1 + thick * 0.4 * relief(3 * ridge, 0.8))[..., None], 0, 1
    )


def engraving(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Even dark lines on paper that follow the form and swell where it is dark; crossed in the shadows."""
    ink, paper = parts.shade(dice, (0.0, 0.7), (0.05, 0.35)), parts.shade(dice, (0.02, 0.25), (0.85, 1.0))
    period, angle, form = dice.uniform(3.2, 5.5), dice.uniform(0, np.pi), dice.uniform(4, 18)
    crossed, wash = dice.random() < 0.6, dice.uniform(0, 0.5)
    base = picture if scene else mix(ONE, picture, mask)
    dark = 1 - luma(blur(base, 0.9))
    swell = form * blur(mask, 7.0) + 4 * luma(blur(picture, 3.0))
    share = np.zeros((SIZE, SIZE), np.float32)
    for number in range(1 + crossed):
        turned = angle + number * 1.2
        across = COLS * np.cos(turned) + ROWS * np.sin(turned) + swell
        share = np.maximum(
            share, ramp(-0.3, 0.3, np.sin(across * TURN / period) + 2.2 * dark - 1.5 - 0.7 * number)
        )
    share = np.maximum(share, np.maximum(0.9 * lines(picture, mask, 0.9), parts.contour(mask, 1.5)))
    return mix(mix(ONE * paper, base * paper, np.full((SIZE, SIZE), wash, np.float32)), ONE * ink, share)


def marker(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Felt pens: flat stripes that overlap, beside their uneven outline."""
    period, angle, overlap = dice.uniform(6, 12), dice.uniform(0, np.pi), dice.uniform(0.1, 0.35)
    off, width = dice.integers(-3, 4, 2), dice.uniform(1.8, 4.2)
    ink = parts.shade(dice, (0.0, 0.9), (0.02, 0.5))
    paper = parts.shade(dice, (0.0, 0.3), (0.9, 1.0))
    (painting,) = dice.spawn(1)
    few = vivid(posterise(np.clip(parts.recoloured(painting, picture), 0, 1), 7), 1.4)
    across = COLS * np.cos(angle) + ROWS * np.sin(angle) + noise(rng, 8.0)
    stripe = ramp(0.75, 0.95, np.sin(across * TURN / period)) * overlap
    inks = few * (1 - stripe[..., None] * (1 - few * 0.6))
    cover = np.ones((SIZE, SIZE), np.float32) if scene else shift(shift(mask, int(off[0]), 0), 0, int(off[1]))
    made = mix(ONE * paper, inks, 0.92 * cover)
    _, bent = parts.wobbled(picture, mask, rng, 0.6)
    edge = np.maximum(parts.contour(bent, width), lines(picture, mask, 1.2, 0.05))
    return mix(made, ONE * ink, edge * (0.85 + 0.15 * ramp(-1, 1, noise(rng, 4.0))))


def risograph(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Two or three transparent inks, printed apart and not quite in place, with grain."""
    count, grain = int(dice.choice((2, 2, 3))), dice.uniform(0.15, 0.6)
    hue = dice.uniform()
    inks = [
        colour(hue + i * dice.uniform(0.25, 0.5), dice.uniform(0.6, 1.0), dice.uniform(0.6, 1.0))
        for i in range(count)
    ]
    paper, offs = parts.shade(dice, (0.01, 0.15), (0.92, 1.0)), dice.integers(-2, 3, (count, 2))
    ground, steep = dice.uniform(0, 0.7) if dice.random() < 0.5 else 0.0, dice.uniform(0.3, 0.9)
    grey = luma(blur(picture, 0.7))
    warm = ramp(-0.3, 0.3, picture[..., 0] - picture[..., 2])
    plates = [
        ramp(0.5 + steep / 2, 0.5 - steep / 2, grey),
        np.clip(warm * 1.1 - 0.2 * grey, 0, 1),
        ramp(0.5, 0.1, grey),
    ]
    made = ONE * paper
    for number, (ink, off) in enumerate(zip(inks, offs, strict=True)):
        plate = plates[number] if scene else plates[number] * mask
        if not scene and number == 1:
            plate = np.maximum(plate, ground * (1 - mask))
        plate = shift(shift(plate, int(off[0]), 0), 0, int(off[1]))
        speckle = np.clip(1 - grain * ramp(0.2, 1.5, noise(rng, 0.8)), 0, 1)
        made = made * (1 - (plate * speckle)[..., None] * (1 - ink))
    return made


def neon(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Glowing tubes along the edges in one or two colours, before a dark wall."""
    first, second = parts.shade(dice, (0.6, 1.0), (0.95, 1.0)), parts.shade(dice, (0.6, 1.0), (0.95, 1.0))
    wall, width = parts.shade(dice, (0.3, 0.8), (0.03, 0.2)), dice.uniform(0.9, 1.5)
    own, near, far = dice.uniform(0, 0.7), dice.uniform(0.5, 1.1), dice.uniform(0.6, 1.5)
    bricks = dice.random() < 0.25
    base = picture if scene else mix(ONE * 0.1, picture, mask)
    tube = np.maximum(lines(base, mask, width, 0.04), 0.9 * parts.contour(mask, 2.2 * width))
    hues = vivid(blur(base, 1.5), 2.5)
    hues = hues / (hues.max(-1, keepdims=True) + 0.15)
    lit = (
        mix(ONE * second, first * (1 - own) + own * hues, ramp(0.05, 0.5, blur(mask, 1.5))) * tube[..., None]
    )
    glow = near * blur(lit, 2.0) + far * blur(lit, 6.0)
    dark = ONE * wall
    if bricks:
        gap = (ROWS % 10 < 1.5) | ((COLS + 10 * (ROWS // 10 % 2)) % 20 < 1.5)
        dark = dark * np.where(gap, 0.6, 1.0)[..., None].astype(np.float32)
    return 1 - (1 - dark) * np.exp(-1.3 * (lit + glow)) * (1 - 0.5 * tube)[..., None]


def pixel(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Squares of few colours, often with a dark rim or gaps between them."""
    size, levels = int(dice.choice((3, 4, 4, 5))), dice.uniform(3, 8)
    rim, gap = dice.uniform(0, 0.6), dice.uniform(0, 0.5) if dice.random() < 0.3 else 0.0
    painting, behind = dice.spawn(2)
    base = np.clip(parts.recoloured(painting, picture), 0, 1)
    if not scene:
        base = mix(parts.ground(behind, base, mask, rng), base, mask)
    base = base * (1 - rim * parts.contour(mask, size))[..., None]
    made, edge = parts.blocks(base, size, rng)
    made = np.round(made * np.float32(levels)) / np.float32(levels)
    return blur(made * (1 - gap * edge)[..., None], 0.4)


def clay(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Rounded lumps with soft light, with prints of fingers or smooth."""
    matte, prints, swell = dice.uniform(0.5, 1.1), dice.uniform(0, 0.6), dice.uniform(5, 12)
    shine, side = dice.uniform(0, 0.35), parts.shade(dice, (0.1, 0.5), (0.55, 0.95))
    (painting,) = dice.spawn(1)
    dough = blur(kuwahara(np.clip(parts.recoloured(painting, picture), 0, 1), 1.1), 0.9)
    dough = 0.86 * vivid(np.clip(dough, 0, 1), matte) + 0.08
    lump = ramp(0.25, 0.75, blur(mask, 2.0))
    place = dough if scene else ONE * side
    place = place * (1 - 0.42 * blur(shift(lump, 4, 3), 4.0))[..., None]
    light = relief(
        swell * (0.5 * blur(lump, 3.0) + blur(lump, 6.0) + 0.8 * blur(luma(dough), 1.4))
        + prints * noise(rng, 4.0),
        1.6,
    )
    made = mix(place, dough, lump) * (1 + 0.38 * light)[..., None]
    return mix(made, ONE, shine * ramp(0.5, 0.85, light) * lump)


def stained(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Panes of glowing colour between dark leads."""
    size, lead, glow = dice.uniform(11, 20), dice.uniform(1.4, 3.0), dice.uniform(0.1, 0.5)
    ink = parts.shade(dice, (0.0, 0.5), (0.02, 0.2))
    painting, behind = dice.spawn(2)
    base = vivid(np.clip(parts.recoloured(painting, picture), 0, 1), 1.6)
    if not scene:
        base = mix(vivid(parts.ground(behind, base, mask, rng), 1.4), base, mask)
    few = posterise(np.clip(base, 0, 1), 9, 0.0)
    panes, border = parts.facets(few, rng, size)
    made = 0.6 * panes + 0.4 * few
    made = made * (0.9 + glow * ramp(-1, 2, noise(rng, 6.0)))[..., None]
    leads = np.maximum(
        ramp(0.15, 0.5, blur(border, lead / 2.6) * lead / 1.6), parts.contour(mask, lead * 1.3)
    )
    return mix(made, ONE * ink, np.maximum(leads, 0.8 * lines(picture, mask, 1.2, 0.06)))


def paper(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Layers of cut paper that cast shadows on each other."""
    colours, deep, edge = int(dice.integers(4, 9)), dice.uniform(0.3, 0.8), dice.uniform(0, 0.9)
    off = dice.integers(1, 4, 2)
    painting, behind = dice.spawn(2)
    few = posterise(np.clip(parts.recoloured(painting, picture), 0, 1), colours, 0.6)
    sheet = few if scene else parts.ground(behind, few, mask, rng)
    rim = ramp(0.1, 0.35, blur(mask, 1.6)) * edge
    cut = mix(mix(sheet, 0.96 * ONE, rim * (1 - mask)), few, mask)
    height = 0.6 * luma(few) * (1 if scene else mask) + 1.2 * np.maximum(mask, rim)
    above = blur(shift(height, int(off[0]), int(off[1])), 1.8) - blur(height, 0.6)
    made = cut * (1 - deep * np.clip(above, 0, 0.8))[..., None]
    return made * (1 + 0.03 * noise(rng, 0.9))[..., None]


def watercolour(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Thin paint that runs and dries dark at its edges."""
    sheet, bleed, dried = (
        parts.shade(dice, (0.0, 0.12), (0.92, 1.0)),
        dice.uniform(0.6, 2.4),
        dice.uniform(0.15, 0.6),
    )
    pool, halo, thin = dice.uniform(0.05, 0.25), dice.uniform(0, 0.6), dice.uniform(0.55, 0.9)
    tone = parts.shade(dice, (0.2, 0.6), (0.8, 1.0))
    (painting,) = dice.spawn(1)
    base = np.clip(parts.recoloured(painting, picture), 0, 1)
    run, wet = parts.wobbled(base if scene else mix(ONE, base, mask), mask, rng, bleed)
    run, wet = blur(run, 1.0), blur(wet, 1.2)
    edge = dried * lines(run, wet, 1.3, 0.03)
    share = np.clip(thin + pool * noise(rng, 10.0) + edge, 0.2, 1) * (1 if scene else wet)
    under = mix(
        ONE * sheet, ONE * tone, halo * ramp(0.02, 0.5, blur(mask, 9.0)) * ramp(-0.5, 1.5, noise(rng, 10.0))
    )
    return mix(under, vivid(np.clip(run, 0, 1), 1.3) * (1 - 0.5 * edge)[..., None], share)


def line_art(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Lines of one colour on a plain ground, nothing filled, or filled with one colour."""
    ink, ground = parts.shade(dice, (0.0, 1.0), (0.03, 0.6)), parts.shade(dice, (0.02, 0.5), (0.85, 1.0))
    if dice.random() < 0.4:
        ink, ground = ground, ink
    width, body = dice.uniform(0.8, 1.6), parts.shade(dice, (0.1, 0.9), (0.4, 1.0))
    solid, loose = dice.uniform(0.4, 1.0) if dice.random() < 0.4 else 0.0, dice.uniform(0, 1.6)
    picture, mask = parts.wobbled(picture, mask, rng, loose)
    edge = np.maximum(lines(picture, mask, width), parts.contour(mask, 2.3 * width))
    tone = body * (0.55 + 0.45 * luma(blur(picture, 1.0)))[..., None]
    made = mix(
        ONE * ground, tone if scene else ONE * body, solid * (mask if not scene else np.ones_like(mask))
    )
    return mix(made, ONE * ink, edge)


def dabs(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Points of pure colour side by side."""
    size, jitter, gap = dice.uniform(2.8, 4.6), dice.uniform(0.02, 0.1), dice.uniform(0.1, 0.6)
    sheet = parts.shade(dice, (0.0, 0.3), (0.75, 1.0) if dice.random() < 0.7 else (0.05, 0.25))
    painting, behind = dice.spawn(2)
    base = vivid(np.clip(parts.recoloured(painting, picture), 0, 1), 1.3)
    if not scene:
        base = mix(parts.ground(behind, base, mask, rng), base, mask)
    cells, border = parts.facets(base, rng, size)
    uneven = jitter * np.stack([noise(rng, 1.5) for _ in range(3)], -1)
    return mix(np.clip(cells + uneven, 0, 1), ONE * sheet, gap * ramp(0.2, 0.7, blur(border, 0.6)))


def metal(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Chrome, gold or enamel: light that is mirrored in bands."""
    colours, bands = parts.palette(dice, 5), dice.uniform(0.7, 2.2)
    swell, own = dice.uniform(8, 18), dice.uniform(0, 0.45)
    (behind,) = dice.spawn(1)
    lit = parts.raised(mask, 3.0, swell) + 0.8 * relief(3 * luma(blur(picture, 1.2)), 1.0)
    mirrored = parts.along(
        np.concatenate([colours, colours[::-1][:2], ONE[0, :1]]),
        0.5 + 0.5 * np.sin(bands * (1.6 * lit + 0.9)),
    )
    body = mirrored * (1 - own) + own * picture * (1 + 0.4 * lit)[..., None]
    back = blur(picture, 1.0) * 0.8 if scene else parts.ground(behind, picture, mask, rng)
    back = back * (1 - 0.4 * shift(blur(mask, 3.0), 5, 3))[..., None]
    return mix(
        mix(back, body, mask),
        ONE * colours[0] * 0.3,
        0.6 * np.maximum(parts.contour(mask, 1.2), lines(picture, mask) * mask),
    )


def felt(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Soft pieces of mottled felt with fuzzy edges and stitches along them."""
    fuzz, thread = dice.uniform(0.8, 1.8), parts.shade(dice, (0.0, 0.6), (0.3, 1.0))
    back, few = parts.shade(dice, (0.1, 0.6), (0.4, 0.9)), int(dice.integers(4, 8))
    pieces = posterise(picture, few, 1.0)
    _, hairy = parts.wobbled(picture, mask, rng, fuzz)
    hairy = np.clip(hairy + 0.25 * blur(mask, 2.0) * noise(rng, 0.8), 0, 1)
    base = pieces if scene else mix(ONE * back, pieces, ramp(0.2, 0.8, hairy))
    base = base * (1 + 0.09 * noise(rng, 0.9) + 0.05 * noise(rng, 3.0))[..., None]
    base = base * (1 - 0.35 * np.clip(blur(shift(mask, 3, 2), 2.0) - mask, 0, 1))[..., None]
    base = base * (1 + 0.2 * parts.raised(mask, 3.0, 6.0))[..., None]
    seam = (
        ramp(1.0, 0.3, np.abs(parts.distance(mask) - 4.5))
        * (mask > 0.5)
        * ramp(0.0, 0.3, np.sin((COLS - ROWS) * TURN / 7))
    )
    return mix(base, ONE * thread, 0.85 * seam)


def embroidery(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Satin stitches side by side, in another direction on each colour, on cloth."""
    pitch, length = dice.uniform(2.6, 4.2), dice.uniform(7, 13)
    cloth, angles = parts.shade(dice, (0.0, 0.5), (0.3, 1.0)), dice.uniform(0, np.pi, 5)
    few = posterise(vivid(picture, 1.2), 6, 0.0)
    level = np.clip(luma(kuwahara(few, 1.0)) * 5, 0, 4).astype(int)
    thread = np.zeros((SIZE, SIZE), np.float32)
    for number, angle in enumerate(angles):
        u, v = COLS * np.cos(angle) + ROWS * np.sin(angle), -COLS * np.sin(angle) + ROWS * np.cos(angle)
        row = np.floor(u / pitch)
        one = ramp(-0.9, 0.5, np.cos(u * TURN / pitch)) * ramp(
            -1.0, -0.6, np.cos((v + 4 * (row % 3)) * TURN / length)
        )
        thread = np.where(level == number, one, thread)
    weave = 0.06 * np.sin(COLS * TURN / 3) * np.sin(ROWS * TURN / 3)
    back = few if scene else ONE * cloth * (1 + weave)[..., None]
    stitched = few * (0.5 + 0.6 * thread)[..., None]
    back = back * (1 - 0.3 * np.clip(blur(shift(mask, 2, 1), 1.2) - mask, 0, 1))[..., None]
    return stitched if scene else mix(back, stitched, ramp(0.3, 0.7, mask))


def mosaic(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Small stones with grout between them."""
    size, grout = int(dice.integers(5, 9)), parts.shade(dice, (0.0, 0.3), (0.15, 0.9))
    uneven, ground = dice.uniform(0.03, 0.1), parts.shade(dice, (0.1, 0.6), (0.4, 0.95))
    base = picture if scene else mix(ONE * ground, picture, mask)
    bent, _ = parts.wobbled(base, mask, rng, 0.8)
    stones, gap = parts.blocks(bent, size, rng)
    stones = np.clip(stones + uneven * parts.blocks(ONE * noise(rng, 1.5)[..., None], size, rng)[0], 0, 1)
    return mix(stones, ONE * grout, ramp(0.25, 0.7, blur(gap, 0.5)))


def scratch(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Fine pale lines scratched out of black."""
    black, first = parts.shade(dice, (0.0, 0.4), (0.02, 0.12)), dice.uniform(0, np.pi)
    own, period, pale = (
        dice.uniform(0.2, 1.0),
        dice.uniform(2.8, 4.4),
        parts.shade(dice, (0.0, 0.2), (0.9, 1.0)),
    )
    light = luma(blur(picture, 0.8)) * (1 if scene else mask)
    down, right = slopes(blur(luma(picture) + 2 * mask, 3.0), 2.0)
    swing = np.arctan2(down, right + 1e-3) * 0.4
    across = COLS * np.cos(first + swing) + ROWS * np.sin(first + swing) + noise(rng, 5.0)
    line = ramp(0.1, 0.6, np.sin(across * TURN / period) + 1.5 * light - 0.8) * ramp(0.08, 0.3, light)
    line = line * ramp(-1.6, -0.4, noise(rng, 1.0, 3.0))
    edge = 0.9 * parts.contour(mask, 1.3)
    lit = pale * (1 - own) + own * vivid(0.35 + 0.65 * picture, 1.3)
    return mix(ONE * black, lit, np.maximum(line, edge))


def batik(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Dyed cloth: pale wax lines around everything, dark veins where the wax has cracked."""
    dyes, wax = parts.palette(dice, 5), parts.shade(dice, (0.02, 0.3), (0.85, 1.0))
    width, cracks = dice.uniform(2.0, 3.4), dice.uniform(0.3, 0.8)
    own = dice.uniform(0.2, 0.6)
    dyed = parts.along(dyes, luma(blur(picture, 1.2))) * (1 - own) + vivid(posterise(picture, 7), 1.3) * own
    back = dyed if scene else ONE * dyes[0] * (1 + 0.15 * noise(rng, 7.0))[..., None]
    made = mix(back, dyed * (1 + 0.08 * noise(rng, 6.0))[..., None], mask)
    made = mix(made, ONE * wax, np.maximum(parts.contour(mask, width), 0.9 * lines(picture, mask, 1.2, 0.05)))
    vein = ramp(0.10, 0.03, np.abs(noise(rng, 5.0))) + ramp(0.08, 0.02, np.abs(noise(rng, 9.0)))
    return mix(made, ONE * dyes[0] * 0.5, cracks * np.clip(vein, 0, 1))


def quilt(dice: Dice, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: Rng) -> np.ndarray:
    """Square patches of printed cloth, padded, with seams."""
    size, puff = int(dice.choice((14, 16, 18, 21))), dice.uniform(0.15, 0.35)
    prints, strength = dice.choice(("dotted", "striped", "crosshatched", "scaled"), 4), dice.uniform(0.2, 0.5)
    cloth, thread = parts.palette(dice, 4), parts.shade(dice, (0.0, 0.3), (0.85, 1.0))
    rows, cols = (ROWS // size).astype(int), (COLS // size).astype(int)
    which = (rows * 3 + cols * 5) % 4
    back = cloth[which].astype(np.float32)
    things = 0.4 * back + 0.6 * posterise(picture, 6, 0.5)
    made = things if scene else mix(back, posterise(picture, 6, 0.5), mask)
    for number, name in enumerate(prints):
        field = parts.pattern(str(name), np.random.default_rng(number), rng, made, 6.0)
        made = mix(made, np.clip(made * 1.35 + 0.08, 0, 1), strength * field * (which == number))
    height = np.sin(ROWS % size / size * np.pi) * np.sin(COLS % size / size * np.pi)
    made = made * (1 + puff * relief(5 * height.astype(np.float32), 1.0))[..., None]
    edge = np.minimum(ROWS % size, COLS % size) < 1
    made = made * np.where(edge, 0.7, 1.0)[..., None]
    stitch = (np.abs(np.minimum(ROWS % size, COLS % size) - 2.5) < 0.7) & ((ROWS + COLS) % 5 < 3)
    return mix(
        mix(made, ONE * thread, 0.7 * stitch),
        ONE * thread,
        0.8 * parts.contour(mask, 1.4) * ((ROWS + COLS) % 5 < 3),
    )


KINDS: tuple[Kind, ...] = (
    Kind("free", (), free, rate=12.0),
    Kind("wood", ("wood inlay", "wooden marquetry", "carved wood"), wood),
    Kind("glass", ("coloured glass", "blown glass", "glass"), glass),
    Kind("linocut", ("linocut", "lino print", "woodblock print"), linocut),
    Kind("halftone", ("halftone", "halftone print", "ben-day dots"), halftone),
    Kind("low poly", ("low poly", "low-poly", "polygon art"), low_poly),
    Kind("chalk", ("chalkboard", "chalk", "chalk drawing on a blackboard"), chalk),
    Kind("brush", ("gouache", "thick brush strokes", "impasto"), brush),
    Kind("engraving", ("engraving", "etching", "copperplate engraving"), engraving),
    Kind("marker", ("marker", "coloured pen", "marker drawing"), marker),
    Kind("risograph", ("risograph", "riso print", "two-colour print"), risograph),
    Kind("neon", ("neon tube", "glowing tube", "neon light"), neon),
    Kind("pixel", ("pixel", "pixel art", "blocky"), pixel),
    Kind("clay", ("clay", "plasticine", "modelled clay"), clay),
    Kind("stained glass", ("stained glass", "leaded glass", "church window"), stained),
    Kind("paper", ("cut paper", "layered paper", "paper collage"), paper),
    Kind("watercolour", ("wet watercolour", "wash", "watercolor"), watercolour),
    Kind("line art", ("line art", "outline drawing", "single line"), line_art),
    Kind("dabs", ("pointillist", "dabs of paint", "pointillism"), dabs),
    Kind("metal", ("chrome", "polished metal", "enamel"), metal),
    Kind("felt", ("felt",), felt, held_out=True),
    Kind("embroidery", ("embroidery",), embroidery, held_out=True),
    Kind("mosaic", ("mosaic",), mosaic, held_out=True),
    Kind("scratchboard", ("scratchboard",), scratch, held_out=True),
    Kind("batik", ("batik",), batik, held_out=True),
    Kind("quilt", ("quilt",), quilt, held_out=True),
)
