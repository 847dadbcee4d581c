"""Queue, halt, resume and reorder jobs."""

from collections.abc import Iterable

from gal_studio.core.jobs.states import Direction
from gal_studio.core.types import Job
from gal_studio.rounds.replays import refuse_by_hand
from gal_studio.studio.bug_report import BugReport, bug_report
from gal_studio.studio.requests import refinements, rounds
from gal_studio.studio.requests.whole_round import ask_missing
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views import queue
from gal_studio.studio.views.types import JobView, QueueView
from gal_studio.studio.waiting import wait_for


class WorkVerbs(Verbs):
    """Jobs. Queuing one wakes the worker."""

    def fine_tune(self, round_id: str) -> Job:
        """Queue the training of a round.

        A round that has pictures keeps them: the training is then a new round, which the job names.
        """
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            job = rounds.ask_fine_tune(self.store, round_id)
            refinements.ask_repetition(self.store, job.round_id)
        return self._woken(job)

    def generate(self, round_id: str) -> Job:
        """Queue the drawing of a round's candidates."""
        refuse_by_hand(self.store, round_id)
        return self._woken(rounds.ask_generate(self.store, round_id))

    def run_round(self, round_id: str) -> tuple[Job, Job]:
        """Queue the training of a round, followed by its candidates."""
        refuse_by_hand(self.store, round_id)
        with self.store.database.transaction():
            training, drawing = rounds.ask_whole_round(self.store, round_id)
            refinements.ask_repetition(self.store, training.round_id)
        return training, self._woken(drawing)

    def run_missing(self, round_id: str) -> tuple[Job, ...]:
        """Queue all that a round still lacks: its training, its candidates and its measurement."""
        refuse_by_hand(self.store, round_id)
        jobs = ask_missing(self.store, round_id)
        self._woken(jobs[-1])
        return jobs

    def make_pairs(self, round_id: str) -> Job:
        """Queue the pairs of a round's refinement; the refinement is created if needed."""
        refuse_by_hand(self.store, round_id)
        return self._woken(refinements.ask_pairs(self.store, round_id))

    def refine(self, round_id: str) -> Job:
        """Queue the training of a refinement that has its pairs.

        One that has pictures keeps them: the training is then a new refinement, which the job names.
        """
        return self._woken(refinements.ask_refine(self.store, round_id))

    def run_refinement(self, round_id: str) -> tuple[Job, ...]:
        """Queue the missing steps of a refinement: pairs, training and candidates."""
        refuse_by_hand(self.store, round_id)
        jobs = refinements.ask_whole_refinement(self.store, round_id)
        self._woken(jobs[-1])
        return jobs

    def judge_quality(self, round_id: str) -> Job:
        """Queue the quality maps of a round's candidates."""
        return self._woken(refinements.ask_quality(self.store, round_id))

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
        return self._woken(self.store.jobs.resume(job_id))

    def queue_view(self) -> QueueView:
        """The jobs of all projects: running, waiting and halted."""
        return queue.queue_view(self.store)

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
