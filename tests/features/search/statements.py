"""What `tests/ui/test_statements.py` asks of the search."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {"search": 6, "more_like": 4}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {}
UNCOUNTED_VERBS = dict.fromkeys(LIMITS, "is its request's")
OTHER = {"search": {"within": "round"}, "more_like": {"image": "candidate"}}
REFUSED = dict.fromkeys(LIMITS, "There is nothing to search yet")


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name."""
    return {"words": "koala"}
