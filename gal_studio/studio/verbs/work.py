"""What is done with long work: asked for, halted, taken up again, put in order."""

from collections.abc import Iterable

from gal_studio.core.jobs import Direction
from gal_studio.core.types import Job
from gal_studio.studio.bug_report import BugReport, bug_report
from gal_studio.studio.requests import refinements, rounds
from gal_studio.studio.verbs.base import Verbs
from gal_studio.studio.views import queue, round
from gal_studio.studio.views.types import JobView, QueueView


class WorkVerbs(Verbs):
    """Jobs; who asks for one wakes the worker."""

    def fine_tune(self, round_id: str) -> Job:
        """Ask for the training of a round. A round that has pictures keeps them: the new training is a
        round beside it, and the job says which.
        """
        with self.store.database.transaction():
            job = rounds.ask_fine_tune(self.store, round_id)
            refinements.ask_repetition(self.store, job.round_id)
        return self._woken(job)

    def generate(self, round_id: str) -> Job:
        """Ask for the candidates of a round."""
        return self._woken(rounds.ask_generate(self.store, round_id))

    def run_round(self, round_id: str) -> tuple[Job, Job]:
        """Ask for the training of a round and for its candidates behind it."""
        with self.store.database.transaction():
            training, drawing = rounds.ask_whole_round(self.store, round_id)
            refinements.ask_repetition(self.store, training.round_id)
        return training, self._woken(drawing)

    def make_pairs(self, round_id: str) -> Job:
        """Ask for the pairs of a round's refinement, which is made if it is not there yet."""
        return self._woken(refinements.ask_pairs(self.store, round_id))

    def refine(self, round_id: str) -> Job:
        """Ask for the training of a refinement whose pairs are there. One that has pictures keeps them: the
        new training is a refinement beside it, and the job says which.
        """
        return self._woken(refinements.ask_refine(self.store, round_id))

    def run_refinement(self, round_id: str) -> tuple[Job, ...]:
        """Ask for pairs, training and candidates of a refinement, as far as they are not there."""
        jobs = refinements.ask_whole_refinement(self.store, round_id)
        self._woken(jobs[-1])
        return jobs

    def judge_quality(self, round_id: str) -> Job:
        """Ask for the quality maps of a round's candidates."""
        return self._woken(refinements.ask_quality(self.store, round_id))

    def stop(self, job_id: str) -> Job:
        """Stop at the next step, keeping what is done; withdraw what only waits."""
        return self.store.jobs.request_stop(job_id)

    def pause(self, job_id: str) -> Job:
        """Rest at the next step."""
        return self.store.jobs.request_pause(job_id)

    def resume(self, job_id: str) -> Job:
        """Go on where a job was paused, stopped, interrupted or failed."""
        return self._woken(self.store.jobs.resume(job_id))

    def queue_view(self) -> QueueView:
        """The work of all projects: what runs, what waits, what halted."""
        return queue.queue_view(self.store)

    def reorder(self, job_id: str, direction: Direction) -> None:
        """Give a queued job an earlier or later turn; a drawing never overtakes its training."""
        self.store.queue.move(job_id, direction)

    def preview_now(self, job_id: str) -> None:
        """Ask a running training for a picture."""
        self.store.jobs.request_preview(job_id)

    def job_view(self, project_id: str) -> JobView:
        """The job line of the page."""
        return round.job_view(self.store, project_id)

    def bug_report(self, project_id: str | None = None, secrets: Iterable[str] = ()) -> BugReport:
        """Versions, device, settings and the end of the worker's log, without paths of the person's home,
        passwords or tokens; `secrets` are passwords that are known here.
        """
        return bug_report(self.store, project_id, secrets)
