"""The job queue of a workspace, and the current job of a project."""

from typing import Any

from gal_studio.core.jobs.kinds import describe_job
from gal_studio.core.jobs.states import WORKING, reordered
from gal_studio.core.naming import round_names
from gal_studio.core.types import Job
from gal_studio.rounds.checkpoints import step_to_keep
from gal_studio.rounds.local_models import used_models
from gal_studio.state import Store
from gal_studio.state.jobs.queue import Queue
from gal_studio.studio.views.forecast import Forecast, forecast
from gal_studio.studio.views.types import JobView, QueuedJob, QueueView

_OWN = ("id", "kind", "round_id", "state", "phase", "done", "total", "message", "paused_for")


def queue_view(store: Store) -> QueueView:
    """The jobs of all projects: running, waiting and halted."""
    queue = store.queue.read()
    return QueueView(
        working=tuple(_queued(store, job, queue) for job in queue.working),
        waiting=tuple(_queued(store, job, queue) for job in queue.waiting),
        halted=tuple(_queued(store, job, queue) for job in queue.halted),
    )


def _queued(store: Store, job: Job, queue: Queue) -> QueuedJob:
    order, needs = [one.id for one in queue.waiting], queue.needs
    waits_for = tuple(dict.fromkeys(one.kind for one in queue.waits_for.get(job.id, ())))
    ahead = forecast(store, job) if job.state == "queued" else Forecast()
    return QueuedJob(
        **_words(job),
        amount=ahead.amount,
        expected_seconds=ahead.seconds,
        project_id=job.project_id,
        project_name=store.projects.name(job.project_id),
        round_name=round_names(store.rounds.of_project(job.project_id))[job.round_id],
        waits_for=waits_for,
        behind=", ".join(describe_job(name).noun for name in waits_for),
        can_rise=reordered(order, needs, job.id, "up") != tuple(order),
        can_sink=reordered(order, needs, job.id, "down") != tuple(order),
    )


def job_view(store: Store, project_id: str) -> JobView | None:
    """The current job of a project; None if there was never one."""
    job = store.jobs.current(project_id)
    if job is None:
        return None
    rate = store.jobs.rate(job.id) if job.state in WORKING else None
    return JobView(
        **_words(job),
        worker_alive=store.workers.alive(),
        rate=rate,
        seconds_left=(job.total - job.done) / rate if rate else None,
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
    return next((model.place for model in used if not model.is_here), "")


def _words(job: Job) -> dict[str, Any]:
    kind = describe_job(job.kind)
    phase = kind.phase(job.phase)
    words = {
        "title": kind.title, "doing": phase.name, "unit": phase.unit,
        "background": kind.is_background or kind.is_apart,
    }  # fmt: skip
    return {**{name: getattr(job, name) for name in _OWN}, **words}
