"""The plan of the finished project: its settings, and what was chosen by eye in each round."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

PLAN = Path(__file__).with_name("plan.json")
Choice = tuple[str, int]
"""An image of a round: what its prompt asks for, such as `A koala`, and its number among the prompt's."""


@dataclass(frozen=True)
class PlannedRound:
    """A round: the place of the one before it in the plan, and what is changed of the project's settings.

    `accepted` and `copies` were chosen by eye; None while nobody has looked at the round yet. One that is not
    `measured` is left for whoever opens the project to measure.
    """

    name: str
    after: int | None
    changes: Mapping[str, Any] = field(default_factory=dict)
    accepted: Sequence[Choice] | None = None
    copies: Sequence[Choice] = ()
    measured: bool = True


@dataclass(frozen=True)
class Plan:
    """The project. `benchmark` are templates of held-out prompts, each drawn with `seeds` seeds."""

    name: str
    seed: int
    changes: Mapping[str, Any]
    test_prompts: Sequence[str]
    benchmark: Sequence[str]
    seeds: int
    rounds: Sequence[PlannedRound]

    @classmethod
    def read(cls, path: Path = PLAN) -> Self:
        """Read a plan; a round comes after those that it is made of."""
        table = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**table, "rounds": tuple(PlannedRound(**one) for one in table["rounds"])})
