"""Point projects to a local model that has moved, once its files are found to be the same."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.rounds.local_models import LocalModel, used_models
from gal_studio.state import Store
from gal_studio.state.files.answering import check_answers
from gal_studio.state.files.model_hashes import ModelFolder
from gal_studio.state.files.paths import user_path


@dataclass(frozen=True)
class Located:
    """Where a model lies now, and the names of the projects that were pointed to it.

    It was not `compared` if none of them has used it yet.
    """

    place: str
    projects: tuple[str, ...]
    compared: bool


@dataclass(frozen=True)
class _Use:
    """A project with a local model that may lie elsewhere."""

    project: Project
    model: LocalModel


def locate(store: Store, old: str, new: Path, project_id: str | None = None) -> Located:
    """See `gal_studio.studio.verbs.projects.ProjectVerbs.locate_model`."""
    if not str(new).strip():
        raise StudioError("The new place is empty: give the folder of the model, or its file.")
    place, uses = user_path(new).absolute(), _uses(store, old.strip())
    wanted = [use for use in uses if project_id in (None, use.project.id)]
    if not wanted:
        raise StudioError(_no_such(store, old, project_id))
    check_answers(place)
    if not os.path.exists(place):
        raise StudioError(missing(place, "file or folder"))
    folder, compared = ModelFolder(place), False
    for use in wanted:
        known = store.model_locations.hashes(use.project.id, use.model.path)
        if known is None and use.model.path.endswith(".safetensors") != place.is_file():
            was = "file" if place.is_dir() else "folder"
            raise StudioError(f"{place} is not a {was}, but {use.model.path} was: give the model's {was}.")
        if known is not None and (difference := folder.difference(known)):
            raise StudioError(
                f"{place} is not the {use.model.role} that {use.project.name} was made with: {difference}."
            )
        compared = compared or known is not None
    with store.database.transaction():
        pointed = wanted if project_id is None else [*wanted, *_alike(store, uses, wanted)]
        for use in pointed:
            store.model_locations.set(use.project.id, use.model.path, str(place))
    return Located(str(place), tuple(use.project.name for use in pointed), compared)


def _uses(store: Store, old: str) -> list[_Use]:
    """The projects whose models have this path, or lie there now; a folder may be written with a slash."""
    names = {old, old.rstrip("/\\"), str(user_path(old).absolute())} - {""}
    return [use for use in _all_uses(store) if {use.model.path, use.model.place} & names]


def _all_uses(store: Store) -> Iterator[_Use]:
    for project in store.projects.all():
        for model in used_models(store, project.id):
            yield _Use(project, model)


def _alike(store: Store, uses: list[_Use], wanted: list[_Use]) -> list[_Use]:
    """Other projects that used the same files at the same path."""
    known = {use.model.path: store.model_locations.hashes(use.project.id, use.model.path) for use in wanted}
    mine = {use.project.id for use in wanted}
    return [
        use
        for use in uses
        if use.project.id not in mine
        and (hashes := store.model_locations.hashes(use.project.id, use.model.path)) is not None
        and hashes == known.get(use.model.path)
    ]


def _no_such(store: Store, old: str, project_id: str | None) -> str:
    found = sorted({use.model.place for use in _all_uses(store) if project_id in (None, use.project.id)})
    if not found:
        return f"No project uses {old}: all models are of the Hugging Face hub or bundled."
    return f"No project uses {old}: the local models are {', '.join(found)}."
