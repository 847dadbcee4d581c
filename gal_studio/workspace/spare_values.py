"""Stored values that a repair can do without: they are made again, or something usual takes their place."""

from collections.abc import Iterator, Mapping

from gal_studio.state.database.tables import Column, Table
from gal_studio.state.database.versions import COMPLETE
from gal_studio.state.store import Store
from gal_studio.workspace.read_project import damaged_rows

MADE_AGAIN: Mapping[str, str] = {
    "project_versions": "the project counts its changes again",
    "class_images": "the next training generates them again",
    "model_hashes": "the next job reads the model's files again",
    "model_places": "the model is looked for at the path in its name",
    "vision_limits": "the next refinement measures them again",
    "round_seconds": "these times are not shown",
    "losses": "the loss curve has gaps",
    "training_images": "these previews are gone",
    "validations": "the next training validates again",
    "kept_steps": "the LoRAs of these steps are gone; those of the rounds are not",
    "reference_places": "the next map places the references again",
    "candidate_tags": "these images are found without these tags",
    "findings": "their jobs find them again",
    "asked_pictures": "images that were asked for can be asked for again",
    "candidate_scores": "images without these scores are judged by the others",
    "sibling_pictures": "Compare runs generates them again",
    "exports": "Export makes these files again",
    "pair_regions": "the next refinement finds the subjects of these pairs again",
    "patch_maps": "they are made again when they are shown",
    "measurements": "the next refinement measures again",
    "test_pictures": "Measure generates and measures them again",
    "foregrounds": "the foregrounds are searched again",
    "seen_pictures": "they are made again when their images are uploaded",
    "job_moves": "the history of jobs has gaps",
    "job_progress": "the speed of a job is estimated again",
    "jobs": "these jobs are off the list; press their button again",
    "answers": "nothing else depends on them",
}
"""Tables whose damaged rows are deleted, and what follows."""
DRAWN_AGAIN: Mapping[str, tuple[str, str]] = {
    "candidates": (
        """UPDATE candidates SET image = '', seed = 0, similarity_anchor = 0.0, similarity_reference = 0.0,
    remark = '', strength = 1.0, early_strength = 1.0, switch = 0.0, feature = zeroblob((
        SELECT length(feature) FROM candidates AS other WHERE other.round_id = candidates.round_id
        GROUP BY length(feature) ORDER BY COUNT(*) DESC LIMIT 1))""",
        "own = 0",
    ),
    "trials": (
        "UPDATE trials SET image = NULL, feature = NULL, scores = '{}', remark = '', trouble = ''",
        "candidate_id IS NULL",
    ),
}
"""SQL by table, and for which rows: images are generated and scored again under their IDs and verdicts."""
_IN_PLACE: Mapping[tuple[str, str], str] = {
    ("projects", "name"): "'Project ' || substr(id, 1, 8)",
    ("projects", "origin"): "NULL",
    ("rounds", "title"): "''",
    ("rounds", "starred"): "0",
    ("rounds", "archived"): "0",
    ("rounds", "unet_forwards"): "0",
    ("candidates", "x"): "NULL",
    ("candidates", "y"): "NULL",
    ("candidates", "remark"): "''",
    ("trials", "negative"): "''",
    ("trials", "step"): "NULL",
    ("trials", "lora"): "''",
    ("trials", "trouble"): "''",
    ("trials", "remark"): "''",
    ("trials", "scores"): "'{}'",
}
"""SQL for what takes the place of a damaged value."""
_BY_NAME: Mapping[str, str] = {
    "created": "0.0",
    "time": "0.0",
    "position": "rowid + 1000000",
    "author": "'human'",
}
_OF_JOBS = "DELETE FROM {0} WHERE job_id IN (SELECT id FROM jobs WHERE rowid = ?)"


def is_spare(table: Table, column: Column) -> bool:
    """Whether a repair can do without a damaged value of this column."""
    return table.name in MADE_AGAIN or _substitute(table.name, column.name) is not None


def consequence(table: str, column: str) -> str:
    """What follows when the damaged values of a column are gone."""
    return MADE_AGAIN.get(table, f"something usual is in their place as {column}")


def substitutes(table: Table) -> Iterator[tuple[str, str]]:
    """The columns of a table with the SQL of what a repair puts in the place of a damaged value."""
    for column in table.columns:
        if (put := _substitute(table.name, column.name)) is not None:
            yield column.name, put


def repair_values(store: Store, table: Table) -> None:
    """Delete the damaged rows of a table that is made again, or put something in the place of the values."""
    with store.database.transaction() as writer:
        for rowid, column in tuple(damaged_rows(store, table)):
            if table.name in MADE_AGAIN:
                for beside in ("job_moves", "job_progress") if table.name == "jobs" else ():
                    writer.execute(_OF_JOBS.format(beside), (rowid,))
                writer.execute(f"DELETE FROM {table.name} WHERE rowid = ?", (rowid,))
                if table.name == "project_versions":
                    writer.execute(COMPLETE)
            elif (put := _substitute(table.name, column.name)) is not None:
                writer.execute(f"UPDATE {table.name} SET {column.name} = {put} WHERE rowid = ?", (rowid,))


def _substitute(table: str, column: str) -> str | None:
    return _IN_PLACE.get((table, column), _BY_NAME.get(column))
