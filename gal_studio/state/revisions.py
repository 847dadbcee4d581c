"""Which commit of each hub model a project uses: noted at the first use, the same ever after."""

from collections import UserDict

from gal_studio.state.database.connection import Database


class ProjectRevisions(UserDict[str, str]):
    """The commit of each hub model by its name, `owner/name`; what is set is stored at once."""

    def __init__(self, database: Database, project_id: str) -> None:
        super().__init__()
        self._database, self._project_id = database, project_id
        rows = database.rows("SELECT model, revision FROM project_models WHERE project_id = ?", (project_id,))
        self.data = {row["model"]: row["revision"] for row in rows}

    def __setitem__(self, model: str, revision: str) -> None:
        self._database.write(
            "INSERT OR REPLACE INTO project_models VALUES (?, ?, ?)", (self._project_id, model, revision)
        )
        super().__setitem__(model, revision)
