"""What `tests/ui/test_statements.py` asks of other trainings."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {"ask_trainings": 9}
VERB_LIMITS = {"trainings_are_compared": (2, ("round",))}
UNCOUNTED_VERBS = {"ask_trainings": "is its request's"}
OTHER: dict[str, dict[str, str]] = {}
REFUSED: dict[str, str] = {}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name: none."""
    return {}
