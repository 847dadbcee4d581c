"""What needs no training: Round 0, drawn with the references, and LoRAs from elsewhere."""

from collections.abc import Mapping
from typing import Any

from gal_studio.assets import drawn_with
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.settings import MOST_DRAWN_WITH, Settings
from gal_studio.core.types import Job, Round
from gal_studio.rounds import lineage
from gal_studio.studio.verbs.base import by_hand
from gal_studio.studio.verbs.projects import ProjectVerbs
from gal_studio.studio.verbs.training import TrainingVerbs


class InstantVerbs(ProjectVerbs, TrainingVerbs):
    """Rounds that need no training. Each LoRA from elsewhere is one, all on the same prompts and seeds."""

    def begins_without_training(self, project_id: str) -> bool:
        """Whether the project's own settings ask for a Round 0."""
        return bool(self.store.projects.get(project_id).settings.references.adapter.strip())

    @by_hand("projects")
    def instant_round(self, project_id: str, references: Mapping[str, Any] | None = None) -> Job:
        """Queue the pictures of an instant round, which the job names; one with these settings is used again.

        `references` are settings of the project that change with it; a bundled model draws with its own image
        adapter where none is named. A first round in which nothing was done yet comes after it. If it is
        refused, nothing changes.
        """
        with self.store.database.transaction():
            changes = dict(references or {})
            if not self.begins_without_training(project_id):
                project = self.store.projects.get(project_id)
                adapter = drawn_with(project.settings.references, project.base_model)
                changes.setdefault("adapter", adapter)
            if changes:
                self.change_settings(project_id, {"references": changes})
            project = self.store.projects.get(project_id)
            lineage.refuse_without_references(project, "Round 0")
            given = len(self.store.projects.references(project_id))
            if not self.begins_without_training(project_id):
                raise StudioError(
                    f"{project.name} has no image adapter: name one in its settings, a folder or a Hugging "
                    "Face ID such as h94/IP-Adapter, or native for FLUX.2 klein."
                )
            if given > MOST_DRAWN_WITH:
                raise StudioError(
                    f"{project.name} has {given} references, and an image can use at most "
                    f"{MOST_DRAWN_WITH}: start a project with the best of them, or train a round."
                )
            there = self._the_same(project_id, project.settings)
            if there is None:
                there = self.store.rounds.add(project_id, None, project.settings, "instant")
                for round_ in self._untouched(project_id):
                    self.store.rounds.put_below(round_.id, there.id)
            return self.generate(there.id)

    def run_given(self, project_id: str) -> None:
        """Queue what the LoRAs from elsewhere lack that a project began with."""
        busy = {job.round_id for job in self.store.jobs.of_project(project_id) if job.state in ACTIVE}
        for round_ in self.store.rounds.of_project(project_id):
            if round_.source and round_.id not in busy and not self.store.candidates.count(round_.id):
                self.run_missing(round_.id)

    def _the_same(self, project_id: str, settings: Settings) -> Round | None:
        rounds = self.store.rounds
        shown = [each for each in rounds.shown(project_id) if each.variant.with_references]
        same = (each for each in shown if rounds.settings(each.id).references == settings.references)
        return next(same, None)

    def _untouched(self, project_id: str) -> list[Round]:
        """The first rounds that have nothing: no training, pictures, jobs or next rounds."""
        worked_on = {job.round_id for job in self.store.jobs.of_project(project_id)}
        return [
            each
            for each in self.store.rounds.of_project(project_id)
            if each.parent_id is None
            and each.variant.tunes
            and each.adapter is None
            and each.id not in worked_on
            and not self.store.candidates.count(each.id)
            and not self.store.rounds.children(each.id)
        ]
