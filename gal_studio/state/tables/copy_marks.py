"""How far a person's marks move the chance of a copy in a whole project (Eq. G16)."""

from gal_studio.core.copy_chance import shift_by_marks
from gal_studio.core.types import CHANCE
from gal_studio.state.database.connection import Database


def copy_shift(database: Database, project_id: str) -> float:
    """The shift by all marked pictures of the project whose chance is known."""
    rows = database.rows(
        "SELECT score, marked_copy FROM candidates "
        "JOIN candidate_scores ON candidate_id = candidates.id AND name = ? "
        "JOIN rounds ON rounds.id = candidates.round_id "
        "WHERE marked_copy IS NOT NULL AND rounds.project_id = ? ORDER BY candidates.id",
        (CHANCE, project_id),
    )
    return shift_by_marks((float(row["score"]), bool(row["marked_copy"])) for row in rows)
