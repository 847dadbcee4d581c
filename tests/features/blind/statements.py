"""What `tests/ui/test_statements.py` asks of blind pairs: its second round is measured alone."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {"compare_blind": 15, "choose_blind": 20, "undo_blind": 20}
VERB_LIMITS: dict[str, tuple[int, tuple[str, ...]]] = {}
UNCOUNTED_VERBS = dict.fromkeys(("compare_blind", "choose_blind", "undo_blind"), "is its request's")
OTHER = {"choose_blind": {"left": "no_picture", "right": "no_picture"}, "compare_blind": {"seed": "number"}}
REFUSED = {"choose_blind": "These two images are no pair of the benchmark"}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name."""
    return {"no_picture": "0" * 16, "number": 7, "chosen": "left"}
