"""The view of the job queue of a workspace."""

from gal_studio.core.job_kinds import describe_job
from gal_studio.core.jobs import reordered
from gal_studio.core.naming import round_names
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.jobs.queue import Queue
from gal_studio.studio.views.types import QueuedJob, QueueView


def queue_view(store: Store) -> QueueView:
    """The jobs of all projects: running, waiting and halted. Jobs of dead workers are marked here."""
    store.jobs.reap()
    queue = store.queue.read()
    return QueueView(
        working=tuple(_queued(store, job, queue) for job in queue.working),
        waiting=tuple(_queued(store, job, queue) for job in queue.waiting),
        halted=tuple(_queued(store, job, queue) for job in queue.halted),
    )


def _queued(store: Store, job: Job, queue: Queue) -> QueuedJob:
    round_ = store.rounds.get(job.round_id)
    order, needs = [one.id for one in queue.waiting], queue.needs
    kind = describe_job(job.kind)
    phase = kind.phase(job.phase)
    waits_for = tuple(dict.fromkeys(one.kind for one in queue.waits_for.get(job.id, ())))
    return QueuedJob(
        id=job.id,
        kind=job.kind,
        title=kind.title,
        state=job.state,
        project_id=job.project_id,
        project_name=store.projects.get(job.project_id).name,
        round_id=round_.id,
        round_name=round_names(store.rounds.of_project(job.project_id))[round_.id],
        phase=job.phase,
        doing=phase.name,
        done=job.done,
        total=job.total,
        unit=phase.unit,
        message=job.message,
        waits_for=waits_for,
        behind=", ".join(describe_job(name).noun for name in waits_for),
        paused_for=job.paused_for,
        can_rise=reordered(order, needs, job.id, "up") != tuple(order),
        can_sink=reordered(order, needs, job.id, "down") != tuple(order),
    )
