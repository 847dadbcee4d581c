"""Demo pictures drawn from scratch: a style reference and one teapot in three places."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from workshop.pocket.scenes.places import draw_place

Point = tuple[float, float]
OVER = 4
INK, ORANGE, DEEP, CREAM = "#17131c", "#ff8a1f", "#e8590c", "#fff1d6"
PINK, TEAL, GOLD, EYE = "#ff6f91", "#00a6a6", "#ffc928", "#7ddc3c"
PAPER, GROUND = "#fff2c2", "#ffd766"


def _smooth(points: Sequence[Point], closed: bool, steps: int = 14) -> list[Point]:
    """A Catmull-Rom curve through the points."""
    count = len(points)
    ends = range(count) if closed else range(count - 1)
    curve: list[Point] = []
    for k in ends:
        near = [(k + j) % count if closed else min(max(k + j, 0), count - 1) for j in (-1, 0, 1, 2)]
        a, b, c, d = (np.array(points[j]) for j in near)
        for step in range(steps):
            t = step / steps
            q = 0.5 * (
                2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3
            )
            curve.append((float(q[0]), float(q[1])))
    return curve if closed else [*curve, points[-1]]


def _round(x: float, y: float, rx: float, ry: float) -> list[Point]:
    turns = [k * math.tau / 72 for k in range(72)]
    return [(x + rx * math.cos(a), y + ry * math.sin(a)) for a in turns]


class Ink:
    """Draws in 0..100 units: groups of shapes share one outline of even width."""

    def __init__(self, image: Image.Image, width: float = 4.0) -> None:
        self.draw = ImageDraw.Draw(image)
        self.unit = image.width / 100
        self.width = width

    def stroke(self, points: Sequence[Point], color: str, width: float) -> None:
        """A line with round joints and ends."""
        pixels = [(x * self.unit, y * self.unit) for x, y in points]
        self.draw.line(pixels, fill=color, width=round(width * self.unit))
        r = width * self.unit / 2
        for x, y in pixels:
            self.draw.ellipse((x - r, y - r, x + r, y + r), fill=color)

    def fill(self, points: Sequence[Point], color: str) -> None:
        """A filled shape without an outline."""
        self.draw.polygon([(x * self.unit, y * self.unit) for x, y in points], fill=color)

    def group(self, shapes: Sequence[tuple[Sequence[Point], str]]) -> None:
        """Filled shapes with one outline around their union."""
        for points, _ in shapes:
            self.stroke([*points, points[0]], INK, self.width * 2)
        for points, color in shapes:
            self.fill(points, color)


def _body(ink: Ink) -> None:
    tail = _smooth([(66, 86), (80, 87), (89, 80), (87, 70), (81, 65), (83, 58)], False)
    ink.stroke(tail, INK, 8 + ink.width * 2)
    ink.stroke(tail, ORANGE, 8)
    ink.stroke(tail[-17:], CREAM, 8)
    body = _smooth(
        [(38, 50), (62, 50), (69, 66), (74, 82), (68, 90), (50, 91), (32, 90), (26, 82), (31, 66)], True
    )
    ink.group([(body, ORANGE)])
    ink.fill(_round(50, 71, 10.5, 13), CREAM)
    for side in (-1, 1):
        haunch = [(50 + side * x, y) for x, y in ((22.5, 72), (17, 70.5), (13.5, 76), (14, 84))]
        ink.stroke(_smooth(haunch, False), INK, ink.width * 0.8)
        ink.group([(_round(50 + side * 20, 88.5, 7, 4), CREAM)])
    ink.stroke([(50, 76), (50, 87)], INK, ink.width * 0.8)
    ink.group([(_round(50 - 6.6, 88, 4.8, 4.6), CREAM)])
    ink.group([(_round(50 + 6.6, 88, 4.8, 4.6), CREAM)])


def _head(ink: Ink) -> None:
    head = _smooth(
        [(50, 16), (66, 19), (76, 31), (76, 41), (66, 51), (50, 54), (34, 51), (24, 41), (24, 31), (34, 19)],
        True,
    )
    ear = ((25, 34), (26, 16), (24, 7.5), (17, 11), (8, 19))
    ears = [_smooth([(50 + s * x, y) for x, y in ear], False) for s in (-1, 1)]
    ink.group([(head, ORANGE), (ears[0], ORANGE), (ears[1], ORANGE)])
    for side in (-1, 1):
        ink.fill([(50 + side * x, y) for x, y in ((21.5, 25), (22, 13), (14, 19))], PINK)
    for x, low in ((43.5, 23.5), (50, 26.5), (56.5, 23.5)):
        ink.stroke([(x, 18), (50 + (x - 50) * 0.8, low)], DEEP, 3.2)
    ink.fill(_round(44.5, 45, 8, 6.4), CREAM)
    ink.fill(_round(55.5, 45, 8, 6.4), CREAM)
    ink.fill(_round(50, 49, 5, 4), CREAM)


def _face(ink: Ink) -> None:
    for side in (-1, 1):
        x = 50 + side * 12
        ink.fill(_round(x, 34, 6.6, 7.6), INK)
        ink.fill(_round(x, 34.4, 4.6, 5.6), EYE)
        ink.fill(_round(x - side * 0.8, 34.6, 2.6, 4.6), INK)
        ink.fill(_round(x - 1.8, 31.6, 1.6, 1.6), "#ffffff")
        ink.fill(_round(50 + side * 20, 43.5, 3.4, 2.2), PINK)
        mouth = [(50 + side * a, b) for a, b in ((0, 43.5), (1.6, 47.2), (5, 47.8), (7.4, 45.6))]
        ink.stroke(_smooth(mouth, False), INK, 2)
        for y, end in ((41.5, 38.5), (46, 47)):
            ink.stroke([(50 + side * 22.5, y), (50 + side * 38, end)], INK, 1.9)
    nose = _smooth([(46.6, 40), (50, 39.2), (53.4, 40), (50, 43.6)], True)
    ink.stroke([*nose, nose[0]], INK, 2.4)
    ink.fill(nose, PINK)


def _collar(ink: Ink) -> None:
    band = _smooth([(35.6, 57), (42, 60), (50, 61.2), (58, 60), (64.4, 57)], False)
    ink.stroke(band, INK, 4.6 + ink.width * 1.2)
    ink.stroke(band, TEAL, 4.6)
    ink.stroke(_round(50, 65.5, 3.6, 3.6), INK, ink.width * 1.5)
    ink.fill(_round(50, 65.5, 4.4, 4.4), GOLD)
    ink.stroke([(50, 66.2), (50, 68)], INK, 1.6)


def draw_demo_style_reference(size: int) -> Image.Image:
    """A sitting cat as a bold ink cartoon on pale yellow paper."""
    image = Image.new("RGB", (size * OVER, size * OVER), PAPER)
    ink = Ink(image)
    ink.fill(_round(51, 91.5, 41, 5), GROUND)
    _body(ink)
    _collar(ink)
    _head(ink)
    _face(ink)
    return image.reduce(OVER)


def _masked(mask: Image.Image, shape: Sequence[Point], blur: float = 0) -> Image.Image:
    """The shape in 0..100 units, cut by the mask."""
    layer = Image.new("L", mask.size)
    unit = mask.width / 100
    ImageDraw.Draw(layer).polygon([(x * unit, y * unit) for x, y in shape], fill=255)
    if blur:
        layer = layer.filter(ImageFilter.GaussianBlur(blur * unit))
    return ImageChops.multiply(layer, mask)


def _pot_parts(ink: Ink) -> None:
    handle = _smooth([(74, 45), (85, 40), (94, 47), (92, 60), (83, 68), (74, 71)], False)
    ink.stroke(handle, "#0b6f74", 6.4)
    ink.stroke([(x - 0.7, y - 1) for x, y in handle], "#14979a", 3.6)
    spout = _smooth(
        [(34, 52), (23, 50), (17, 42), (13, 33), (7, 31), (5.5, 34.5), (9, 45), (14, 58), (22, 68), (34, 74)],
        True,
    )
    ink.fill(spout, "#14979a")
    ink.fill(_smooth([(9, 46), (14, 58), (22, 68), (34, 74), (34, 68), (20, 60)], True), "#0b7f84")
    ink.stroke([(4.6, 33.6), (13.4, 32)], "#f2b71f", 3)
    ink.fill(_round(53, 84.5, 17, 4), "#c98a10")
    ink.fill(_round(53, 83, 17, 3.4), "#f2b71f")
    ink.fill(_round(53, 59, 27.5, 24.5), "#17aaa8")


def _pot_lid(ink: Ink) -> None:
    ink.fill(_round(53, 36.6, 16.4, 4.2), "#c98a10")
    ink.fill(_round(53, 35.6, 16.4, 3.8), "#f2b71f")
    ink.fill([(x, min(y, 35.8)) for x, y in _round(53, 35.4, 14.2, 11)], "#17aaa8")
    ink.fill(
        [
            (x, min(y, 35.8))
            for x, y in _smooth([(58, 26), (63, 28.5), (67.2, 35.8), (58, 35.8), (61, 31)], True)
        ],
        "#0f8f92",
    )
    ink.fill(_round(47.4, 30, 2, 3), "#8fe6dc")
    ink.fill(_round(53, 25, 3, 2), "#c98a10")
    ink.fill(_round(53, 20.6, 5, 4.8), "#f2b71f")
    ink.fill(_round(51.4, 19, 1.6, 1.5), "#fff0b4")


_DOTS = ((53, 60, 6.5), (37, 53, 5), (69, 53, 5), (39, 70, 4.5), (67, 70, 4.5), (53, 46, 4))


def _pot_dots(image: Image.Image, mask: Image.Image) -> None:
    """White dots on the belly, narrower towards its sides.

    They are few and apart: the bundled model draws a row of dots as teeth.
    """
    for x, y, radius in _DOTS:
        narrowed = math.cos(math.asin((x - 53) / 27.5))
        image.paste("#ffffff", (0, 0), _masked(mask, _round(x, y, radius * narrowed, radius)))


def _teapot(pixels: int) -> Image.Image:
    """The teapot on a clear square: teal with white dots, golden knob, curved spout."""
    image = Image.new("RGBA", (pixels, pixels), (23, 170, 168, 0))
    ink = Ink(image)
    _pot_parts(ink)
    mask = Image.new("L", image.size)
    Ink(mask).draw.polygon([(x * ink.unit, y * ink.unit) for x, y in _round(53, 59, 27.5, 24.5)], fill=255)
    _pot_dots(image, mask)
    shade = ImageChops.subtract(mask, _masked(mask, _round(47, 53, 29, 26), 1.5))
    image.paste("#063a55", (0, 0), shade.point(lambda v: int(v * 0.34)))
    glow = _masked(mask, _smooth([(34, 48), (37, 42), (44, 38.5), (46, 41), (39, 46), (36, 52)], True), 0.7)
    image.paste("#ffffff", (0, 0), glow.point(lambda v: int(v * 0.75)))
    _pot_lid(ink)
    return image


def _place_teapot(scene: Image.Image, centre: Point, width: float) -> Image.Image:
    """The scene with the teapot standing at centre (its foot), all in parts of the side."""
    side = scene.width
    pixels = round(side * width / 0.9)
    pot = _teapot(pixels * 2).reduce(2)
    x, y = round(centre[0] * side - 0.53 * pixels), round(centre[1] * side - 0.87 * pixels)
    shadow = Image.new("L", scene.size)
    cx, cy, rx, ry = centre[0] * side, centre[1] * side, pixels * 0.31, pixels * 0.05
    ImageDraw.Draw(shadow).ellipse((cx - rx, cy - ry * 1.3, cx + rx, cy + ry * 0.7), fill=120)
    scene.paste("#20182c", (0, 0), shadow.filter(ImageFilter.GaussianBlur(side * 0.012)))
    scene.paste(pot, (x, y), pot)
    return scene


_SCENES: tuple[tuple[str, int, Point, float], ...] = (
    ("stairs", 0, (0.50, 0.835), 0.58),
    ("beach", 4, (0.53, 0.88), 0.56),
    ("snow", 3, (0.58, 0.90), 0.58),
)


def draw_demo_object_references(size: int) -> list[Image.Image]:
    """The one teapot on the stairs, on a beach and in the snow."""
    return [
        _place_teapot(draw_place(name, np.random.default_rng(seed), size), centre, width)
        for name, seed, centre, width in _SCENES
    ]
