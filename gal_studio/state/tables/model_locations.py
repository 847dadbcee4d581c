"""The local models of projects: the hashes of their files, and where those lie that moved."""

from dataclasses import astuple

from gal_studio.core import strict_json
from gal_studio.state.database.connection import Repository
from gal_studio.state.files.model_hashes import FileHash, Hashes


class ModelLocations(Repository):
    """Reads and writes both by the path that is in a model's name."""

    def of_project(self, project_id: str) -> dict[str, str]:
        """Where the models of a project lie that moved, by their paths."""
        rows = self._database.rows("SELECT path, place FROM model_places WHERE project_id = ?", (project_id,))
        return {row["path"]: row["place"] for row in rows}

    def set(self, project_id: str, path: str, place: str) -> None:
        """Say where a model lies now; it may have come back to its path."""
        model = {"project_id": project_id, "path": path}
        with self._database.transaction():
            self._database.delete("model_places", **model)
            if place != path:
                self._database.insert("model_places", {**model, "place": place})

    def hashes(self, project_id: str, path: str) -> Hashes | None:
        """The hashes of a model's files, as the project first used it; None before that."""
        row = self._database.row(
            "SELECT files FROM model_hashes WHERE project_id = ? AND path = ?", (project_id, path)
        )
        return None if row is None else _read(row["files"])

    def newest(self, path: str) -> tuple[Hashes, float] | None:
        """What any project last kept of a model at this path, and when."""
        row = self._database.row(
            "SELECT files, time FROM model_hashes WHERE path = ? ORDER BY rowid DESC LIMIT 1", (path,)
        )
        return None if row is None else (_read(row["files"]), float(row["time"]))

    def keep(self, project_id: str, path: str, hashes: Hashes) -> None:
        """Store the hashes of a model that the project uses for the first time."""
        files = strict_json.dumps({name: list(astuple(one)) for name, one in hashes.items()})
        row = {"project_id": project_id, "path": path, "files": files, "time": self._clock()}
        self._database.insert("model_hashes", row, instead="ignore")

    def copy(self, source_id: str, project_id: str) -> None:
        """Let a project that is made of another one know the same models."""
        with self._database.transaction() as writer:
            for table, columns in (("model_places", "place"), ("model_hashes", "files, time")):
                rows = f"SELECT ?, path, {columns} FROM {table} WHERE project_id = ?"
                writer.execute(f"INSERT OR IGNORE INTO {table} {rows}", (project_id, source_id))


def _read(files: str) -> Hashes:
    found = strict_json.stored_object(files).items()
    return {name: FileHash(int(size), str(sha256)) for name, (size, sha256) in found}
