"""Styles by the hundred: a recipe is a number, which fixes a kind of style, its parameters and its words.

A model that has met thousands of styles takes a style for what it is: a thing apart from what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from workshop.pocket.scenes.recipe_kinds import KINDS, Kind

SEED = 909
TRAINED = tuple(kind for kind in KINDS if not kind.held_out)
HELD_OUT = tuple(kind for kind in KINDS if kind.held_out)
HELD_OUT_FROM = 1_000_000
"""Recipes from here on are of held-out kinds, in turn: they judge, and nothing learns from them."""
MOODS = (
    "bold",
    "fine",
    "soft",
    "loose",
    "dense",
    "bright",
    "faded",
    "deep",
    "plain",
    "rough",
    "dreamy",
    "crisp",
)
COLOURS = (
    *("crimson", "coral", "amber", "olive", "jade", "teal", "azure", "indigo", "violet", "plum", "rose"),
    *("sand", "slate", "ivory", "charcoal", "mint"),
)


@dataclass(frozen=True)
class Recipe:
    """A style with parameters of its own; the same number always draws the same style."""

    number: int

    def _dice(self) -> np.random.Generator:
        return np.random.default_rng([SEED, self.number])

    @property
    def kind(self) -> Kind:
        """The kind of style, drawn at the rates of kinds; those that are held out come in turn."""
        if self.number >= HELD_OUT_FROM:
            return HELD_OUT[(self.number - HELD_OUT_FROM) % len(HELD_OUT)]
        rates = np.array([kind.rate for kind in TRAINED])
        return TRAINED[int(self._dice().choice(len(TRAINED), p=rates / rates.sum()))]

    @property
    def words(self) -> tuple[str, ...]:
        """What captions call it: words of its kind with two that tell it from others of the kind."""
        dice = np.random.default_rng([SEED, self.number, 1])
        own = f"{dice.choice(MOODS)} {dice.choice(COLOURS)}"
        return tuple(f"{own} {word}" for word in self.kind.words) or (own, f"{own} pattern")

    def apply(
        self, picture: np.ndarray, mask: np.ndarray, scene: bool, rng: np.random.Generator
    ) -> np.ndarray:
        """A picture in this style, float32 (128, 128, 3) in [0, 1].

        `picture` is float (128, 128, 3) in [0, 1] and `mask` (128, 128) is 1 on its things; in a `scene` the
        place is drawn in the style, otherwise the ground may be replaced. `rng` is this picture's own.
        """
        dice = np.random.default_rng([SEED, self.number, 2])
        drawn = self.kind.draw(dice, picture.astype(np.float32), mask.astype(np.float32), scene, rng)
        return np.ascontiguousarray(np.clip(drawn, 0.0, 1.0), np.float32)


def held_out(count: int) -> Iterator[Recipe]:
    """The first `count` recipes of each held-out kind."""
    for number in range(count * len(HELD_OUT)):
        yield Recipe(HELD_OUT_FROM + number)
