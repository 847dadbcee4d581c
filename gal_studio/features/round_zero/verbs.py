"""Make a Round 0, drawn with the references before any training."""

from collections.abc import Mapping
from typing import Any

from gal_studio.assets import drawn_with
from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import Round
from gal_studio.core.settings import MOST_DRAWN_WITH, Settings
from gal_studio.core.types import Job
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.studio.studio import Studio, begins, verb
from gal_studio.studio.verbs.base import by_hand


def begins_without_training(store: Store, project_id: str) -> bool:
    """Whether the project's own settings ask for a Round 0."""
    return bool(store.projects.get(project_id).settings.references.adapter.strip())


@begins
def begin(studio: Studio, project_id: str) -> bool:
    """Generate a Round 0 at first where the settings ask for one."""
    if asked := begins_without_training(studio.store, project_id):
        instant_round(studio, project_id)
    return asked


@verb
@by_hand("projects")
def instant_round(studio: Studio, project_id: str, references: Mapping[str, Any] | None = None) -> Job:
    """Queue the pictures of an instant round, which the job names; one with these settings is used again.

    `references` are settings of the project that change with it; a bundled model draws with its own image
    adapter where none is named. A first round in which nothing was done yet comes after it. If it is
    refused, nothing changes.
    """
    store = studio.store
    with store.database.transaction():
        changes = dict(references or {})
        if not begins_without_training(store, project_id):
            project = store.projects.get(project_id)
            adapter = drawn_with(project.settings.references, project.base_model)
            changes.setdefault("adapter", adapter)
        if changes:
            studio.change_settings(project_id, {"references": changes})
        project = store.projects.get(project_id)
        lineage.refuse_without_references(project, "Round 0")
        given = len(store.projects.references(project_id))
        if not begins_without_training(store, project_id):
            raise StudioError(
                f"{project.name} has no image adapter: name one in its settings, a folder or a Hugging "
                "Face ID such as h94/IP-Adapter, or native for FLUX.2 klein."
            )
        if given > MOST_DRAWN_WITH:
            raise StudioError(
                f"{project.name} has {given} references, and an image can use at most "
                f"{MOST_DRAWN_WITH}: start a project with the best of them, or train a round."
            )
        there = _the_same(store, project_id, project.settings)
        if there is None:
            there = store.rounds.add(project_id, None, project.settings, "instant")
            for round_ in _untouched(store, project_id):
                store.rounds.put_below(round_.id, there.id)
        return studio.generate(there.id)


def _the_same(store: Store, project_id: str, settings: Settings) -> Round | None:
    shown = [each for each in store.snapshots.outline(project_id).shown if each.variant.with_references]
    same = (each.round for each in shown if each.settings.references == settings.references)
    return next(same, None)


def _untouched(store: Store, project_id: str) -> list[Round]:
    """The first rounds that have nothing: no training, pictures, jobs or next rounds."""
    rounds = store.rounds.of_project(project_id)
    begun = {job.round_id for job in store.jobs.of_project(project_id)} | {each.parent_id for each in rounds}
    return [
        each
        for each in rounds
        if each.parent_id is None
        and each.variant.tunes
        and each.adapter is None
        and each.id not in begun
        and not store.candidates.count(each.id)
    ]
