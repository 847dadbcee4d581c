"""Wait for jobs, halt, resume and reorder them."""

from collections.abc import Iterable, Sequence

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import Direction
from gal_studio.core.types import Job
from gal_studio.rounds.checkpoints import step_to_keep
from gal_studio.studio.bug_report import BugReport, bug_report
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views import queue
from gal_studio.studio.views.types import JobView, QueueView
from gal_studio.studio.waiting import wait_for


class JobVerbs(Verbs):
    """Jobs of all kinds, and the worker's log."""

    def wait(self, job: Job, timeout: float | None = None) -> Job:
        """Wait until a job is completed; refused if it fails, is halted, or outlasts `timeout` seconds."""
        return wait_for(self.store, job.id, timeout, self._wake)

    def stop(self, job_id: str) -> Job:
        """Stop a running job at its next step, keeping what is done; cancel a waiting one."""
        return self.store.jobs.request_stop(job_id)

    def pause(self, job_id: str) -> Job:
        """Pause at the next step."""
        return self.store.jobs.request_pause(job_id)

    def resume(self, job_id: str) -> Job:
        """Resume a job that was paused, stopped or interrupted, or that failed."""
        job = self.store.jobs.resume(job_id)
        self._wake_worker()
        return job

    def keep_step(self, job_id: str) -> Job:
        """End a halted training at the last step that was saved; its LoRA is the round's.

        Where held-out prompts say that more steps only copied since one (Eq. G22), it ends at that one, also
        while it runs. Refused if there is no such step.
        """
        with self.store.database.transaction():
            job = self.store.jobs.get(job_id)
            step = step_to_keep(self.store, job)
            if step is None:
                raise StudioError("No step of this training was saved: resume it, or train again.")
            self.store.rounds.end_training_at(job.round_id, step)
            if job.state == "running":
                return job
            job = self.store.jobs.resume(job_id, f"step {step} is kept")
        self._wake_worker()
        return job

    def queue_view(self, find: queue.Find | None = None) -> QueueView:
        """The jobs of all projects: running, waiting and halted; `find` gives what is known of projects."""
        return queue.queue_view(self.store, find)

    def queued_in(self, project_id: str, jobs: Sequence[Job]) -> queue.QueuedIn:
        """What the queue says of a project, of whose jobs these are queued."""
        return queue.queued_in(self.store, project_id, jobs)

    def reorder(self, job_id: str, direction: Direction) -> None:
        """Move a queued job up or down; a drawing never overtakes its training."""
        self.store.queue.move(job_id, direction)

    def preview_now(self, job_id: str) -> None:
        """Request a preview from a running training."""
        self.store.jobs.request_preview(job_id)

    def job_view(self, project_id: str) -> JobView | None:
        """The job line of the page."""
        return queue.job_view(self.store, project_id)

    def bug_report(self, project_id: str | None = None, secrets: Iterable[str] = ()) -> BugReport:
        """Versions, device, settings and the end of the log, without home folders, passwords and tokens.

        `secrets` are known passwords to hide.
        """
        return bug_report(self.store, project_id, secrets)
