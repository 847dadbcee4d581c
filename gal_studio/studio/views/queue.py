"""The job queue of a workspace, and the current job of a project."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gal_studio.core.jobs.kinds import describe_job
from gal_studio.core.jobs.states import WORKING, movable
from gal_studio.core.naming import round_names
from gal_studio.core.records.views import view_of
from gal_studio.core.types import Job
from gal_studio.core.words import clock
from gal_studio.rounds.checkpoints import step_to_keep
from gal_studio.rounds.local_models import used_models
from gal_studio.state import Store
from gal_studio.studio.views.forecast import Forecast, forecast
from gal_studio.studio.views.types import JobView, QueuedJob, QueueView


@dataclass(frozen=True)
class QueuedIn:
    """What the queue says of a project: names, and what its queued jobs have before them, by ID."""

    name: str
    rounds: Mapping[str, str]
    forecasts: Mapping[str, Forecast]


def queued_in(store: Store, project_id: str, jobs: Sequence[Job]) -> QueuedIn:
    """What the queue says of a project, of whose jobs these are queued."""
    return QueuedIn(
        store.projects.name(project_id),
        round_names(store.rounds.of_project(project_id)),
        {job.id: forecast(store, job) for job in jobs},
    )


Find = Callable[[str, Sequence[Job]], QueuedIn]
"""Finds what the queue says of a project, of whose jobs these are queued."""


def queue_view(store: Store, find: Find | None = None) -> QueueView:
    """The jobs of all projects: running, waiting and halted; `find` gives what is known of projects."""
    queue = store.queue.read()
    everywhere = (*queue.working, *queue.waiting, *queue.halted)
    queued: dict[str, list[Job]] = {job.project_id: [] for job in everywhere}
    for job in queue.waiting:
        queued[job.project_id].append(job)
    find = find or (lambda project_id, jobs: queued_in(store, project_id, jobs))
    known = {project_id: find(project_id, jobs) for project_id, jobs in queued.items()}
    moves = movable([job.id for job in queue.waiting], queue.needs)

    def view(job: Job) -> QueuedJob:
        before = dict.fromkeys([one.kind for one in queue.waits_for.get(job.id, ())])
        of_project = known[job.project_id]
        expected, kind = of_project.forecasts.get(job.id, Forecast()), describe_job(job.kind)
        can_rise, can_sink = moves.get(job.id, (False, False))
        return view_of(
            QueuedJob,
            job,
            **_words(job),
            expected_seconds=_left(store, job) if job.state in WORKING else expected.seconds,
            project_name=of_project.name,
            round_name=of_project.rounds[job.round_id],
            coming=expected.coming or kind.coming or kind.title.lower(),
            behind=", ".join([describe_job(name).noun for name in before]),
            can_rise=can_rise,
            can_sink=can_sink,
        )

    working, waiting, halted = (
        tuple(map(view, jobs)) for jobs in (queue.working, queue.waiting, queue.halted)
    )
    return QueueView(working=working, waiting=waiting, halted=halted)


def _left(store: Store, job: Job) -> float | None:
    """The seconds that a running job takes yet in its phase; None while its speed is not known."""
    rate = store.jobs.rate(job.id)
    return (job.total - job.done) / rate if rate else None


def job_view(store: Store, project_id: str) -> JobView | None:
    """The current job of a project; None if there was never one."""
    job = store.jobs.current(project_id)
    if job is None:
        return None
    rate = store.jobs.rate(job.id) if job.state in WORKING else None
    left = _left(store, job) if rate else None
    speed = describe_job(job.kind).phase(job.phase).speed(rate) if rate else ""
    return view_of(
        JobView,
        job,
        **_words(job),
        worker_alive=store.workers.alive(),
        pace="" if left is None else f"{speed} · {clock(left)} left",
        finished=describe_job(job.kind).finished(job.total),
        preview_wanted=job.state == "running" and store.jobs.wants_preview(job.id),
        kept=step_to_keep(store, job),
        lost_model=_lost_model(store, job),
    )


def _lost_model(store: Store, job: Job) -> str:
    """The first local model that a failed job loads and that is not at its place."""
    if job.state != "error":
        return ""
    used = used_models(store, job.project_id, job)
    return next((model.place for model in used if not model.here), "")


def _words(job: Job) -> dict[str, Any]:
    kind = describe_job(job.kind)
    phase = kind.phase(job.phase)
    return {
        "title": kind.title, "doing": phase.name, "now": kind.now or kind.title,
        "progress": phase.progress(job.done, job.total),
        "reached": phase.amount(job.done, job.total) if job.total else "",
        "background": kind.is_background or kind.allows_decisions,
    }  # fmt: skip
