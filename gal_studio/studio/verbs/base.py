"""The base of all verbs: the store, and a way to wake the worker."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import describe_job, kinds_before
from gal_studio.core.jobs.states import ACTIVE, REQUESTED, WORKING
from gal_studio.core.models.lora_start import LoraStart
from gal_studio.core.models.reports import ModelNames, ModelReports
from gal_studio.core.records.round import Round
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.hooks import why_not_by_hand, why_not_generated
from gal_studio.studio.create.model_check import model_check

Act = TypeVar("Act", bound=Callable[..., Any])


def by_hand(table: str) -> Callable[[Act], Act]:
    """Mark a verb by which a person changes a project, which features may refuse (`Hooks.by_hand`).

    Its first parameter names rows of this table. A verb that has read its project asks `_refuse_by_hand`.
    """

    def marked(act: Act) -> Act:
        first = list(inspect.signature(act).parameters)[1]

        @functools.wraps(act)
        def asked(studio: "Verbs", *given: Any, **named: Any) -> Any:
            rows = given[0] if given else named.get(first, ())
            for project_id in studio.store.projects.owning(table, [rows] if isinstance(rows, str) else rows):
                studio._refuse_by_hand(project_id)
            return act(studio, *given, **named)

        vars(asked)["by_hand_of"] = table
        return cast(Act, asked)

    return marked


def refuse_without_feature(round_: Round) -> None:
    """Refuse to go on with a round whose feature is not in this studio."""
    if sentence := why_not_generated(round_):
        raise StudioError(sentence)


class ModelChecks(Protocol):
    """Checks the models of a new project."""

    def check(self, names: ModelNames) -> ModelReports:
        """What is known of these models."""

    def poll(self, names: ModelNames) -> ModelReports | None:
        """What is known of these models, without waiting: None while it is found out."""

    def convert(self, asked: LoraStart, out: Path) -> tuple[str, ...]:
        """Write a LoRA from elsewhere as an adapter of the studio; refused if it does not fit.

        Returns what a person should know of what is not taken over.
        """


class Verbs:
    """Verbs on one store. `wake` is called with the workspace whenever work was queued.

    With `models`, the models of a new project are checked before it is created; otherwise its first job does.
    `tell` hears what was left out of a prompt or of a LoRA to start from, in a sentence.
    """

    def __init__(
        self,
        store: Store,
        wake: Callable[[Path], object] | None = None,
        models: ModelChecks | None = None,
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self.store = store
        self._wake = wake
        self.models = models
        self.tell = tell
        self._why_not_by_hand: dict[str, str] = {}  # by project, of which it never changes

    def _refuse_by_hand(self, project_id: str) -> None:
        """Refuse what a person changes in a project that a feature keeps as it is."""
        if project_id not in self._why_not_by_hand:
            self._why_not_by_hand[project_id] = why_not_by_hand(self.store, project_id)
        if sentence := self._why_not_by_hand[project_id]:
            raise StudioError(sentence)

    def _convert_lora(self, asked: LoraStart, out: Path) -> None:
        self._tell_each((self.models or model_check).convert(asked, out))

    def _tell_each(self, sentences: Iterable[str]) -> None:
        """Tell what there is to tell, each sentence once."""
        if self.tell is not None:
            for sentence in dict.fromkeys(filter(None, sentences)):
                self.tell(sentence)

    def _wake_worker(self) -> None:
        """Wake the worker once what was queued is stored."""
        if self._wake is not None:
            self.store.database.after_commit(self._wake_now)

    def _wake_now(self) -> None:
        if self._wake is not None:
            self._wake(self.store.workspace)

    def _queue(self, round_: Round, kind: str, known: Sequence[Job] | None = None) -> Job:
        """Queue a job of a round, or find the same one; `known` are the jobs of its project, if just read."""
        self._wake_worker()
        return self.store.jobs.enqueue(round_.project_id, round_.id, kind, known)

    def _jobs_beside(self, round_: Round) -> tuple[Job, ...]:
        """The jobs of a round's project, the oldest first; those of dead workers are interrupted."""
        jobs = self.store.jobs.of_project(round_.project_id)
        if any(job.state in WORKING for job in jobs) and self.store.jobs.reap():
            jobs = self.store.jobs.of_project(round_.project_id)
        return jobs

    def _requested(self, round_: Round, kind: str, known: Sequence[Job] | None = None) -> Job | None:
        """The job of this kind if it waits, runs or is halted. Refused while another job works on the round.

        Some kinds, such as quality maps, may be made beside any other job. `known` is what `_jobs_beside`
        read in this transaction.
        """
        jobs = self._jobs_beside(round_) if known is None else known
        for job in jobs:
            if job.round_id != round_.id:
                continue
            if job.kind == kind and job.state in REQUESTED:
                return self._queue(round_, kind, jobs)
            allows_jobs = describe_job(job.kind).allows_jobs or describe_job(kind).allows_jobs
            may_wait = allows_jobs or (job.kind in kinds_before(kind) and job.state in ("queued", "running"))
            if job.state in ACTIVE and not may_wait:
                raise StudioError(
                    f"Round {round_.number} is being worked on: wait for it, or press Stop first."
                )
        return None
