"""What `tests/ui/test_statements.py` asks of Round 0."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {"instant_round": 21}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {}
UNCOUNTED_VERBS = {"instant_round": "is its request's"}
OTHER: dict[str, dict[str, str]] = {}
REFUSED = {"instant_round": "Watercolour cat has no image adapter"}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What its parameters name: nothing of its own."""
    return {}
