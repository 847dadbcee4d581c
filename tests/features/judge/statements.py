"""What `tests/ui/test_statements.py` asks of judging LoRAs."""

from typing import Any

from gal_studio.studio import Studio

LIMITS: dict[str, int] = {}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {}
UNCOUNTED_VERBS = {"judge": "makes a project", "judged": "goes through a whole project, for the command"}
OTHER: dict[str, dict[str, str]] = {}
REFUSED: dict[str, str] = {}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name: none."""
    return {}
