"""What needs no training: Round 0, drawn with the references, and LoRAs from elsewhere, which are judged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.assets import drawn_with
from gal_studio.core import checks
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.settings import MOST_DRAWN_WITH, MOST_STEPS, Settings
from gal_studio.core.types import Job, Round
from gal_studio.rounds import lineage
from gal_studio.rounds.replays import refuse_changes_by_hand
from gal_studio.state.files.own_adapters import AdapterPlan, OwnAdapter
from gal_studio.state.files.paths import user_path
from gal_studio.state.images.subjects import check_subjects, checked_names
from gal_studio.studio.create.project import ProjectDraft
from gal_studio.studio.verbs.projects import ProjectVerbs
from gal_studio.studio.verbs.training import TrainingVerbs
from gal_studio.studio.views.judged import JudgedLora, judged_loras

PUBLISHED_STEPS = 30_000


class InstantVerbs(ProjectVerbs, TrainingVerbs):
    """Rounds that need no training. Each LoRA that is judged is one, all on the same prompts and seeds."""

    def begins_without_training(self, project_id: str) -> bool:
        """Whether the project's own settings ask for a Round 0."""
        return bool(self.store.projects.get(project_id).settings.references.adapter.strip())

    def instant_round(self, project_id: str, references: Mapping[str, Any] | None = None) -> Job:
        """Queue the pictures of an instant round, which the job names; one with these settings is used again.

        `references` are settings of the project that change with it; a bundled model draws with its own image
        adapter where none is named. A first round in which nothing was done yet comes after it. If it is
        refused, nothing changes.
        """
        refuse_changes_by_hand(self.store, project_id)
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

    def refine_adapter(
        self,
        round_id: str,
        subjects: Path | None = None,
        names: Sequence[str] = (),
        steps: int = PUBLISHED_STEPS,
        title: str = "",
    ) -> Job:
        """Queue PatchDPO of the project's image adapter, as published: the result is for every project.

        It is trained on a folder with pictures of many objects, or on objects that the base model draws from
        their names. `own_adapters` has it when the job is done. A halted one goes on.
        """
        refuse_changes_by_hand(self.store, self.store.rounds.get(round_id).project_id)
        checks.whole("Steps", steps, 1, MOST_STEPS)
        with self.store.database.transaction():
            round_ = self.store.rounds.get(round_id)
            references = self.store.rounds.settings(round_id).references
            if not round_.variant.with_references or references.is_native:
                raise StudioError(
                    "An image adapter is refined from a Round 0 that was generated with one: generate it "
                    "first."
                )
            if subjects is not None:
                subjects = user_path(subjects).absolute()
                check_subjects(subjects)
            named = () if subjects is not None else checked_names(names)
            plan = AdapterPlan(
                title.strip() or f"{references.adapter.strip()}, refined",
                references.adapter.strip(),
                "" if subjects is None else str(subjects),
                named,
                steps,
                self.store.projects.get(round_.project_id).seed,
                round_id,
            )
            job = self._queue(round_, "adapter")
            present = self.store.own_adapters.of_job(job)
            if present is not None and present.plan not in (plan, replace(plan, job_id=job.id)):
                raise StudioError(
                    f"{present.plan.title} is not finished: wait for it, or stop it first; it can be resumed "
                    "afterward."
                )
            self.store.own_adapters.add(replace(plan, job_id=job.id))
            return job

    def judge(self, draft: ProjectDraft) -> str:
        """Create a project that judges the LoRAs of a draft, and queue their pictures and measurements.

        Returns its ID; the same origin twice is one project. `judged` has the result when the jobs are done.
        """
        if not draft.judged:
            raise StudioError("There is no LoRA to judge: name at least one .safetensors file.")
        project_id = self.create_project(draft)
        busy = {job.round_id for job in self.store.jobs.of_project(project_id) if job.state in ACTIVE}
        for round_ in self.store.rounds.of_project(project_id):
            if round_.source and round_.id not in busy and not self.store.candidates.count(round_.id):
                self.run_missing(round_.id)
        return project_id

    def judged(self, project_id: str) -> tuple[JudgedLora, ...]:
        """What the LoRAs of a project are, each as far as it is drawn and measured."""
        return judged_loras(self.store, project_id)

    def own_adapters(self) -> tuple[OwnAdapter, ...]:
        """The image adapters of one's own that are trained; each is named by its folder."""
        return self.store.own_adapters.trained()

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
