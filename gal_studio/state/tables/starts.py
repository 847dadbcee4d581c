"""LoRAs from elsewhere that projects start from."""

from gal_studio.core.snapshot import Start as Start
from gal_studio.state.database.connection import Database


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
