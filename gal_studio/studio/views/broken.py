"""Projects that cannot be shown: listed, so that one of them never hides the others."""

import logging
import weakref
from collections.abc import MutableMapping
from dataclasses import dataclass

from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.records.project import ProjectView
from gal_studio.state import Store
from gal_studio.state.files.errors import DiskError, GoneError
from gal_studio.state.files.inside import checked_id
from gal_studio.studio.views.round import project_view
from gal_studio.workspace.read_project import damaged_values

_log = logging.getLogger(__name__)
_views: MutableMapping[Store, dict[str, tuple[int, ProjectView]]] = weakref.WeakKeyDictionary()
"""The view of each project that was shown last, with the version of the project."""


@dataclass(frozen=True)
class BrokenProject:
    """A project of which only the name can be shown, and why."""

    id: str
    name: str
    problem: str
    archived: bool


def shown_projects(store: Store) -> tuple[tuple[ProjectView, ...], tuple[BrokenProject, ...]]:
    """The projects that can be shown and those that cannot, each the newest first.

    A view is made again where its project was written to since.
    """
    shown, broken = [], []
    versions, before = store.projects.versions(), _views.get(store, {})
    views = {name: one for name, one in before.items() if versions.get(name) == one[0]}
    for project_id, name in store.projects.names().items():
        try:
            if project_id not in views:
                views[project_id] = versions.get(project_id, -1), _view(store, project_id)
            shown.append(views[project_id][1])
        except (DiskError, GoneError):  # nothing is wrong with the project
            raise
        except Exception as error:
            archived = project_id in store.projects.archived()
            broken.append(BrokenProject(project_id, name, what_is_broken(project_id, error), archived))
    if not store.database.is_writing:  # versions that are undone come again
        _views[store] = views
    return tuple(shown), tuple(broken)


def _view(store: Store, project_id: str) -> ProjectView:
    checked_id(project_id)
    project = store.snapshots.outline(project_id)
    for here in project.rounds:
        checked_id(here.id)
        _ = here.settings
    return project_view(project, store.projects.references(project_id))


def what_is_broken(project_id: str, error: Exception) -> str:
    """The sentence about a project that cannot be shown because of this error.

    The error goes to the log, with its traceback unless it says itself what is wrong.
    """
    is_told = isinstance(error, StudioError)
    line = first_line(error)
    _log.warning("the project %s cannot be shown: %s", project_id, line, exc_info=None if is_told else error)
    why = f" ({line.rstrip('.')})" if is_told else ""
    return (
        f"Some of its stored data cannot be read{why}: export it as it is, "
        "archive it, or run gal-studio doctor on the workspace."
    )


def what_is_damaged(store: Store) -> str:
    """A sentence about the first project with damaged values, for whatever fails because of them; or ""."""
    told = "run gal-studio doctor on the workspace."
    for project_id, name in store.projects.names().items():
        for problem in damaged_values(store, project_id):
            return f"Stored data of the project {name!r} are damaged ({problem.rstrip('.')}): {told}"
    if store.database.rows("PRAGMA foreign_key_check"):
        return f"Some stored rows refer to missing rows: {told}"
    return ""
