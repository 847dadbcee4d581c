"""How strongly a LoRA counts over the denoising steps of a picture (Eq. G13)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Self

from gal_studio.core import checks
from gal_studio.core.denoising import Denoising
from gal_studio.core.records.columns import Column

STRONGEST = 2.0


@dataclass(frozen=True)
class Recipe:
    """Strength `early` for the share `switch` of denoising, strength `late` for the rest.

    High noise decides what is drawn and where, low noise how it is drawn. A strength multiplies what the LoRA
    changes and is in [0, 2]: 0 is the base model, 1 the LoRA as trained. `switch` is in [0, 1]. A constant
    strength has one form, early == late with the switch at 0, so that equal recipes are equal values. Raises
    a StudioError for other numbers.
    """

    early: float = 1.0
    late: float = 1.0
    switch: float = 0.0

    def __post_init__(self) -> None:
        checks.real("The early LoRA strength", self.early, 0.0, STRONGEST)
        checks.real("The late LoRA strength", self.late, 0.0, STRONGEST)
        checks.real("The switch of the LoRA strength", self.switch, 0.0, 1.0)
        if self.switch == 0.0 or self.early == self.late:
            object.__setattr__(self, "early", self.late)
            object.__setattr__(self, "switch", 0.0)

    @classmethod
    def constant(cls, strength: float) -> Self:
        """The recipe with one strength for all steps."""
        return cls(strength, strength)

    @cached_property
    def is_constant(self) -> bool:
        """Whether all steps have the same strength."""
        return self.early == self.late

    @cached_property
    def is_as_trained(self) -> bool:
        """Whether the LoRA counts fully in all steps."""
        return self == AS_TRAINED

    @cached_property
    def mean(self) -> float:
        """The mean strength over the steps, in [0, 2]: a single number to order recipes by."""
        return self.switch * self.early + (1.0 - self.switch) * self.late

    def first_late(self, steps: int | Denoising) -> int:
        """The first of these denoising steps (from 0) with the late strength.

        The nearest step to the switch (`Denoising.before`). The last step always has the late strength: with
        a single step, that one alone draws.
        """
        taken = Denoising(steps) if isinstance(steps, int) else steps
        return min(taken.before(self.switch), taken.steps - 1)

    def until(self, steps: int | Denoising) -> int:
        """How many of these denoising steps have the early strength: all of a constant one."""
        if self.is_constant:
            return steps if isinstance(steps, int) else steps.steps
        return self.first_late(steps)

    def strength(self, step: int, steps: int | Denoising) -> float:
        """Eq. G13: the strength of a denoising step (from 0) of these."""
        return self.late if step >= self.first_late(steps) else self.early

    def times(self, strength: float) -> "Recipe":
        """The recipe with both strengths multiplied, at most 2."""
        early, late = (min(each * strength, STRONGEST) for each in (self.early, self.late))
        return Recipe(early, late, self.switch)

    @property
    def words(self) -> str:
        """What a person reads beside a picture; empty for a LoRA as trained."""
        return "" if self.is_as_trained else self.in_words("LoRA")

    @property
    def brief(self) -> str:
        """How a round is called with it: "full strength", "strength 0.4 for 70% of steps, then 1"."""
        return "full strength" if self.is_as_trained else self._spoken

    def in_words(self, part: str) -> str:
        """The strengths of this part of a model, in words."""
        return f"without the {part}" if self == WITHOUT else f"{part} {self._spoken}"

    @property
    def _spoken(self) -> str:
        """How strengths are told everywhere: "strength 0.7", "strength 0.4 for 70% of steps, then 1"."""
        if self.is_constant:
            return f"strength {self.late:.3g}"
        percent = round(100 * self.switch)
        share = "all but the last step" if percent == 100 else f"{percent}% of steps"
        return f"strength {self.early:.3g} for {share}, then {self.late:.3g}"


AS_TRAINED = Recipe()
"""The LoRA as trained, in all steps."""
WITHOUT = Recipe.constant(0.0)
"""The base model alone."""
StoredRecipe = Annotated[
    Recipe,
    Column("REAL NOT NULL DEFAULT 1.0", "strength", "late"),
    Column("REAL NOT NULL DEFAULT 1.0", "early_strength", "early"),
    Column("REAL NOT NULL DEFAULT 0.0", "switch", "switch"),
]
"""A recipe that is stored in three columns."""
