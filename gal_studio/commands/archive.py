"""`gal-studio export-project` and `import-project`: a whole project as one file."""

from pathlib import Path

from gal_studio.commands.stored import existing_workspace, find_project
from gal_studio.state import Store
from gal_studio.studio import Studio


def export_archive(workspace: Path, project: str | None, out: Path) -> str:
    """Write a project's archive; the line that says so."""
    with existing_workspace(workspace) as store:
        found = find_project(store, project)
        path = Studio(store).export_project(found.id, out)
    return f"{found.name} is written to {path} ({_megabytes(path)})."


def import_archive(workspace: Path, path: Path) -> str:
    """Take an archive into a workspace, which is made when it is not there; the line that says so."""
    with Store(workspace) as store:
        studio = Studio(store)
        project = studio.project(studio.import_project(path))
        count = len(studio.rounds(project.id))
    rounds = "1 round" if count == 1 else f"{count} rounds"
    return f"{project.name} is imported as project {project.id}, with {rounds}."


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:.1f} MB"
