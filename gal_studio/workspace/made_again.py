"""Rows that a repair can do without, since they are made again."""

from collections.abc import Mapping

from gal_studio.state.database.tables import Table
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
    "sibling_pictures": "nothing else depends on them",
    "exports": "Export makes these files again",
    "pair_regions": "the next refinement finds the subjects of these pairs again",
    "patch_maps": "they are made again when they are shown",
    "measurements": "the next refinement measures again",
    "test_pictures": "Measure generates and measures them again",
    "foregrounds": "the foregrounds are searched again",
    "seen_pictures": "they are made again when their images are uploaded",
    "job_moves": "the history of jobs has gaps",
    "job_progress": "the speed of a job is estimated again",
    "jobs": "these jobs are removed from the list; press their button again",
    "answers": "nothing else depends on them",
}
"""Tables whose damaged rows are deleted, and what follows."""
_OF_JOBS = "DELETE FROM {0} WHERE job_id IN (SELECT id FROM jobs WHERE rowid = ?)"


def leave_out_damaged(store: Store, table: Table) -> None:
    """Delete the damaged rows of a table that is made again."""
    with store.database.transaction() as writer:
        for rowid in {rowid for rowid, _ in damaged_rows(store, table)}:
            for beside in ("job_moves", "job_progress") if table.name == "jobs" else ():
                writer.execute(_OF_JOBS.format(beside), (rowid,))
            writer.execute(f"DELETE FROM {table.name} WHERE rowid = ?", (rowid,))
        if table.name == "project_versions":
            writer.execute(COMPLETE)
