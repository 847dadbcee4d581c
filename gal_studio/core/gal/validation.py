"""What held-out prompts say of a training while it runs (Eq. G22)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gal_studio.core.intervals import wilson_interval

HELD_OUT = 4
"""Test prompts that a validation draws, one picture each."""
COPIES_FROM = 0.5
"""The share of copies that a training surely has that only copies."""
GAIN = 0.05
"""What is carried (Eq. G17) more than that is learned anew."""


@dataclass(frozen=True)
class Validation:
    """The pictures of held-out prompts after a step: how many, how many of them are copies (Eq. G12).

    `carried` is the mean of Eq. G17, None where that is not known.
    """

    step: int
    pictures: int
    copies: int
    carried: float | None

    @property
    def share(self) -> float:
        """The share of copies."""
        return self.copies / self.pictures

    @property
    def only_copies(self) -> bool:
        """Whether at least half of what it draws is copies, with 95 % confidence: 4 of 4 say so, 3 do not."""
        return wilson_interval(self.copies, self.pictures, sides=1)[0] >= COPIES_FROM


def only_copies_since(made: Sequence[Validation], possible: Collection[int] | None = None) -> int | None:
    """Eq. G22: the step after which more steps only copied; None if there is none.

    It is the earliest validated step after which surely half of the pictures were copies, never fewer than at
    it, and none carried more. At least one validation must follow it. `possible` are the steps that can be
    gone back to, by default all.
    """
    for place, one in enumerate(made[:-1]):
        if (possible is None or one.step in possible) and _only_copies(one, made[place + 1 :]):
            return one.step
    return None


def steps_to_keep(made: Sequence[Validation], saved: Collection[int]) -> set[int]:
    """The validated steps among the saved ones that Eq. G22 may name, now or after the next validation."""
    for place, one in enumerate(made):
        if one.step in saved and _only_copies(one, made[place + 1 :]):
            return {one.step}
    return set()


def _only_copies(one: Validation, later: Sequence[Validation]) -> bool:
    return all(
        after.only_copies and after.share >= one.share and _gain(one, after) <= GAIN for after in later
    )


def _gain(one: Validation, after: Validation) -> float:
    if one.carried is None or after.carried is None:
        return 0.0
    return after.carried - one.carried
