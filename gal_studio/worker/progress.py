"""What a job says while it runs."""

from dataclasses import dataclass
from typing import Literal

Phase = Literal[
    "loading",
    "class_images",
    "encode",
    "fine_tune",
    "draw",
    "project",
    "foregrounds",
    "pairs",
    "maps",
    "refine",
    "measure",
]


@dataclass(frozen=True)
class Progress:
    """A job is `done` of `total` in this phase; `done` may count parts of a picture."""

    phase: Phase
    done: float
    total: int
    message: str = ""
