"""The local models that a project or a job uses, and whether they are where they were last."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core.jobs.kinds import describe_job
from gal_studio.core.models.locations import local_paths
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import shown_rounds
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.files.answering import answers


@dataclass(frozen=True)
class LocalModel:
    """A model on this computer: what it is for, the path in its name, and where it lies.

    It is `here` if there is anything at its place, whose disk answers.
    """

    role: str
    path: str
    place: str
    here: bool


def used_models(store: Store, project_id: str, job: Job | None = None) -> tuple[LocalModel, ...]:
    """The local models that a project's settings or shown rounds name, each path once.

    With a job, those that it loads: of the settings of its round, an image adapter only for a round without
    training.
    """
    project, locations = store.projects.get(project_id), store.model_locations.of_project(project_id)
    if job is None:
        rounds = shown_rounds(store.rounds.of_project(project_id))
        settings = [project.settings, *(round_.settings for round_ in rounds)]
        named = [one for each in settings for one in _paths(project, each)]
    elif describe_job(job.kind).loads_models:
        round_ = store.rounds.get(job.round_id)
        named = list(_paths(project, round_.settings, round_.variant.with_references))
    else:
        named = []
    roles = dict[str, str]()
    for role, path in named:
        roles.setdefault(path, role)
    return tuple(_at(role, path, locations.get(path, path)) for path, role in roles.items())


def _at(role: str, path: str, place: str) -> LocalModel:
    return LocalModel(role, path, place, answers(Path(place)) and Path(place).exists())


def _paths(project: Project, settings: Settings, with_adapter: bool = True) -> Iterator[tuple[str, str]]:
    names = (
        ("base model", project.base_model),
        ("CLIP", project.clip_model),
        ("vision model", settings.refine.vision_model),
        ("fast model", settings.generation.fast_model.strip()),
        ("speed LoRA", settings.generation.speed_lora.strip()),
    )
    for role, name in names:
        for path in local_paths(name):
            yield role, path
    if with_adapter:
        for path in local_paths(settings.references.adapter.strip(), is_adapter=True):
            yield "image adapter", path


def lost_sentence(model: LocalModel) -> str:
    """What to do about a model that is not at its place."""
    return (
        f"The {model.role} {model.place} is not on this computer, or has moved: press Locate model, or run "
        "gal-studio locate-model OLD NEW, and give its new place."
    )
