"""LoRAs from elsewhere, judged as they are: each is an untrained round, all on the same prompts and seeds."""

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.studio.create.project import ProjectDraft
from gal_studio.studio.verbs.projects import ProjectVerbs
from gal_studio.studio.verbs.training import TrainingVerbs
from gal_studio.studio.views.judged import JudgedLora, judged_loras


class JudgingVerbs(ProjectVerbs, TrainingVerbs):
    """Projects that judge LoRAs."""

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
