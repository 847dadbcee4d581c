"""What `tests/ui/test_statements.py` asks of refinements: the first round has one."""

from typing import Any

from gal_studio.studio import Studio

OTHER = {name: {"round": "refinement"} for name in ("refine", "undo_painting", "redo_painting")}


def given(studio: Studio, round_id: str) -> dict[str, Any]:
    """What their parameters name."""
    store = studio.store
    rounds = store.rounds.of_project(store.rounds.get(round_id).project_id)
    pair = next(pair for one in rounds for pair in store.refinements.pairs(one.id))
    return {"pair": pair.id, "rule": "repeat"}
