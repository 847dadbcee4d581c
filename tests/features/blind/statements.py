"""What `tests/ui/test_statements.py` asks of blind pairs: its second round is measured alone."""

from typing import Any

from gal_studio.studio import Studio

OTHER = {"choose_blind": {"left": "no_picture", "right": "no_picture"}, "compare_blind": {"seed": "number"}}
REFUSED = {"choose_blind"}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """What their parameters name."""
    return {"no_picture": "0" * 16, "number": 7, "chosen": "left"}
