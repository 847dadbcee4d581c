"""Unseen objects and styles, to measure whether a refinement helps.

Twelve held-out designs as objects (one picture on a plain ground, two in places), and sixteen pictures in the
two held-out styles, each with eight prompts that no training of the project uses.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gal_studio.core.prompts import style_descriptor
from gal_studio.core.types import Kind
from workshop.pocket.data.dataset import NONE, Plan, designs_of, render
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.styles import STYLES

PLAIN = "on a plain background"
SHOWN_IN = ("beach", "snow")
HELD_OUT_PLACES = (
    *("in a garden", "at a cafe", "in a museum", "on a boat"),
    *("in a workshop", "at a bus stop", "under a tree", "in a gym"),
)
HELD_OUT_THINGS = (
    *(
        "A house",
        "A flower",
        "A tree",
        "A chair",
        "A teapot",
        "A mushroom",
        "A teddy bear",
        "A fish",
        "A bus",
    ),
)


@dataclass(frozen=True)
class GainCase:
    """A project: its references, and the prompts that it is measured on."""

    name: str
    kind: Kind
    references: tuple[tuple[Image.Image, str], ...]
    trigger_word: str
    concept: str
    prompts: tuple[str, ...]
    wanted: tuple[str, ...]  # the concepts (style) or places (object) that the prompts ask for


_OBJECTS = (
    ("cat", "1f431", "twemoji"),
    ("dog", "1f415", "noto"),
    ("dog", "1f429", "twemoji"),
    ("teddy bear", "1f9f8", "twemoji"),
    ("car", "1f3ce-fe0f", "twemoji"),
    ("backpack", "1f392", "twemoji"),
    ("parrot", "1f99c", "twemoji"),
    ("teapot", "1fad6", "twemoji"),
    ("cat", "1f408-200d-2b1b", "noto"),
    ("house", "1f3e0", "twemoji"),
    ("shoe", "1f45f", "twemoji"),
    ("shoe", "1f97e", "twemoji"),
)
_STYLED = (("ink", "inkwell"), ("crayon", "waxy stroke"))
_STYLE_SHOWN_ON = (
    ("cat", "1f431", "twemoji"),
    ("dog", "1f415", "noto"),
    ("car", "1f3ce-fe0f", "twemoji"),
    ("parrot", "1f99c", "twemoji"),
)
_STYLE_SHOWN_ON_TOO = (
    ("dog", "1f429", "twemoji"),
    ("teddy bear", "1f9f8", "twemoji"),
    ("backpack", "1f392", "twemoji"),
    ("teapot", "1fad6", "twemoji"),
)


def object_cases(icons: Path) -> list[GainCase]:
    """One case for each of twelve held-out designs."""
    return [_object(icons, key, number) for number, key in enumerate(_OBJECTS)]


def style_cases(icons: Path) -> list[GainCase]:
    """Two held-out styles, each on eight held-out designs: first both on four of them, then on the others."""
    shown_on = (_STYLE_SHOWN_ON, _STYLE_SHOWN_ON_TOO)
    pairs = [(style, key) for keys in shown_on for style in _STYLED for key in keys]
    return [_style(icons, *pair, number) for number, pair in enumerate(pairs)]


def _drawn(icons: Path, key: tuple[str, str, str], style: int, place: int, seed: int) -> Image.Image:
    designs = designs_of(icons)
    design = [(d.concept, d.codepoint, d.pack) for d in designs].index(key)
    return Image.fromarray(render(Plan((design,), style, place), designs, np.random.default_rng(seed)))


def _object(icons: Path, key: tuple[str, str, str], number: int) -> GainCase:
    names, word = [place.name for place in PLACES], f"<thing-{number}>"
    places = [(NONE, PLAIN), *((names.index(n), PLACES[names.index(n)].words[0]) for n in SHOWN_IN)]
    references = tuple(
        (_drawn(icons, key, NONE, place, 40 + number), f"A {word} {key[0]} {words}")
        for place, words in places
    )
    prompts = tuple(f"a {word} {key[0]} {place}" for place in HELD_OUT_PLACES)
    wanted = tuple(next(p.name for p in PLACES if words in p.words) for words in HELD_OUT_PLACES)
    return GainCase(f"{key[0]}-{key[1]}", "object", references, word, key[0], prompts, wanted)


def _style(icons: Path, style: tuple[str, str], key: tuple[str, str, str], number: int) -> GainCase:
    index = [s.name for s in STYLES].index(style[0])
    prompt = f"A {key[0]} in {style[1]} style"
    picture = _drawn(icons, key, index, NONE, 60 + number)
    things = [thing for thing in HELD_OUT_THINGS if thing != f"A {key[0]}"][:8]
    prompts = tuple(f"{thing} {style_descriptor(prompt)}" for thing in things)
    wanted = tuple(thing.removeprefix("A ") for thing in things)
    return GainCase(
        f"{style[0]}-{key[0]}-{key[1]}", "style", ((picture, prompt),), "", key[0], prompts, wanted
    )
