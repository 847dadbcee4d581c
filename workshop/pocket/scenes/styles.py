"""The styles in which the icon art is redrawn to train the small embedded model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from workshop.pocket.scenes import style_lines as line
from workshop.pocket.scenes import style_paint as paint

Apply = Callable[[np.ndarray, np.ndarray, bool, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Style:
    """A style: its caption words (the first is canonical) and its image operation."""

    name: str
    words: tuple[str, ...]
    apply: Apply
    held_out: bool = False


def _checked(
    draw: Apply, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: np.random.Generator
) -> np.ndarray:
    drawn = draw(picture.astype(np.float32), mask.astype(np.float32), scene, rng)
    return np.ascontiguousarray(np.clip(drawn, 0.0, 1.0), np.float32)


def _style(name: str, words: tuple[str, ...], draw: Apply, held_out: bool = False) -> Style:
    return Style(name, words, partial(_checked, draw), held_out)


STYLES: tuple[Style, ...] = (
    _style("cartoon", ("cartoon", "cartoon drawing", "animated cartoon"), paint.cartoon),
    _style("sticker", ("sticker", "die-cut sticker", "sticker art"), paint.sticker),
    _style("3d", ("3d rendering", "3d render", "3d", "cgi"), paint.rendering),
    _style("flat", ("flat design", "flat vector", "flat illustration", "minimal flat"), paint.flat),
    _style("pencil", ("pencil sketch", "pencil drawing", "graphite", "sketch"), line.pencil),
    _style("pixel", ("pixel art", "pixelated", "8-bit", "retro game"), paint.pixel),
    _style("watercolor", ("watercolor painting", "watercolour", "aquarelle"), paint.watercolor),
    _style("pastel", ("pastel drawing", "soft pastel", "chalk pastel"), paint.pastel),
    _style("neon", ("neon", "neon sign", "neon light", "glowing neon"), line.neon),
    _style("oil", ("oil painting", "oil on canvas", "painted in oil"), paint.oil),
    _style("blueprint", ("blueprint", "technical drawing", "cyanotype plan"), line.blueprint),
    _style("silhouette", ("silhouette", "shadow shape", "backlit silhouette"), line.silhouette),
    _style("papercut", ("paper cutout", "papercut", "layered paper", "cut paper"), paint.papercut),
    _style("clay", ("clay", "claymation", "plasticine", "modelling clay"), paint.clay),
    _style("ink", ("bold ink", "comic book", "thick ink outline"), line.ink, held_out=True),
    _style("crayon", ("crayon", "wax crayon", "crayon drawing"), line.crayon, held_out=True),
)
