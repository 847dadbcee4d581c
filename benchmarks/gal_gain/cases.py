"""Twelve references that no training and no choice of settings has seen, with prompts to test on.

Six held-out designs of `tools/pocket`, each once in a style of its own (`styles.py`) and once as an object:
one picture on a plain ground and two in places, which their prompts do not name. The prompts to test on are
no anchors. (Settings were tried on other pictures in two of these styles: a backpack in cross-stitch, a
parrot in stained glass. The objects' learning rate was lowered for the parrot.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.gal_gain.styles import LOOKS, Look
from gal_studio.assets import load_anchors
from gal_studio.core.references import Prompts, describe
from gal_studio.core.types import Kind
from tools.pocket.data.compose import paste
from tools.pocket.data.dataset import NONE, Plan, designs_of, render
from tools.pocket.scenes.places import PLACES

Key = tuple[str, str, str]
DESIGNS: tuple[Key, ...] = (
    ("backpack", "1f392", "twemoji"),
    ("parrot", "1f99c", "twemoji"),
    ("cat", "1f408-200d-2b1b", "noto"),
    ("house", "1f3e0", "twemoji"),
    ("shoe", "1f97e", "twemoji"),
    ("shoe", "1f45f", "twemoji"),
)
ANCHOR_THINGS = (  # what each anchor of a style asks for, in their order
    *("tie", "candy", "drum", "koala", "beach scene", "shoe", "pencil", "kite", "cheese", "backpack"),
    *("donut", "leaf", "moon", "jacket", "parrot", "lantern", "grapes", "knife"),
)
TEST_THINGS = ("flower", "tree", "chair", "teapot", "mushroom", "teddy bear", "fish", "bus")
TEST_PLACES = ("stairs", "sofa", "kitchen", "mountain", "space", "city_night")
SHOWN_IN = ("beach", "snow")
SEEDS = 4


@dataclass(frozen=True)
class Case:
    """A project, and what its prompts ask for: a thing (style) or a place (object), by name.

    `number` is the project's seed, so that random choices differ from case to case.
    `own` is what the references show: their thing, or their places.
    """

    name: str
    number: int
    kind: Kind
    design: Key
    references: tuple[tuple[Image.Image, str], ...]
    trigger_word: str
    own: tuple[str, ...]
    tests: tuple[tuple[str, str], ...]  # prompt, and what it asks for

    @property
    def prompts(self) -> Prompts:
        """The parsed prompts."""
        return describe(self.kind, [(prompt, self.trigger_word) for _, prompt in self.references]).prompts

    @property
    def wanted(self) -> dict[str, str]:
        """What each anchor asks for, by its prompt."""
        names = ANCHOR_THINGS if self.kind == "style" else [place.name for place in PLACES[:18]]
        return dict(zip(self.prompts.expand(load_anchors(self.kind)), names, strict=True))


def cases(icons: Path) -> list[Case]:
    """Six styles, then six objects."""
    looks = (*LOOKS[1:], LOOKS[0])
    styles = [_style(icons, n, key, look) for n, (key, look) in enumerate(zip(DESIGNS, looks, strict=True))]
    return styles + [_object(icons, key, number) for number, key in enumerate(DESIGNS)]


def _style(icons: Path, number: int, key: Key, look: Look) -> Case:
    picture = Image.fromarray(in_look(icons, number_of(icons, key), look.draw, np.random.default_rng(11)))
    prompt = f"A {key[0]} in {look.words} style"
    tests = tuple((f"A {thing} in {look.words} style", thing) for thing in TEST_THINGS)
    name = f"{look.words}-{key[0]}".replace(" ", "-")
    return Case(name, number, "style", key, ((picture, prompt),), "", (key[0],), tests)


def _object(icons: Path, key: Key, number: int) -> Case:
    word, design = f"<own-{number}>", number_of(icons, key)
    references = tuple(
        (Image.fromarray(in_place(icons, design, name, 80 + number)), f"A {word} {key[0]}")
        for name in ("", *SHOWN_IN)
    )
    tests = tuple((f"a {word} {key[0]} {words_of(name)}", name) for name in TEST_PLACES)
    return Case(f"{key[0]}-{key[1]}", len(DESIGNS) + number, "object", key, references, word, SHOWN_IN, tests)


def words_of(place: str) -> str:
    """The words of a place, by its name."""
    return next(known.words[0] for known in PLACES if known.name == place)


def number_of(icons: Path, key: Key) -> int:
    """The number of a design."""
    return [(d.concept, d.codepoint, d.pack) for d in designs_of(icons)].index(key)


def in_place(icons: Path, design: int, place: str, seed: int) -> NDArray[np.uint8]:
    """A design in a place, or on a plain ground if it has no name; (128, 128, 3)."""
    index = next((n for n, known in enumerate(PLACES) if known.name == place), NONE)
    plan = Plan((design,), NONE, index)
    return np.asarray(render(plan, designs_of(icons), np.random.default_rng(seed)))


def in_look(
    icons: Path, design: int, draw: Callable[..., NDArray[np.uint8]], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """A design in a style, (128, 128, 3)."""
    layer = paste(designs_of(icons)[design].rgba, (110.0, (64.0, 64.0)), rng, upright=True)
    return draw((layer[..., :3] + 1 - layer[..., 3:]).astype(np.float32))
