"""Random drawings of outlined shapes, with which the autoencoder learns to keep any kind of drawing.

Shapes with even outlines, faces, dots, stripes, whiskers and steps, drawn three times too large and made
smaller, so that every edge is smooth. They show nothing that a caption could name.
"""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import cv2
import numpy as np

SIZE = 128
OVER = 3
FULL = SIZE * OVER

Rng = np.random.Generator
Colour = tuple[float, float, float]


def any_colour(rng: Rng) -> Colour:
    """A random RGB colour from 0 to 255: mostly vivid, some pale, some grey."""
    kind = rng.random()
    if kind < 0.6:
        h, s, v = rng.random(), rng.uniform(0.45, 1.0), rng.uniform(0.45, 1.0)
    elif kind < 0.85:
        h, s, v = rng.random(), rng.uniform(0.05, 0.3), rng.uniform(0.8, 1.0)
    else:
        h, s, v = 0.0, 0.0, rng.random()
    r, g, b = colorsys.hsv_to_rgb(h, s, v)
    return 255 * r, 255 * g, 255 * b


def line_colour(rng: Rng) -> Colour:
    """A random line colour: mostly near-black, sometimes dark, white or any colour."""
    kind = rng.random()
    if kind < 0.7:
        dark = rng.uniform(0, 40)
        return dark, dark, dark
    if kind < 0.9:
        r, g, b = any_colour(rng)
        return 0.35 * r, 0.35 * g, 0.35 * b
    return (255.0, 255.0, 255.0) if kind < 0.95 else any_colour(rng)


def ground(rng: Rng, size: int = FULL) -> np.ndarray:
    """A ground uint8 (size, size, 3): white, one colour, a gradient, two halves, stripes or steps."""
    kind = rng.random()
    if kind < 0.3:
        return np.full((size, size, 3), 255, np.uint8)
    first = np.array(any_colour(rng))
    if kind < 0.55:
        return np.broadcast_to(first, (size, size, 3)).astype(np.uint8)
    second = np.array(any_colour(rng))
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else np.pi / 2 * rng.integers(4)
    rows, cols = np.mgrid[0:size, 0:size] / size
    along = rows * np.sin(angle) + cols * np.cos(angle)
    if kind < 0.7:
        share = np.clip(along * rng.uniform(0.7, 1.3), 0, 1)
    elif kind < 0.85:
        share = (along > rng.uniform(0.2, 0.8)).astype(float)
    else:
        share = (np.sin(along * rng.uniform(12, 90)) > rng.uniform(-0.5, 0.5)).astype(float)
    share = cv2.GaussianBlur(share.astype(np.float32), (0, 0), 0.4 * OVER)[..., None]
    return (first * (1 - share) + second * share).astype(np.uint8)


def outline_of_blob(rng: Rng, radius: float) -> np.ndarray:
    """A closed smooth shape around the origin, float (n, 2)."""
    t = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    far = np.ones_like(t)
    for k in range(2, 6):
        far += rng.normal(0, 0.22 / (k - 0.7)) * np.cos(k * t + rng.uniform(0, 6.3))
    stretch = np.exp(rng.normal(0, 0.25))
    return radius * np.stack([far * np.cos(t) * stretch, far * np.sin(t) / stretch], 1)


def outline_of_polygon(rng: Rng, radius: float) -> np.ndarray:
    """A box, a roof, a star or any polygon around the origin, float (n, 2)."""
    kind = rng.random()
    if kind < 0.4:
        w, h = radius * rng.uniform(0.4, 1.2, 2)
        return np.array([(-w, -h), (w, -h), (w, h), (-w, h)])
    count = int(rng.integers(3, 8))
    points = 2 * count if kind > 0.75 else count
    t = np.arange(points) * 2 * np.pi / points
    far = np.where(np.arange(points) % 2, rng.uniform(0.4, 0.7), 1.0) if points > count else np.ones(points)
    return radius * np.stack([far * np.cos(t), far * np.sin(t)], 1)


def turned(points: np.ndarray, rng: Rng, centre: np.ndarray) -> np.ndarray:
    """Rotate points by a random angle, often 0, and move them; int32 (n, 1, 2) for cv2."""
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.6 else 0.0
    c, s = np.cos(angle), np.sin(angle)
    return np.rint(points @ np.array([[c, s], [-s, c]]) + centre).astype(np.int32)[:, None]


def fill(canvas: np.ndarray, points: np.ndarray, colour: Colour, line: Colour | None, width: int) -> None:
    """Draw a filled shape, with an outline if a line colour is given."""
    cv2.fillPoly(canvas, [points], colour)
    if line is not None:
        cv2.polylines(canvas, [points], True, line, width)


def curve(rng: Rng, start: np.ndarray, reach: float) -> np.ndarray:
    """A cubic curve from a point, int32 (n, 1, 2)."""
    ends = start + np.cumsum(rng.normal(0, reach, (3, 2)), 0)
    t = np.linspace(0, 1, 24)[:, None]
    a, b, c, d = start, *ends
    path = (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d
    return np.rint(path).astype(np.int32)[:, None]


def eye(canvas: np.ndarray, rng: Rng, centre: np.ndarray, radius: float, line: Colour) -> None:
    """A dot, or a white with an iris, a pupil and a light."""
    at = (int(centre[0]), int(centre[1]))
    if rng.random() < 0.4:
        cv2.circle(canvas, at, max(2, int(0.5 * radius)), line, -1)
        return
    cv2.ellipse(canvas, at, (int(radius), int(1.15 * radius)), 0, 0, 360, (255, 255, 255), -1)
    cv2.ellipse(canvas, at, (int(radius), int(1.15 * radius)), 0, 0, 360, line, max(2, int(0.2 * radius)))
    cv2.circle(canvas, at, int(0.7 * radius), any_colour(rng), -1)
    cv2.circle(canvas, at, int(0.4 * radius), (10, 10, 10), -1)
    light = (int(centre[0] - 0.25 * radius), int(centre[1] - 0.3 * radius))
    cv2.circle(canvas, light, max(1, int(0.2 * radius)), (255, 255, 255), -1)


def face(canvas: np.ndarray, rng: Rng, centre: np.ndarray, radius: float, line: Colour, width: int) -> None:
    """Two eyes, a nose, a mouth, whiskers."""
    apart, up = radius * rng.uniform(0.3, 0.5), radius * rng.uniform(0.0, 0.3)
    size = radius * rng.uniform(0.1, 0.24)
    for side in (-1, 1):
        eye(canvas, rng, centre + np.array([side * apart, -up]), size, line)
    nose = centre + np.array([0, radius * rng.uniform(0.1, 0.3)])
    if rng.random() < 0.6:
        half = radius * rng.uniform(0.05, 0.14)
        corners = nose + np.array([(-half, -half), (half, -half), (0, half)])
        fill(canvas, np.rint(corners).astype(np.int32)[:, None], any_colour(rng), line, max(1, width // 2))
    axes = (int(radius * rng.uniform(0.1, 0.35)), int(radius * rng.uniform(0.05, 0.25)))
    mouth = (int(nose[0]), int(nose[1] + 0.05 * radius))
    cv2.ellipse(canvas, mouth, axes, 0, 10, 170, line, max(2, int(0.8 * width)))
    if rng.random() < 0.5:
        for side in (-1, 1):
            for tilt in rng.uniform(-0.3, 0.3, 3):
                start = nose + radius * np.array([side * 0.45, tilt * 0.5])
                end = start + radius * np.array([side * rng.uniform(0.3, 0.8), tilt * 0.6])
                ends = [tuple(int(v) for v in p) for p in (start, end)]
                cv2.line(canvas, ends[0], ends[1], line, max(2, width // 2))


def dots(canvas: np.ndarray, rng: Rng, centre: np.ndarray, radius: float, line: Colour, width: int) -> None:
    """A row, a ring or a scatter of spots, outlined or not."""
    count, size = int(rng.integers(3, 12)), max(2, int(radius * rng.uniform(0.04, 0.15)))
    t = np.linspace(0, 1, count)
    kind = rng.random()
    if kind < 0.35:
        places = np.stack([(2 * t - 1) * 0.8 * radius, np.full(count, rng.normal(0, 0.3) * radius)], 1)
    elif kind < 0.65:
        places = 0.7 * radius * np.stack([np.cos(2 * np.pi * t), np.sin(2 * np.pi * t)], 1)
    else:
        places = rng.uniform(-0.7, 0.7, (count, 2)) * radius
    colour, outlined = any_colour(rng), rng.random() < 0.5
    for x, y in centre + places:
        cv2.circle(canvas, (int(x), int(y)), size, colour, -1)
        if outlined:
            cv2.circle(canvas, (int(x), int(y)), size, line, max(1, width // 2))


def stripes(
    canvas: np.ndarray, rng: Rng, centre: np.ndarray, radius: float, line: Colour, width: int
) -> None:
    """A few strokes beside each other, or lines that curve."""
    colour = line if rng.random() < 0.5 else any_colour(rng)
    thick = max(2, int(width * rng.uniform(0.5, 1.5)))
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 5))):
            path = curve(rng, centre + rng.normal(0, 0.4, 2) * radius, 0.4 * radius)
            cv2.polylines(canvas, [path], False, colour, thick)
        return
    angle, gap = rng.uniform(0, np.pi), radius * rng.uniform(0.15, 0.5)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    for k in range(int(rng.integers(2, 6))):
        middle = centre + across * gap * (k - 1.5)
        ends = [tuple(int(v) for v in middle + s * along * radius * 0.5) for s in (-1, 1)]
        cv2.line(canvas, ends[0], ends[1], colour, thick)


DETAILS: tuple[Callable[..., None], ...] = (face, dots, stripes)


def draw_bold(rng: Rng) -> np.ndarray:
    """A random drawing, uint8 (128, 128, 3)."""
    canvas = np.ascontiguousarray(ground(rng))
    width = int(rng.uniform(1.0, 5.5) * OVER)
    line = line_colour(rng)
    outlined = rng.random() < 0.8
    for _ in range(int(rng.integers(1, 8))):
        radius = FULL * rng.uniform(0.05, 0.38)
        centre = rng.uniform(0.1, 0.9, 2) * FULL
        shape = outline_of_blob if rng.random() < 0.6 else outline_of_polygon
        points = turned(shape(rng, radius), rng, centre)
        fill(canvas, points, any_colour(rng), line if outlined else None, width)
        if rng.random() < 0.65:
            detail = DETAILS[int(rng.integers(len(DETAILS)))]
            detail(canvas, rng, centre, 0.8 * radius, line, width)
    return cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
