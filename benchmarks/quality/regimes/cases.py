"""Twelve references on which regimes of training are compared: six to choose on, six to test the choice once.

The demo's, held-out designs in held-out styles and in places (`tools/pocket`), and held-out designs in three
styles that are drawn here and that no training of the project uses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from PIL import Image

from gal_studio.assets import demo, load_anchors
from gal_studio.core.references import Prompts, describe
from gal_studio.core.types import Kind
from tools.pocket.data.compose import paste
from tools.pocket.data.dataset import NONE, Plan, designs_of, render
from tools.pocket.data.icons import Design
from tools.pocket.scenes.places import PLACES
from tools.pocket.scenes.styles import STYLES

Key = tuple[str, str, str]
Set = Literal["development", "test"]
SIZE = 128


@dataclass(frozen=True)
class Case:
    """A reference, or several of one object, with their prompts."""

    name: str
    kind: Kind
    references: tuple[tuple[Image.Image, str], ...]
    trigger_word: str = ""

    @property
    def prompts(self) -> Prompts:
        return describe(self.kind, [(prompt, self.trigger_word) for _, prompt in self.references]).prompts

    @property
    def anchors(self) -> tuple[str, ...]:
        return self.prompts.expand(load_anchors(self.kind))


def cases(which: Set, icons: Path) -> list[Case]:
    """The six references of one half."""
    designs = designs_of(icons)
    styled, placed = partial(_styled, designs), partial(_placed, designs)
    if which == "development":
        return [
            _demo("style"),
            styled("ink-car", ("car", "1f3ce-fe0f", "twemoji"), "inkwell", "ink"),
            styled("crayon-dog", ("dog", "1f415", "noto"), "waxy stroke", "crayon"),
            styled("tiles-teapot", ("teapot", "1fad6", "twemoji"), "tile mosaic", tiles),
            _demo("object"),
            placed("teddy", ("teddy bear", "1f9f8", "twemoji"), "<brumm>", ("kitchen", "mountain", "space")),
        ]
    return [
        styled("ink-poodle", ("dog", "1f429", "twemoji"), "inkwell", "ink"),
        styled("crayon-teddy", ("teddy bear", "1f9f8", "twemoji"), "waxy stroke", "crayon"),
        styled("stripes-cat", ("cat", "1f431", "twemoji"), "stripe print", stripes),
        styled("dots-car", ("car", "1f3ce-fe0f", "twemoji"), "dotted press", dots),
        placed("cat", ("cat", "1f431", "twemoji"), "<mimi>", ("beach", "sofa", "snow")),
        placed("racer", ("car", "1f3ce-fe0f", "twemoji"), "<zoom>", ("stairs", "kitchen", "snow")),
    ]


def _demo(kind: Kind) -> Case:
    bundled = demo(kind)
    pictures = [Image.open(path).convert("RGB") for path in bundled.images]
    word = bundled.trigger_word if kind == "object" else ""
    return Case(f"demo-{kind}", kind, tuple(zip(pictures, bundled.prompts, strict=True)), word)


def _styled(
    designs: Sequence[Design],
    name: str,
    key: Key,
    words: str,
    style: str | Callable[[np.ndarray], np.ndarray],
) -> Case:
    """A design in a style of `tools/pocket`, or in one drawn here."""
    number, rng = _number(designs, key), np.random.default_rng(7)
    if isinstance(style, str):
        index = [known.name for known in STYLES].index(style)
        picture = render(Plan((number,), index, NONE), list(designs), rng)
    else:
        layer = paste(designs[number].rgba, (112.0, (64.0, 64.0)), rng, upright=True)
        picture = style(layer[..., :3] + 1.0 - layer[..., 3:])
    return Case(name, "style", ((Image.fromarray(picture), f"A {key[0]} in {words} style"),))


def _placed(designs: Sequence[Design], name: str, key: Key, word: str, places: Sequence[str]) -> Case:
    number, rng, names = _number(designs, key), np.random.default_rng(7), [place.name for place in PLACES]
    made = []
    for place in places:
        plan = Plan((number,), NONE, names.index(place))
        words = PLACES[names.index(place)].words[0]
        made.append((Image.fromarray(render(plan, list(designs), rng)), f"A {word} {key[0]} {words}"))
    return Case(name, "object", tuple(made), word)


def _number(designs: Sequence[Design], key: Key) -> int:
    return [(design.concept, design.codepoint, design.pack) for design in designs].index(key)


def tiles(picture: np.ndarray) -> np.ndarray:
    """Square tiles of one colour with dark joints; uint8 (128, 128, 3), as all of these."""
    small = cv2.resize(picture.astype(np.float32), (SIZE // 8, SIZE // 8), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (SIZE, SIZE), interpolation=cv2.INTER_NEAREST)
    place = np.arange(SIZE) % 8
    joint = (place[:, None] == 0) | (place[None, :] == 0)
    return _bytes(np.where(joint[..., None], np.array([0.15, 0.25, 0.3]), 0.1 + 0.85 * large))


def stripes(picture: np.ndarray) -> np.ndarray:
    """Slanted blue stripes on cream, wide where the picture is dark."""
    rows, cols = np.mgrid[0:SIZE, 0:SIZE]
    wave = 0.5 + 0.5 * np.sin((rows + 0.5 * cols) * 2 * np.pi / 7)
    return _bytes(_two_inks(wave < 1.15 * (1 - _grey(picture)), (0.12, 0.2, 0.55), (0.99, 0.95, 0.84)))


def dots(picture: np.ndarray) -> np.ndarray:
    """Maroon and red shapes on pale yellow with a grid of pale red dots."""
    rows, cols = np.mgrid[0:SIZE, 0:SIZE] * np.pi / 7
    grey, paper = _grey(picture), (1.0, 0.97, 0.8)
    ground = _two_inks(np.cos(rows + cols) + np.cos(rows - cols) > 1.0, (0.95, 0.6, 0.55), paper)
    shape = _two_inks(grey < 0.45, (0.4, 0.02, 0.1), (0.87, 0.15, 0.18))
    share = cv2.GaussianBlur((grey < 0.93).astype(np.float32), (0, 0), 0.6)[..., None]
    return _bytes(share * shape + (1 - share) * ground)


def _grey(picture: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 1.0) @ np.array([0.3, 0.59, 0.11], np.float32)


def _two_inks(covered: np.ndarray, ink: tuple[float, ...], paper: tuple[float, ...]) -> np.ndarray:
    share = cv2.GaussianBlur(covered.astype(np.float32), (0, 0), 0.6)[..., None]
    return share * np.array(ink) + (1 - share) * np.array(paper)


def _bytes(picture: np.ndarray) -> np.ndarray:
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
