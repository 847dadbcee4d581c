"""LoRAs from elsewhere that projects start from."""

from dataclasses import dataclass

from gal_studio.state.database.connection import Database


@dataclass(frozen=True)
class Start:
    """What the trainings of a project start from instead of the base model.

    `source` is the name of the file that was given, `adapter` the hash of the same change in the studio's
    format.
    """

    source: str
    adapter: str


class Starts:
    """Reads and writes what projects start from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_project(self, project_id: str) -> Start | None:
        """What a project starts from; None for its base model."""
        row = self._database.row("SELECT * FROM project_starts WHERE project_id = ?", (project_id,))
        return None if row is None else Start(row["source"], row["adapter"])

    def set(self, project_id: str, start: Start) -> None:
        """Store what a project starts from."""
        self._database.write(
            "INSERT OR REPLACE INTO project_starts VALUES (?, ?, ?)",
            (project_id, start.source, start.adapter),
        )
