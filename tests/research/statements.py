"""How many statements the requests and verbs of replays send (`tests/ui/test_statements.py`)."""

from collections.abc import Mapping
from typing import Any

from gal_studio.studio import Studio

LIMITS: dict[str, int] = {"replay": 99, "continue_replay": 2, "stop_replay": 15}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {"replays": (1, ("project",))}
UNCOUNTED_VERBS = {
    **dict.fromkeys((*LIMITS, "replay_through"), "is its request's"),
    "replay_view": "only of a replay, which the numbers of replays are about",
}
OTHER: dict[str, Mapping[str, str]] = {}
REFUSED: dict[str, str] = {"continue_replay": "Watercolour cat is not a replay"}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """They name nothing else."""
    return {}
