"""What `tests/ui/test_statements.py` asks of refinements: the first round has one."""

from typing import Any

from gal_studio.studio import Studio

LIMITS = {
    "before_refinement": 5, "pair": 4, "before_after": 17, "make_pairs": 23, "refine": 16,
    "run_refinement": 25, "paint": 3, "undo_painting": 1, "redo_painting": 1, "next_rule": 15,
}  # fmt: skip
VERB_LIMITS = {
    "refinement_view": (18, ("refinement",)),
    "repeated_refinement": (12, ("round",)),
}
UNCOUNTED_VERBS = dict.fromkeys(("paint", "run_refinement"), "is its request's")
OTHER = {name: {"round": "refinement"} for name in ("refine", "undo_painting", "redo_painting")}
REFUSED: dict[str, str] = {}


def given(studio: Studio, round_id: str) -> dict[str, Any]:
    """What their parameters name."""
    store = studio.store
    rounds = store.rounds.of_project(store.rounds.get(round_id).project_id)
    pair = next(pair for one in rounds for pair in store.refinements.pairs(one.id))
    return {"pair": pair.id, "rule": "repeat"}
