"""The local models of a project: which there are, and whether they are where they were last."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core.models.places import local_paths
from gal_studio.core.settings import Settings
from gal_studio.core.snapshot import Project
from gal_studio.state import Store


@dataclass(frozen=True)
class LocalModel:
    """A model on this computer: what it is for, the path in its name, and where it lies."""

    role: str
    path: str
    place: str

    @property
    def is_here(self) -> bool:
        """Whether there is anything at its place."""
        return Path(self.place).exists()


def local_models(store: Store, project: Project, settings: Settings) -> tuple[LocalModel, ...]:
    """The local models of a project with these settings, each path once."""
    places, found = store.places.of_project(project.id), dict[str, LocalModel]()
    for role, path in _paths(project, settings):
        found.setdefault(path, LocalModel(role, path, places.get(path, path)))
    return tuple(found.values())


def _paths(project: Project, settings: Settings) -> Iterator[tuple[str, str]]:
    names = (
        ("base model", project.base_model, False),
        ("CLIP", project.clip_model, False),
        ("vision model", settings.refine.vision_model, False),
        ("image adapter", settings.references.adapter.strip(), True),
    )
    for role, name, is_adapter in names:
        for path in local_paths(name, is_adapter):
            yield role, path


def lost_sentence(model: LocalModel) -> str:
    """What to do about a model that is not at its place."""
    return (
        f"The {model.role} {model.place} is not on this computer, or has moved: press Locate model, or run "
        "gal-studio locate-model OLD NEW, and give its new place."
    )
