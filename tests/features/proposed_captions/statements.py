"""What `tests/ui/test_statements.py` asks of proposed captions."""

from typing import Any

from gal_studio.studio import Studio

LIMITS: dict[str, int] = {}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {}
UNCOUNTED = {"propose_prompt": "asks a server about an uploaded picture"}
UNCOUNTED_VERBS: dict[str, str] = {}
OTHER: dict[str, dict[str, str]] = {}
REFUSED: dict[str, str] = {}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name: none."""
    return {}
