"""Blind pairs: which of two settings a person would rather have, and whether that may be chance (Eq. G23).

A person sees two images of the same prompt and seed, does not know what generated which, and chooses one of
them or neither. What is kept is a fact about the two images, by their hashes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal, TypeVar

from gal_studio.core.recipe import Recipe
from gal_studio.core.seeds import named_seed

PAIRS, MOST = 12, 24
"""The pairs of a comparison, and those to which it can be continued."""
LEVELS: Mapping[int, float] = {PAIRS: 0.04, MOST: 0.01}
"""What counts as chance up to so many pairs: both looks together stay within 1 in 20."""
Side = Literal["left", "right"]
Chosen = Literal["left", "right", "neither"]
Setting = tuple[str, Recipe]
"""A round, by its ID, and the strength schedule that it generates by."""
Key = tuple[str, int]
"""A prompt and the number of a seed, which are the same in every round."""
Pair = frozenset[str]
"""The hashes of two images."""
Item = TypeVar("Item")


def setting_key(setting: Setting) -> str:
    """What names a setting outside: the round and, below full strength, "|" and its schedule."""
    round_id, recipe = setting
    return round_id if recipe.is_as_trained else f"{round_id}|{recipe.brief}"


@dataclass(frozen=True)
class Answer:
    """What a person chose of two images, by their hashes, as they stood.

    `favored` is the side to which the studio gave the larger u then; "" where both have the same.
    """

    left: str
    right: str
    chosen: Chosen
    favored: Literal["left", "right", ""] = ""

    @property
    def pair(self) -> Pair:
        """The two images."""
        return frozenset((self.left, self.right))

    @property
    def image(self) -> str | None:
        """The image that was chosen; None for neither."""
        return {"left": self.left, "right": self.right, "neither": None}[self.chosen]


@dataclass(frozen=True)
class Agreement:
    """In how many of so many blind pairs the studio's figures favored the image that a person chose.

    Pairs count in which one was chosen, and the figures differ.
    """

    same: int = 0
    of: int = 0

    @property
    def sentence(self) -> str:
        """Empty without any."""
        if not self.of:
            return ""
        return f"So far, the studio’s figures favored the image you chose in {self.same} of {self.of} pairs."


def agreement(answers: Iterable[Answer]) -> Agreement:
    """How often the studio's figures agreed with a person."""
    known = [one.favored == one.chosen for one in answers if one.favored and one.chosen != "neither"]
    return Agreement(sum(known), len(known))


def chance(wins: int, decided: int) -> float:
    """Eq. G23: how likely one of two settings is chosen as often as this, or more often, by tossing a coin.

    The two-sided p of the sign test, in (0, 1], of `wins` of the `decided` pairs. Raises ValueError for
    numbers that are no such count.
    """
    if not 0 <= wins <= decided:
        raise ValueError(f"{wins} of {decided} is no number of pairs")
    most = max(wins, decided - wins)
    ways: int = sum(comb(decided, each) for each in range(most, decided + 1))
    return float(min(1.0, 2 * ways / 2**decided))


def hardly_chance_from(decided: int, asked: int) -> int | None:
    """The fewest wins in `decided` pairs that are hardly chance; None where even all of them can be.

    `asked` is the number of pairs that were shown, those without a choice included.
    """
    level = next((level for most, level in LEVELS.items() if asked <= most), min(LEVELS.values()))
    wins = range(decided // 2 + 1, decided + 1)
    return next((one for one in wins if chance(one, decided) <= level), None)


@dataclass(frozen=True)
class Choice:
    """How often the images of each of two settings were chosen, and in how many pairs neither was."""

    settings: tuple[Setting, Setting]
    wins: tuple[int, int]
    neither: int = 0

    @property
    def rounds(self) -> tuple[str, str]:
        """The rounds of the settings, by their IDs."""
        return self.settings[0][0], self.settings[1][0]

    @property
    def decided(self) -> int:
        """The pairs in which one was chosen."""
        return sum(self.wins)

    @property
    def asked(self) -> int:
        """All answered pairs."""
        return self.decided + self.neither

    @property
    def order(self) -> tuple[Setting, Setting] | None:
        """The setting that was chosen more often, and the other one; None where they are equal."""
        if self.wins[0] == self.wins[1]:
            return None
        return self.settings if self.wins[0] > self.wins[1] else self.settings[::-1]

    @property
    def is_clear(self) -> bool:
        """Whether the one that was chosen more often hardly is so by chance."""
        least = hardly_chance_from(self.decided, self.asked)
        return least is not None and max(self.wins) >= least

    def sentence(self, names: Mapping[Setting, str]) -> str:
        """What the person who reads it chose, and whether that may be chance; `names` are of the settings."""
        first, second = (names[one] for one in self.settings)
        if not self.decided:
            return f"You wanted neither {first} nor {second} in {self.asked} of {self.asked} blind pairs."
        if self.order is None:
            return f"You chose {first} and {second} equally often, {self._often}."
        return f"You chose {names[self.order[0]]} over {names[self.order[1]]} {self._often}{self._doubt}."

    def fact(self, names: Mapping[Setting, str]) -> str:
        """The same for others; empty where neither was chosen more often."""
        if self.order is None:
            return ""
        chosen, other = (names[one] for one in self.order)
        return f"{chosen} was chosen over {other} {self._often}{self._doubt}."

    @property
    def _often(self) -> str:
        neither = f" (neither in {self.neither})" if self.neither else ""
        return f"in {max(self.wins)} of {self.decided} blind pairs{neither}"

    @property
    def _doubt(self) -> str:
        if self.is_clear:
            return ", which is hardly chance"
        least = hardly_chance_from(self.decided, self.asked)
        more = "with so few pairs, it always may be" if least is None else f"from {least} on it hardly is"
        return f", which may be chance; {more}"


def choices(drawn: Mapping[Setting, Mapping[Key, str]], answers: Mapping[Pair, Answer]) -> tuple[Choice, ...]:
    """What was chosen between the settings, by the answers about their images of the same prompt and seed.

    `drawn` are the hashes of their images. Settings that were not compared are left out.
    """
    found = []
    for settings in combinations(drawn, 2) if answers else ():
        given = [
            (answers[pair].image, images[0])
            for images in shared(*(drawn[one] for one in settings)).values()
            if (pair := frozenset(images)) in answers
        ]
        first = sum(chosen == image for chosen, image in given)
        neither = sum(chosen is None for chosen, _ in given)
        if given:
            found.append(Choice(settings, (first, len(given) - first - neither), neither))
    return tuple(found)


def shared(first: Mapping[Key, str], second: Mapping[Key, str]) -> dict[Key, tuple[str, str]]:
    """The images that two settings generated for the same prompts and seeds, and that differ."""
    common = sorted(first.keys() & second.keys())
    return {key: (first[key], second[key]) for key in common if first[key] != second[key]}


def deal(pairs: Mapping[Key, tuple[str, str]], answered: Collection[Pair], seed: int) -> dict[Key, Side]:
    """The pairs that were not answered yet, in an order by chance, and on which side the first image stands.

    A prompt comes again only after all others have come. Equal seeds deal alike; a pair keeps its side.
    """
    left: list[tuple[int, int, Key]] = []
    turns: dict[str, int] = {}
    for key, images in pairs.items():
        turns[key[0]] = turns.get(key[0], 0) + (frozenset(images) in answered)
    for key in sorted(pairs, key=lambda one: named_seed(seed, "blind pair", *one)):
        if frozenset(pairs[key]) not in answered:
            left.append((turns[key[0]], len(left), key))
            turns[key[0]] += 1
    return {key: "left" if named_seed(seed, "side", *key) % 2 else "right" for _, _, key in sorted(left)}


def in_order(computed: Sequence[Item], better: Collection[tuple[Item, Item]]) -> list[Item]:
    """The items in their computed order, but what a person chose comes before what it was chosen over.

    `better` has such pairs, the chosen item first. Where a person's choices run in a circle, the computed
    order decides among them.
    """
    left, order = list(computed), list[Item]()
    while left:
        among = [pair for pair in better if pair[0] in left and pair[1] in left]
        order.append(_first(left, among))
        left.remove(order[-1])
    return order


def _first(items: Sequence[Item], better: Collection[tuple[Item, Item]]) -> Item:
    """The first item, or what was chosen over it and was itself outdone by nothing but in circles."""
    known = {items[0]} | _above(items[0], better)
    return next(
        one
        for one in items
        if one in known and all(one in _above(other, better) for other in _above(one, better))
    )


def _above(item: Item, better: Collection[tuple[Item, Item]]) -> set[Item]:
    """What was chosen over an item, and over that, and so on."""
    found, fresh = set[Item](), {item}
    while fresh:
        fresh = {one for one, other in better if other in fresh} - found
        found |= fresh
    return found
