"""What `tests/ui/test_statements.py` asks of image adapters of one's own."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {"refine_adapter": 3}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {}
UNCOUNTED_VERBS = {"refine_adapter": "is its request's", "own_adapters": "reads files"}
OTHER: dict[str, dict[str, str]] = {}
REFUSED = {"refine_adapter": "An image adapter is refined from a Round 0"}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name."""
    return {"subjects": "cats", "names": ["a cat"], "title": "Cats"}
