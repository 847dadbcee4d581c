"""The pen that draws the places: 128 x 128 units, any size in pixels, jittered colours."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageOps

UNITS = 128
Point = tuple[float, float]
Rgb = tuple[int, int, int]


class Pen:
    """Draws flat shapes in 0..128 units with one camera and one palette shift per picture."""

    def __init__(self, rng: np.random.Generator, pixels: int) -> None:
        self.rng = rng
        self.image = Image.new("RGB", (pixels, pixels))
        self.draw = ImageDraw.Draw(self.image)
        self.mirror = bool(rng.random() < 0.5)
        self.zoom = pixels / UNITS * rng.uniform(1.0, 1.14)
        half = pixels / 2
        reach = (self.zoom * UNITS - pixels) / 2 + 4 * pixels / UNITS
        self.left = half - UNITS / 2 * self.zoom + rng.uniform(-reach, reach)
        self.top = half - UNITS / 2 * self.zoom + rng.uniform(-reach, reach) * 0.7
        self.hue = rng.uniform(-0.035, 0.035)
        self.light = rng.uniform(-0.07, 0.07)
        self.vivid = rng.uniform(0.85, 1.15)
        self.known: dict[str, Rgb] = {}

    def u(self, low: float, high: float) -> float:
        """A uniform number."""
        return float(self.rng.uniform(low, high))

    def n(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def coin(self, chance: float = 0.5) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < chance)

    def pick(self, *names: str) -> str:
        """One of the given colours."""
        return names[int(self.rng.integers(len(names)))]

    def color(self, name: str) -> Rgb:
        """A hex colour with the palette shift of this picture; the same in each call."""
        if name not in self.known:
            red, green, blue = (int(name[i : i + 2], 16) / 255 for i in (0, 2, 4))
            hue, light, vivid = colorsys.rgb_to_hls(red, green, blue)
            hue += self.hue + self.u(-0.012, 0.012)
            light = min(0.98, max(0.03, light + self.light * 0.8 + self.u(-0.02, 0.02)))
            rgb = colorsys.hls_to_rgb(hue % 1, light, min(1.0, vivid * self.vivid))
            self.known[name] = (round(rgb[0] * 255), round(rgb[1] * 255), round(rgb[2] * 255))
        return self.known[name]

    def at(self, x: float, y: float) -> Point:
        """Units to pixels."""
        return self.left + x * self.zoom, self.top + y * self.zoom

    def fill(self, name: str) -> None:
        """The whole picture in one colour."""
        self.draw.rectangle((0, 0, *self.image.size), fill=self.color(name))

    def fade(self, y0: float, y1: float, first: str, last: str, steps: int = 16) -> None:
        """A full-width band going from one colour to another."""
        start, end = np.array(self.color(first)), np.array(self.color(last))
        for step in range(steps):
            tone = start + (end - start) * step / (steps - 1)
            top = self.at(0, y0 + (y1 - y0) * step / steps)[1]
            low = self.at(0, y0 + (y1 - y0) * (step + 1) / steps)[1]
            rgb = (int(tone[0]), int(tone[1]), int(tone[2]))
            bottom = max(top, self.image.height) if step == steps - 1 else low
            self.draw.rectangle((0, top, self.image.width, bottom), fill=rgb)

    def band(self, y0: float, y1: float, name: str) -> None:
        """A full-width band."""
        self.rect(-40, y0, 168, y1, name)

    def rect(self, x0: float, y0: float, x1: float, y1: float, name: str, r: float = 0) -> None:
        """A box, its corners rounded by r."""
        box = (*self.at(min(x0, x1), min(y0, y1)), *self.at(max(x0, x1), max(y0, y1)))
        if r:
            self.draw.rounded_rectangle(box, r * self.zoom, fill=self.color(name))
        else:
            self.draw.rectangle(box, fill=self.color(name))

    def oval(self, x: float, y: float, rx: float, ry: float, name: str) -> None:
        """An ellipse about a centre."""
        self.draw.ellipse((*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)), fill=self.color(name))

    def disc(self, x: float, y: float, r: float, name: str) -> None:
        """A filled circle."""
        self.oval(x, y, r, r, name)

    def ring(self, x: float, y: float, r: float, name: str, w: float = 2.5) -> None:
        """A circle's line."""
        self.draw.ellipse(
            (*self.at(x - r, y - r), *self.at(x + r, y + r)),
            outline=self.color(name),
            width=max(1, round(w * self.zoom)),
        )

    def arc(self, x: float, y: float, r: float, a0: float, a1: float, name: str, w: float = 2.5) -> None:
        """A part of a circle's line, degrees clockwise from the right."""
        self.draw.arc(
            (*self.at(x - r, y - r), *self.at(x + r, y + r)),
            a0,
            a1,
            fill=self.color(name),
            width=max(1, round(w * self.zoom)),
        )

    def pie(self, x: float, y: float, rx: float, ry: float, a0: float, a1: float, name: str) -> None:
        """A sector of an ellipse."""
        self.draw.pieslice(
            (*self.at(x - rx, y - ry), *self.at(x + rx, y + ry)), a0, a1, fill=self.color(name)
        )

    def poly(self, points: Sequence[Point], name: str) -> None:
        """A filled polygon."""
        self.draw.polygon([self.at(*point) for point in points], fill=self.color(name))

    def line(self, points: Sequence[Point], name: str, w: float = 2.5) -> None:
        """A stroke through the points."""
        self.draw.line(
            [self.at(*point) for point in points],
            fill=self.color(name),
            width=max(1, round(w * self.zoom)),
            joint="curve",
        )

    def tilt(self, x: float, y: float, w: float, h: float, degrees: float, name: str) -> None:
        """A box turned about its centre."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        corners = ((-w, -h), (w, -h), (w, h), (-w, h))
        self.poly([(x + (a * cos - b * sin) / 2, y + (a * sin + b * cos) / 2) for a, b in corners], name)

    def checker(self, y0: float, first: str, second: str, cell: float = 14) -> None:
        """A tiled floor in perspective from y0 down to the lower edge."""
        self.band(y0, 160, first)
        height, row, y = cell * 0.45, 0, y0
        while y < 140:
            spread = 1 + (y - y0) / 45
            wide = cell * spread
            low = y + height * spread
            wider = cell * (1 + (low - y0) / 45)
            for k in range(-8 + row % 2, 8, 2):
                self.poly(
                    [
                        (64 + k * wide, y),
                        (64 + (k + 1) * wide, y),
                        (64 + (k + 1) * wider, low),
                        (64 + k * wider, low),
                    ],
                    second,
                )
            y, row = low, row + 1

    def done(self) -> Image.Image:
        """The finished picture, possibly mirrored."""
        return ImageOps.mirror(self.image) if self.mirror else self.image


Painter = Callable[[Pen], None]


def paint(painter: Painter, rng: np.random.Generator, size: int = UNITS) -> Image.Image:
    """One RGB picture of size x size, drawn at twice that and reduced."""
    pen = Pen(rng, size * 2)
    painter(pen)
    return pen.done().reduce(2)
