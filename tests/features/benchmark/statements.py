"""What `tests/ui/test_statements.py` asks of the benchmark, on which the second round is measured."""

from typing import Any

from gal_studio.studio import Studio

OTHER = {"change_test_set": {"prompts": "held_out"}, "measure": {"round": "unmeasured"}}


def given(studio: Studio, round_id: str) -> dict[str, Any]:
    """What their parameters name."""
    parent = studio.store.rounds.get(round_id).parent_id
    held_out = ["A horse in watercolor painting style"]
    return {"unmeasured": parent, "held_out": held_out, "when": "always", "seeds": 2}
