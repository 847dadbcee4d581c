"""Draw references to measure with, by code: six styles (mosaic, crayon, knit, scratchboard, neon, quilt), two
objects (mug, robot).

    python -m workshop.benchmarks.quality.references FOLDER

writes FOLDER/NAME/project.toml with its pictures, for `gal-studio run`. Nothing was tuned to them. The seed
moves the grain of the styles (tiles, strokes, wool), never the subject; the same seed gives the same bytes.
The bundled demos come as demo-style and demo-object.
"""

import argparse
import io
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
import resvg_py
from PIL import Image, ImageDraw, ImageFilter

from gal_studio.assets import demo
from gal_studio.core.types import Kind

SIZE = 512
PROJECT_SEED = 3
ROUNDS = 3

Floats = npt.NDArray[np.float64]
Random = np.random.Generator


@dataclass(frozen=True)
class Reference:
    """One picture of a set: its file, its prompt and how it is drawn."""

    file: str
    prompt: str
    draw: Callable[[Random], Image.Image]


@dataclass(frozen=True)
class ReferenceSet:
    """A folder of references; with a trigger word it is an object, without one a style."""

    name: str
    references: tuple[Reference, ...]
    trigger_word: str | None = None

    def toml(self) -> str:
        head = [f'kind = "{"object" if self.trigger_word else "style"}"', f'name = "{self.name}"']
        if self.trigger_word:
            head.append(f'trigger_word = "{self.trigger_word}"')
        head += [f"seed = {PROJECT_SEED}", f"rounds = {ROUNDS}"]
        tables = [f'\n[[references]]\nimage = "{r.file}"\nprompt = "{r.prompt}"' for r in self.references]
        return "\n".join([*head, *tables]) + "\n"


# What the drawings share


def render(body: str, *, crisp: bool = False) -> Image.Image:
    """The SVG elements in `body`, on a canvas of 512 units a side; `crisp` keeps to its own colours."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">{body}</svg>'
    png = resvg_py.svg_to_bytes(
        svg_string=svg,
        width=SIZE,
        height=SIZE,
        shape_rendering="crisp_edges" if crisp else "geometric_precision",
        skip_system_fonts=True,
    )
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def noise(random: Random, cell_x: float, cell_y: float | None = None) -> Floats:
    """Smooth noise of mean 0 and deviation 1, with features about `cell_x` by `cell_y` pixels in size."""
    shape = tuple(max(2, round(SIZE / cell)) for cell in (cell_y or cell_x, cell_x))
    grid = Image.fromarray(random.standard_normal(shape).astype(np.float32))
    field: Floats = np.asarray(grid.resize((SIZE, SIZE), Image.Resampling.BICUBIC), dtype=np.float64)
    field = (field - field.mean()) / field.std()
    return field


def picture(pixels: Floats) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))


def most_frequent(colours: npt.NDArray[np.uint8]) -> tuple[Floats, float]:
    """The most frequent of some colours (rows of RGB), and its share."""
    kinds, counts = np.unique(colours.reshape(-1, 3), axis=0, return_counts=True)
    first = int(counts.argmax())
    return kinds[first].astype(np.float64), float(counts[first] / counts.sum())


# The mosaic

FISH = """
<rect width="512" height="512" fill="#1f5fa8"/>
<path d="M0 0H512V96C430 130 350 70 256 100S80 120 0 84Z" fill="#58b4d6"/>
<path d="M0 84C80 120 160 130 256 100S430 130 512 96V150C430 180 350 125 256 152S80 176 0 140Z"
 fill="#2f86c4"/>
<path d="M0 440C90 400 170 450 270 430S430 400 512 436V512H0Z" fill="#163f80"/>
<path d="M372 268C410 226 448 176 482 164C468 216 466 320 484 374C444 360 408 310 372 268Z" fill="#d8342b"/>
<path d="M170 196C206 108 300 100 352 148C336 172 322 190 312 210Z" fill="#d8342b"/>
<path d="M206 344C220 402 262 420 304 410C294 380 294 360 300 334Z" fill="#d8342b"/>
<path d="M36 272C90 172 200 150 280 180C330 198 370 236 408 268C370 306 330 340 280 358
 C200 384 90 366 36 272Z"
 fill="#f08a24"/>
<path d="M62 306C110 366 200 384 280 358C330 340 370 306 408 268C350 292 300 312 240 318
 C170 324 110 322 62 306Z"
 fill="#f9cf52"/>
<path d="M152 180C172 174 180 172 190 171C208 236 208 306 190 370C178 369 164 367 152 362
 C172 306 172 240 152 180Z"
 fill="#fbf3e2"/>
<path d="M270 178C284 182 292 186 300 189C314 246 312 296 300 350C292 354 284 357 270 361
 C284 300 284 240 270 178Z"
 fill="#fbf3e2"/>
<circle cx="104" cy="246" r="29" fill="#fbf3e2"/><circle cx="102" cy="247" r="15" fill="#141a2c"/>
"""


def mosaic(random: Random, source: str = FISH) -> Image.Image:
    """Square tiles in rows that bend a little; one across an edge of the drawing is cut along a diagonal."""
    tile, scale = 15.0, 4
    flat = np.asarray(render(source, crisp=True).convert("RGB"))
    count = int(SIZE / tile) + 6
    rows, columns = np.mgrid[0:count, 0:count].astype(np.float64)
    x, y = (columns - 3) * tile, (rows - 3) * tile
    bent_y = y + 9 * np.sin(x / 95) * np.cos(y / 200) + random.normal(0, 0.7, x.shape)
    bent_x = x + 7 * np.sin(y / 110 + 1) + random.normal(0, 0.7, x.shape)
    knots = np.stack([bent_x, bent_y], axis=-1)

    grout = np.array([226, 220, 206]) + 7 * noise(random, 3)[..., None]
    canvas = picture(grout).resize((SIZE * scale, SIZE * scale), Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(canvas)

    def colour_in(corners: Floats) -> tuple[Floats, float]:
        weights = random.dirichlet(np.ones(len(corners)), 60)
        places = np.clip(np.rint(weights @ corners), 0, SIZE - 1).astype(int)
        return most_frequent(flat[places[:, 1], places[:, 0]])

    def lay(corners: Floats, colour: Floats) -> None:
        centre = corners.mean(axis=0)
        reach = np.linalg.norm(corners - centre, axis=1, keepdims=True)
        corners = centre + (corners - centre) * (1 - 1.9 / reach)
        glaze = colour * (1 + random.normal(0, 0.09)) + random.normal(0, 6, 3)
        # from the dark lower edge to the lit upper one, then the face, and a gleam on it
        for shift, shrink, light in ((0.7, 1.0, 0.62), (-0.5, 0.97, 1.28), (0.1, 0.86, 1.0)):
            points = (centre + (corners - centre) * shrink + shift) * scale
            shade = np.clip(glaze * light + 20 * (light - 1), 0, 255).astype(int)
            pen.polygon([(float(px), float(py)) for px, py in points], fill=tuple(shade.tolist()))
        if random.random() < 0.35:
            gleam = np.clip(glaze + 55, 0, 255).astype(int)
            line = (centre + (corners[:2] - centre) * np.array([0.45, 0.5])) * scale
            pen.line([(float(px), float(py)) for px, py in line], fill=tuple(gleam.tolist()), width=5)

    for row in range(count - 1):
        for column in range(count - 1):
            corners = knots[[row, row, row + 1, row + 1], [column, column + 1, column + 1, column]]
            colour, share = colour_in(corners)
            if share > 0.78:
                lay(corners, colour)
                continue
            cuts = [(corners[[0, 1, 2]], corners[[0, 2, 3]]), (corners[[0, 1, 3]], corners[[1, 2, 3]])]
            halves = [[(half, *colour_in(half)) for half in cut] for cut in cuts]
            best = max(halves, key=lambda cut: sum(purity for _, _, purity in cut))
            if np.array_equal(best[0][1], best[1][1]):
                lay(corners, colour)
            else:
                for half, own, _ in best:
                    lay(half, own)
    return canvas.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


# The wax crayon


@dataclass(frozen=True)
class Scribble:
    """An area of one crayon: its shape in SVG, its colour, the direction and force of its strokes."""

    shape: str
    colour: tuple[int, int, int]
    angle: float
    pressure: float


SNAIL_BODY = (
    "M70 400C120 392 170 396 196 372C230 340 250 300 300 300C340 300 352 282 358 250C364 216 388 200 414 204"
    "C446 210 458 244 446 282C432 330 412 368 390 392C372 410 330 412 290 412C210 414 130 420 70 400Z"
)
SNAIL_SPIRAL = (
    "M232 372C150 376 96 322 100 248C104 172 166 128 232 132C296 136 340 186 336 246C332 300 288 332 240 328"
    "C194 324 164 290 168 248C172 212 202 192 234 196C264 200 280 224 276 250C272 270 254 280 238 274"
    "C226 268 224 254 232 248"
)


def stroke(path: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="#000" stroke-width="{width}" stroke-linecap="round"/>'


SNAIL = (
    Scribble(
        '<path d="M20 404C140 390 380 392 494 402L490 462C360 474 140 472 24 462Z"/>', (92, 160, 62), 8, 0.60
    ),
    Scribble('<circle cx="92" cy="84" r="46"/>', (250, 200, 40), 40, 0.66),
    Scribble(f'<path d="{SNAIL_BODY}"/>', (243, 178, 84), 28, 0.72),
    Scribble('<ellipse cx="218" cy="252" rx="120" ry="122"/>', (226, 82, 84), -50, 0.76),
    Scribble(stroke(SNAIL_SPIRAL, 16), (110, 34, 92), 20, 0.96),
    Scribble(stroke(SNAIL_BODY, 10), (98, 54, 34), 60, 0.95),
    Scribble(
        stroke("M396 208C390 180 380 160 366 138M428 208C432 180 440 158 456 138", 11), (98, 54, 34), 20, 1.0
    ),
    Scribble('<circle cx="364" cy="132" r="13"/><circle cx="459" cy="132" r="13"/>', (98, 54, 34), 50, 1.0),
    Scribble(stroke("M418 300C430 298 438 290 442 280", 9), (98, 54, 34), 50, 0.98),
    Scribble('<circle cx="410" cy="246" r="10"/>', (50, 30, 30), 10, 1.0),
)


def hatching(random: Random, angle: float, pressure: float) -> Floats:
    """The pressure of a crayon that goes to and fro in one direction over the whole sheet."""
    sheet = Image.new("L", (SIZE, SIZE), round(255 * pressure * 0.30))
    pen = ImageDraw.Draw(sheet)
    along = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    across = np.array([-along[1], along[0]])
    for offset in np.arange(-SIZE * 0.75, SIZE * 0.75, 6.5):
        start = -SIZE * 0.75 + random.uniform(0, 60)
        while start < SIZE * 0.75:
            length = random.uniform(50, 170)
            lean = random.normal(0, 4, 2) + offset
            ends = [
                SIZE / 2 + along * (start + s) + across * a for s, a in zip((0, length), lean, strict=True)
            ]
            force = round(255 * float(np.clip(pressure * random.normal(1.08, 0.16), 0, 1)))
            pen.line(
                [(float(px), float(py)) for px, py in ends], fill=force, width=int(random.integers(4, 8))
            )
            start += length * random.uniform(0.85, 1.1)
    return np.asarray(sheet.filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float64) / 255


def crayon(random: Random, scribbles: Sequence[Scribble] = SNAIL) -> Image.Image:
    """Wax stays on the teeth of the paper: where the crayon does not reach down, the paper shows."""
    teeth = noise(random, 1.9) + 0.55 * noise(random, 3.5) + 0.25 * noise(random, 9)
    depth = np.argsort(np.argsort(teeth, axis=None)).reshape(SIZE, SIZE) / SIZE**2  # evenly from 0 to 1
    paper = np.array([249.0, 245, 234]) - 16 * (depth[..., None] - 0.5)
    sheet = paper.copy()
    down, right = np.mgrid[0:SIZE, 0:SIZE]
    for scribble in scribbles:
        alpha = np.asarray(render(scribble.shape).getchannel("A"), dtype=np.float64) / 255
        tremble = [np.rint(2.2 * noise(random, 16) + 1.0 * noise(random, 3)).astype(int) for _ in range(2)]
        area = alpha[np.clip(down + tremble[0], 0, SIZE - 1), np.clip(right + tremble[1], 0, SIZE - 1)]
        press = hatching(random, scribble.angle, scribble.pressure) + 0.05 * noise(random, 40)
        wax = np.clip((press - depth) / 0.20 + 0.5, 0, 1) * area
        thick = np.clip(press - depth, 0, 1)[..., None]
        colour = np.array(scribble.colour) * (1.10 - 0.35 * thick) + 5 * noise(random, 2)[..., None]
        cover = 0.93 * wax[..., None]
        sheet = sheet * (1 - cover) + np.clip(colour, 0, 255) * cover
    return picture(sheet)


# The knitted wool

TREE = """
<rect width="512" height="512" fill="#f1e4c8"/>
<rect y="424" width="512" height="88" fill="#c8744a"/>
<rect y="456" width="512" height="18" fill="#f1e4c8"/>
<path d="M226 250H286V380C288 404 304 418 322 426H190C208 418 224 404 226 380Z" fill="#7a4a2c"/>
<circle cx="256" cy="132" r="98" fill="#2f7d4a"/><circle cx="164" cy="226" r="92" fill="#2f7d4a"/>
<circle cx="348" cy="226" r="92" fill="#2f7d4a"/><circle cx="256" cy="240" r="80" fill="#2f7d4a"/>
<circle cx="232" cy="110" r="54" fill="#55a862"/><circle cx="142" cy="204" r="48" fill="#55a862"/>
<circle cx="330" cy="200" r="46" fill="#55a862"/>
<path d="M292.8 97.5h36.6v30h-36.6ZM183 217.5h36.6v30h-36.6ZM256.2 187.5h36.6v30h-36.6Z
M366 232.5h36.6v30h-36.6ZM292.8 262.5h36.6v30h-36.6ZM109.8 247.5h36.6v30h-36.6Z" fill="#c8302e"/>
"""


def knit(random: Random, source: str = TREE) -> Image.Image:
    """Stocking stitch: in each column the legs of a V rise from the middle, and each V sits in the next."""
    width, height, rise = 18.3, 15.0, 14.0
    flat = np.asarray(render(source, crisp=True).convert("RGB"))
    down, right = np.mgrid[0:SIZE, 0:SIZE].astype(np.float64)
    x, y = right + 0.7 * noise(random, 30), down + 0.9 * noise(random, 30)
    column = np.floor(x / width).astype(int)
    side = 2 * (x / width - column) - 1  # from -1 to 1 across the stitch
    spread = np.abs(side)
    turn = (y + rise * spread) / height  # the same along a leg
    row = np.maximum(np.floor(turn), 0).astype(int)
    across = 2 * (turn - row) - 1

    wool = np.empty((row.max() + 1, column.max() - column.min() + 1, 3))
    for r in range(wool.shape[0]):
        for c in range(wool.shape[1]):
            middle = np.array([r * height, (c + column.min() + 0.5) * width])
            i, j = np.clip(middle, 6, SIZE - 6).astype(int)
            wool[r, c] = most_frequent(flat[i - 6 : i + 6, j - 6 : j + 6])[0]
    wool *= random.normal(1, 0.035, wool.shape[:2])[..., None]

    end = 2 * spread - 1  # from the foot of the leg to its tip
    round_leg = np.clip(1 - 0.78 * np.abs(across) ** 2.4 - 0.62 * np.abs(end) ** 3.2, 0, 1)
    light = 0.40 + 0.68 * round_leg - 0.07 * across + 0.05 * np.sign(side) * -1
    plies = 0.055 * np.sin(2 * np.pi * (0.95 * across + 1.5 * spread))  # the twist of the yarn
    fuzz = 0.035 * noise(random, 1.6) + 0.02 * noise(random, 4, 2)
    drape = 0.03 * noise(random, 120)
    shade = (light + plies + fuzz + drape)[..., None]
    return picture(wool[row, column - column.min()] * shade + 6 * round_leg[..., None])


# The scratchboard

KINGFISHER = (
    Scribble('<path d="M52 404L470 388L474 424L48 440Z"/>', (240, 236, 226), -3, 1.0),
    Scribble('<path d="M190 402L196 356L204 356L206 402ZM238 400L240 358L248 358L254 398Z"/>',
             (244, 190, 84), 84, 1.0),
    Scribble('<path d="M300 300L420 410L392 428L276 344Z"/>', (70, 200, 206), 44, 1.0),
    Scribble('<path d="M120 214C108 280 150 360 232 366C290 366 314 340 306 306L190 200Z"/>',
             (236, 128, 62), 62, 1.0),
    Scribble('<path d="M170 190C230 170 300 236 330 316C290 334 230 320 200 270Z"/>',
             (70, 200, 206), 40, 1.0),
    Scribble('<path d="M96 196C130 224 176 214 190 200L168 168L104 168Z"/>', (240, 236, 226), 20, 1.0),
    Scribble('<path d="M88 160C86 96 152 72 196 108C214 130 208 164 186 184C150 172 118 170 88 176Z"/>',
             (70, 200, 206), -38, 1.0),
    Scribble('<path d="M94 146L14 156L12 168L92 176Z"/>', (244, 190, 84), 4, 1.0),
)  # fmt: skip


def scratchboard(random: Random, areas: Sequence[Scribble] = KINGFISHER) -> Image.Image:
    """Short straight scratches through black: each area has its color and direction, and no outline."""
    scale = 3
    sheet = Image.new("RGB", (SIZE * scale, SIZE * scale), (13, 13, 16))
    pen = ImageDraw.Draw(sheet)
    for area in areas:
        inside = np.asarray(render(area.shape, crisp=True).getchannel("A")) > 127
        rows, columns = np.nonzero(inside)
        for _ in range(max(8, len(rows) // 62)):
            pick = int(random.integers(len(rows)))
            turn = np.radians(area.angle + random.normal(0, 11))
            half = random.uniform(4, 12) * np.array([np.cos(turn), np.sin(turn)])
            middle = np.array([columns[pick], rows[pick]], dtype=np.float64)
            ends = [(middle - half) * scale, (middle + half) * scale]
            colour = np.clip(np.array(area.colour) + random.normal(0, 12), 0, 255).astype(int)
            pen.line(
                [(float(px), float(py)) for px, py in ends],
                fill=tuple(colour.tolist()),
                width=int(random.integers(5, 8)),
            )
    for size, colour in ((17, (240, 236, 226)), (13, (13, 13, 16)), (4, (240, 236, 226))):
        x, y = (134, 136) if size > 4 else (130, 131)
        box = [(place - size) * scale for place in (x, y)] + [(place + size) * scale for place in (x, y)]
        pen.ellipse(box, fill=colour)
    return sheet.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


# The neon sign

FLAMINGO = (
    ("M196 206C150 214 132 262 168 296C214 338 318 330 356 276C330 262 300 214 250 204"
     "C232 200 212 202 196 206Z",
     "#ff5fc4"),
    ("M196 206C232 160 214 118 178 108C146 100 128 128 140 150", "#ff5fc4"),
    ("M140 150C120 152 106 164 104 186C122 182 136 172 150 160", "#8ee8ff"),
    ("M212 244C244 286 296 288 330 270M196 262C222 302 262 310 300 300", "#b98cff"),
    ("M238 326L232 396L248 472M286 318L292 392L246 398M248 472L216 478M248 472L276 480", "#8ee8ff"),
)  # fmt: skip


def neon(random: Random, tubes: Sequence[tuple[str, str]] = FLAMINGO) -> Image.Image:
    """Glowing tubes before a wall of dark bricks."""
    wall = np.zeros((SIZE, SIZE, 3))
    for row in range(16):
        for column in range(-1, 9):
            left = column * 64 + (row % 2) * 32
            shade = np.array([30.0, 20, 32]) + random.normal(0, 5, 3)
            wall[row * 32 + 1 : row * 32 + 31, max(0, left + 1) : max(0, left + 63)] = shade
    light = np.zeros((SIZE, SIZE, 3))
    for width, blur, force in ((16, 26, 1.5), (12, 8, 1.0), (7, 1.5, 0.9)):
        body = "".join(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linecap="round"/>'
            for path, colour in tubes
        )
        glow = Image.alpha_composite(Image.new("RGBA", (SIZE, SIZE), "black"), render(body)).convert("RGB")
        light += force * np.asarray(glow.filter(ImageFilter.GaussianBlur(blur)), dtype=np.float64)
    body = "".join(
        f'<path d="{path}" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>'
        for path, _ in tubes
    )
    core = np.asarray(render(body).getchannel("A"), dtype=np.float64)[..., None] / 255
    lit = wall * (1 + light / 160) + light
    return picture(np.minimum(lit, 255) * (1 - 0.8 * core) + 0.8 * core * 250)


# The quilt

WHALE = """
<rect width="512" height="512" fill="#f2dfb4"/>
<path d="M0 380H512V512H0Z" fill="#8cc0b4"/>
<path d="M60 280C60 190 170 150 270 170C350 186 390 250 420 262
C440 230 430 200 452 170C470 190 478 206 476 224
C492 216 500 222 508 228
C496 252 480 272 462 300C430 370 330 400 210 392C120 386 60 350 60 280Z"
 fill="#3d5a98"/>
<path d="M62 300C100 330 200 340 300 318C340 330 330 360 290 380C200 400 100 384 72 332Z" fill="#e8edf0"/>
<path d="M232 340C250 380 240 416 206 430C196 400 200 360 206 340Z" fill="#c8503c"/>
<path d="M190 160C186 120 160 108 136 116C146 130 160 134 176 160Z
M196 160C200 116 228 104 252 112C240 128 216 134 208 160Z"
 fill="#c8503c"/>
<circle cx="128" cy="262" r="15" fill="#1c2130"/>
"""


def quilt(random: Random, source: str = WHALE) -> Image.Image:
    """Squares of printed cloth sewn together; each area of the drawing has cloths of its own color."""
    patch = 42
    flat = np.asarray(render(source, crisp=True).convert("RGB")).astype(np.float64)
    down, right = np.mgrid[0:SIZE, 0:SIZE].astype(np.float64)
    prints = (
        np.sin(right / 2.6) * np.sin(down / 2.6) > 0.5,
        (right + down) % 12 < 5,
        (right % 14 < 6) ^ (down % 14 < 6),
        down % 10 < 4,
        np.zeros((SIZE, SIZE), dtype=bool),
    )
    cloth = flat.copy()
    for top in range(0, SIZE, patch):
        for left in range(0, SIZE, patch):
            here = (slice(top, top + patch), slice(left, left + patch))
            light = 1 + random.normal(0, 0.13)
            tint = random.normal(0, 8, 3)
            printed = prints[int(random.integers(len(prints)))][here][..., None]
            cloth[here] = np.clip(flat[here] * light + tint, 0, 255) + printed * random.choice([-34.0, 38.0])
    seam = np.minimum.reduce([down % patch, patch - down % patch, right % patch, patch - right % patch])
    edge = np.zeros((SIZE, SIZE))
    for axis in (0, 1):
        edge += np.abs(np.roll(flat, 1, axis) - flat).sum(-1) > 40
    outline = Image.fromarray((255 * (edge > 0)).astype(np.uint8))
    near = np.asarray(outline.filter(ImageFilter.GaussianBlur(4)), dtype=np.float64) / 255
    puff = np.clip(seam / 9, 0, 1) * np.clip(1 - 1.6 * near, 0, 1)
    stitched = (np.abs(near - 0.16) < 0.035) & ((right + down) % 12 < 7)
    shaded = cloth * (0.62 + 0.42 * puff)[..., None] + 3 * noise(random, 2)[..., None]
    return picture(np.where(stitched[..., None], 246.0, shaded))


# The objects, on grounds that they share


def placed(body: str, x: float, y: float, scale: float, *, turn: float = 0, mirror: bool = False) -> str:
    """`body`, drawn about its own origin, moved onto the canvas."""
    flip = -scale if mirror else scale
    return f'<g transform="translate({x} {y}) rotate({turn}) scale({flip} {scale})">{body}</g>'


def shadow(x: float, y: float, width: float) -> str:
    return f'<ellipse cx="{x}" cy="{y}" rx="{width}" ry="{width * 0.14}" fill="#000" opacity="0.22"/>'


def plain(colour: str) -> str:
    return f'<rect width="512" height="512" fill="{colour}"/>'


def table(wall: str, top: float) -> str:
    boards = "".join(
        f'<path d="M{256 + 76 * i} {top}L{256 + 128 * i} {top + 122}" stroke="#8a5630" stroke-width="3"/>'
        for i in range(-5, 6)
    )
    return (
        f'{plain(wall)}<rect y="{top}" width="512" height="122" fill="#b9783f"/>{boards}'
        f'<rect y="{top + 122}" width="512" height="26" fill="#8a5630"/>'
        f'<rect y="{top + 148}" width="512" height="{364 - top}" fill="#4d3a36"/>'
        f'<path d="M40 {top + 148}H92V512H40ZM420 {top + 148}H472V512H420Z" fill="#6f4426"/>'
    )


def meadow(horizon: float) -> str:
    return (
        f'{plain("#92cbee")}<circle cx="86" cy="82" r="40" fill="#fbdc5a"/>'
        '<path d="M330 96a26 26 0 0 1 44 -14a32 32 0 0 1 58 6a22 22 0 0 1 6 42H338a18 18 0 0 1 -8 -34Z"'
        ' fill="#fff"/>'
        f'<rect y="{horizon}" width="512" height="{SIZE - horizon}" fill="#6cae4c"/>'
    )


def blades(top: float, bottom: float, step: float, colour: str) -> str:
    """A fringe of grass whose tips reach `top`, in front of an object."""
    tips = [top + 13 * ((7 * i) % 5) / 4 for i in range(int(SIZE / step) + 2)]
    zigzag = "".join(
        f"L{(i - 0.5) * step} {tip + 30}L{i * step + 4 * ((i * 3) % 4 - 1.5)} {tip}"
        for i, tip in enumerate(tips)
    )
    return f'<path d="M-20 {bottom}{zigzag}L540 {bottom}Z" fill="{colour}"/>'


def mug() -> str:
    """A white mug with two blue stripes and a red heart between them; its foot is at the origin."""
    line = 'stroke="#3b4252" stroke-width="6" stroke-linejoin="round"'
    body = "M-84 -190L-78 -14C-76 16 76 16 78 -14L84 -190Z"
    stripes = "".join(
        f'<path d="M{-w} {y}C{-w * 0.7} {y + 26} {w * 0.7} {y + 26} {w} {y}" fill="none" stroke="#2c66c4"'
        ' stroke-width="17"/>'
        for y, w in ((-160, 86), (-36, 82))
    )
    return (
        f'<path d="M74 -152C150 -168 160 -44 72 -46" fill="none" stroke="#3b4252" stroke-width="32"/>'
        f'<path d="M70 -151C150 -168 160 -44 68 -46" fill="none" stroke="#f7f5f0" stroke-width="20"/>'
        f'<clipPath id="body"><path d="{body}"/></clipPath><path d="{body}" fill="#f7f5f0"/>'
        '<g clip-path="url(#body)"><path d="M40 -200H100V20H30C40 -60 44 -120 40 -200Z" fill="#d9dbe0"/>'
        f"{stripes}</g>"
        f'<path d="{body}" fill="none" {line}/>'
        '<path d="M0 -42C-60 -84 -46 -124 -22 -124C-8 -124 0 -112 0 -106C0 -112 8 -124 22 -124'
        'C46 -124 60 -84 0 -42Z" fill="#d8283a"/>'
        f'<ellipse cx="0" cy="-190" rx="84" ry="20" fill="#f7f5f0" {line}/>'
        '<ellipse cx="0" cy="-187" rx="68" ry="12" fill="#a9afba"/>'
    )


def robot(left: float, right: float, look: float = 0) -> str:
    """A small green robot, its feet at the origin; the arms hang at 0 degrees and are raised at 150."""
    line = 'stroke="#1f4a33" stroke-width="6" stroke-linejoin="round"'

    def arm(x: float, angle: float) -> str:
        return (
            f'<g transform="translate({x} -148) rotate({angle})">'
            f'<rect x="-12" y="-12" width="24" height="76" rx="12" fill="#3f9f5c" {line}/>'
            f'<circle cy="70" r="16" fill="#2f7d4a" {line}/></g>'
        )

    eyes = "".join(
        f'<circle cx="{x}" cy="-232" r="19" fill="#fff" {line}/>'
        f'<circle cx="{x + look}" cy="-232" r="8" fill="#16241c"/>'
        for x in (-28, 28)
    )
    return (
        f"{arm(-76, left)}{arm(76, -right)}"
        f'<rect x="-46" y="-52" width="28" height="34" fill="#2f7d4a" {line}/>'
        f'<rect x="18" y="-52" width="28" height="34" fill="#2f7d4a" {line}/>'
        f'<rect x="-64" y="-30" width="56" height="30" rx="3" fill="#2f7d4a" {line}/>'
        f'<rect x="8" y="-30" width="56" height="30" rx="3" fill="#2f7d4a" {line}/>'
        f'<path d="M0 -270V-306" {line}/><circle cy="-314" r="14" fill="#2f7d4a" {line}/>'
        f'<rect x="-14" y="-182" width="28" height="24" fill="#2f7d4a" {line}/>'
        f'<rect x="-70" y="-168" width="140" height="122" rx="16" fill="#4fb86e" {line}/>'
        f'<rect x="-42" y="-142" width="84" height="66" rx="8" fill="#f8d13c" {line}/>'
        f'<rect x="-62" y="-272" width="124" height="94" rx="20" fill="#4fb86e" {line}/>'
        f'{eyes}<path d="M-22 -198H22" {line}/>'
    )


def still(body: str) -> Callable[[Random], Image.Image]:
    """A drawing that leaves nothing to chance."""
    return lambda random: render(body).convert("RGB")


SETS = (
    ReferenceSet("mosaic", (Reference("mosaic-fish.png", "A fish in mosaic style", mosaic),)),
    ReferenceSet("crayon", (Reference("crayon-snail.png", "A snail in wax crayon style", crayon),)),
    ReferenceSet("knit", (Reference("knit-tree.png", "A tree in knitted style", knit),)),
    ReferenceSet(
        "mug",
        (
            Reference(
                "mug-0.png",
                "A <mugo> mug",
                still(plain("#e9b48c") + shadow(250, 404, 150) + placed(mug(), 236, 396, 1.5)),
            ),
            Reference(
                "mug-1.png",
                "A <mugo> mug on a table",
                still(
                    table("#a8b89c", 300) + shadow(330, 378, 88) + placed(mug(), 338, 370, 0.98, mirror=True)
                ),
            ),
            Reference(
                "mug-2.png",
                "A <mugo> mug in the grass",
                still(
                    meadow(270)
                    + blades(290, 530, 22, "#5d9e40")
                    + placed(mug(), 196, 424, 1.22, turn=-13)
                    + blades(412, 530, 26, "#4f8f38")
                ),
            ),
        ),
        "<mugo>",
    ),
    ReferenceSet(
        "robot",
        (
            Reference(
                "robot-0.png",
                "A <robi> robot",
                still(plain("#c9b6e0") + shadow(256, 446, 120) + placed(robot(12, 12), 256, 446, 1.22)),
            ),
            Reference(
                "robot-1.png",
                "A <robi> robot on a table",
                still(
                    table("#e3a9a0", 318) + shadow(170, 388, 78) + placed(robot(20, 148, 6), 166, 388, 0.86)
                ),
            ),
            Reference(
                "robot-2.png",
                "A <robi> robot in the grass",
                still(
                    meadow(280)
                    + blades(296, 530, 22, "#7fbd55")
                    + placed(robot(95, 95, -6), 262, 440, 1.02, turn=9)
                    + blades(426, 530, 26, "#8fc75c")
                ),
            ),
        ),
        "<robi>",
    ),
    ReferenceSet(
        "scratch",
        (Reference("scratch-kingfisher.png", "A kingfisher in scratchboard style", scratchboard),),
    ),
    ReferenceSet("neon", (Reference("neon-flamingo.png", "A flamingo in neon style", neon),)),
    ReferenceSet("quilt", (Reference("quilt-whale.png", "A whale in quilt style", quilt),)),
)


def write(folder: Path, seed: int) -> list[Path]:
    """Write every set below `folder`; the files written, in order."""
    written = []
    for place, chosen in enumerate(SETS):
        home = folder / chosen.name
        home.mkdir(parents=True, exist_ok=True)
        (home / "project.toml").write_text(chosen.toml(), encoding="utf-8")
        written.append(home / "project.toml")
        for number, reference in enumerate(chosen.references):
            image = reference.draw(np.random.default_rng([seed, place, number]))
            image.save(home / reference.file)
            written.append(home / reference.file)
    return written


def write_demos(folder: Path) -> list[Path]:
    """Write the bundled demos as projects; the files written, in order."""
    written = []
    for kind in get_args(Kind):
        known = demo(kind)
        home = folder / f"demo-{kind}"
        home.mkdir(parents=True, exist_ok=True)
        lines = [f'kind = "{kind}"', f'name = "{known.name}"', "seed = 0"]
        lines += [f'trigger_word = "{known.trigger_word}"'] if kind == "object" else []
        for image, prompt in zip(known.images, known.prompts, strict=True):
            lines += ["", "[[references]]", f'image = "{image.name}"', f'prompt = "{prompt}"']
        (home / "project.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        written += [home / "project.toml", *(Path(shutil.copy(image, home)) for image in known.images)]
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw the reference sets by code.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    for path in (*write(options.folder, options.seed), *write_demos(options.folder)):
        print(path)


if __name__ == "__main__":
    main()
