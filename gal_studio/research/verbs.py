"""Draw a project again under another policy, or with what the person decided."""

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import REQUESTED
from gal_studio.core.types import Job
from gal_studio.research.replays import start
from gal_studio.research.replays.line import last_trained
from gal_studio.research.replays.record import replays_of
from gal_studio.research.replays.view import ReplayView, replay_views
from gal_studio.research.replays.view import replay_view as view_of
from gal_studio.studio.studio import Studio, verb


@verb
def replays(studio: Studio, project_id: str) -> tuple[ReplayView, ...]:
    """The replays of a project, the oldest first, with what each was measured to be."""
    return replay_views(studio.store, project_id)


@verb
def replay_view(studio: Studio, project_id: str) -> ReplayView:
    """One replay."""
    return view_of(studio.store, project_id)


@verb
def replay(studio: Studio, project_id: str, policy: str, round_id: str | None = None) -> str:
    """Draw the line of rounds to this one again, by default to the deepest trained one of all.

    `policy` is "human" for the recorded decisions, "suggestion" for the policy of the project's settings,
    or the name of a policy. Returns the ID of the replay, whose jobs are queued. The same line, decisions
    and policy twice are one replay, which goes on where it is. The project is only read.
    """
    start.refuse_replay_of_replay(studio.store, project_id)
    with studio.store.database.transaction():
        last = round_id or last_trained(studio.store.snapshots.outline(project_id))
        made = start.start(studio.store, last, policy)
        start.enqueue_all_missing(studio.store, made)
        studio._wake_worker()
    return made


@verb
def replay_through(studio: Studio, round_id: str, policy: str) -> str:
    """Replay the line that goes through a round down to its deepest trained one."""
    project_id = studio.store.rounds.get(round_id).project_id
    last = last_trained(studio.store.snapshots.outline(project_id), round_id)
    return replay(studio, project_id, policy, last)


@verb
def continue_replay(studio: Studio, project_id: str) -> tuple[Job, ...]:
    """Queue what a stopped or imported replay lacks; refused if it is no replay, or lacks nothing."""
    name = studio.store.projects.name(project_id)
    if replays_of(studio.store).get(project_id) is None:
        raise StudioError(f"{name} is not a replay: choose one to continue.")
    jobs = start.enqueue_all_missing(studio.store, project_id)
    if not jobs:
        raise StudioError(f"{name} is already generated and measured.")
    studio._wake_worker()
    return jobs


@verb
def stop_replay(studio: Studio, project_id: str) -> tuple[Job, ...]:
    """Stop its running job at the next step and cancel the waiting ones; what is drawn is kept."""
    jobs = [job for job in studio.store.jobs.of_project(project_id) if job.state in REQUESTED]
    return tuple(studio.store.jobs.request_stop(job.id) for job in jobs)
