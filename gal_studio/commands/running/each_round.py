"""What a feature does with every round of `demo` and `run`, if it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine
from gal_studio.core import features
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.studio import Studio


@dataclass(frozen=True)
class EachRound:
    """`EACH_ROUND` in the `each_round.py` of a feature.

    `can` says whether it could do something with a round as it stands; `act` does it, and gives the ID of the
    round that it made, None for none. `summary` and `seconds` are those of that round.
    """

    can: Callable[[RoundSnapshot], bool]
    act: Callable[[Studio, LocalWorker, ProgressLine, str], str | None]
    summary: Callable[[Studio, str], dict[str, Any]]
    seconds: Callable[[Studio, str], float]


def each_round() -> EachRound | None:
    """What the features that are there do; None for nothing."""
    return next((file.EACH_ROUND for file in features.modules("each_round")), None)
