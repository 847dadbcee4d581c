"""What `tests/ui/test_statements.py` asks of exports."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {"exports": 9, "export_round": 19, "destination": 0, "name_program": 2, "put_lora": 6}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {}
UNCOUNTED_VERBS = {"exported": "gives a file", **dict.fromkeys(("exports", "put_lora"), "is its request's")}
OTHER: dict[str, dict[str, str]] = {}
REFUSED = {"put_lora": "This round is not exported"}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name: none."""
    return {}
