"""A grid of settings: what each combination reaches, and what each change of one setting does."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gal_studio.core.estimates import Estimate, estimate, holm, sign_flip_p
from gal_studio.core.seeds import generator
from gal_studio.core.types import PicturePlace

Axes = Mapping[str, Sequence[object]]
"""The values of each varied setting; the others are compared with the first."""


@dataclass(frozen=True)
class Cell:
    """One project trained with one seed under one combination (`arm`), with the figures of its last round."""

    project: str
    seed: int
    arm: Mapping[str, object]
    figures: Mapping[str, Mapping[PicturePlace, float]]


@dataclass(frozen=True)
class Level:
    """What a combination reaches in one figure."""

    arm: Mapping[str, object]
    figure: str
    reached: Estimate


@dataclass(frozen=True)
class Effect:
    """What one value of a setting does in place of its first one, all else equal.

    `p` is that of the sign-flip test, `p_holm` the same corrected for all changes tested on this figure.
    """

    setting: str
    value: object
    instead_of: object
    figure: str
    difference: Estimate
    p: float | None
    p_holm: float | None


def levels(cells: Sequence[Cell], figures: Iterable[str]) -> list[Level]:
    """The mean of each figure under each combination."""
    by_arm: dict[str, list[Cell]] = {}
    for cell in cells:
        by_arm.setdefault(_key(cell.arm), []).append(cell)
    found = []
    for figure in figures:
        for key, mine in by_arm.items():
            values = _grouped((cell, cell.figures.get(figure, {})) for cell in mine)
            if values:
                reached = estimate(values, generator(0, "level", key, figure))
                found.append(Level(mine[0].arm, figure, reached))
    return found


def effects(cells: Sequence[Cell], axes: Axes, figures: Iterable[str]) -> list[Effect]:
    """The paired differences of all cells that differ in one setting alone, by prompt and seed."""
    return [effect for figure in figures for effect in _corrected(_effects(cells, axes, figure))]


def _effects(cells: Sequence[Cell], axes: Axes, figure: str) -> list[Effect]:
    known = {(cell.project, cell.seed, _key(cell.arm)): cell for cell in cells}
    found = []
    for setting, (first, *others) in axes.items():
        for value in others:
            pairs = [
                (cell, known.get((cell.project, cell.seed, _key({**cell.arm, setting: first}))))
                for cell in cells
                if _key(cell.arm[setting]) == _key(value)
            ]
            values = _grouped((cell, _differences(before, cell, figure)) for cell, before in pairs if before)
            if values:
                names = setting, _key(value), figure
                difference = estimate(values, generator(0, "effect", *names))
                p = sign_flip_p(values, generator(0, "flips", *names))
                found.append(Effect(setting, value, first, figure, difference, p, None))
    return found


def _corrected(found: Sequence[Effect]) -> list[Effect]:
    """Add `p_holm` to the effects."""
    corrected = iter(holm([effect.p for effect in found if effect.p is not None]))
    return [each if each.p is None else replace(each, p_holm=next(corrected)) for each in found]


def _differences(before: Cell, after: Cell, figure: str) -> dict[PicturePlace, float]:
    """After less before, where both have the figure."""
    old, new = before.figures.get(figure, {}), after.figures.get(figure, {})
    return {place: new[place] - old[place] for place in sorted(old.keys() & new.keys())}


def _grouped(
    measured: Iterable[tuple[Cell, Mapping[PicturePlace, float]]],
) -> dict[str, dict[str, list[float]]]:
    """Values by project and prompt."""
    found: dict[str, dict[str, list[float]]] = {}
    for cell, values in measured:
        for (prompt, _), value in values.items():
            found.setdefault(cell.project, {}).setdefault(prompt, []).append(value)
    return found


def _key(value: object) -> str:
    """A name for a value of TOML or a combination of them."""
    return json.dumps(value, sort_keys=True, default=str)
