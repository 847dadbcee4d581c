"""Requests to draw a project again, and to go on with that."""

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.rounds import replays
from gal_studio.rounds.recorded import last_trained
from gal_studio.state import Store


def ask_replay(store: Store, project_id: str, policy: str, round_id: str | None = None) -> str:
    """Make the replay of the line to a round, by default to the deepest trained one, and queue its jobs.

    Returns the ID of the replay. Asked for again, it goes on where it is.
    """
    replays.refuse_replay_of_replay(store, project_id)
    with store.database.transaction():
        made = replays.start(store, round_id or last_trained(store.snapshots.outline(project_id)), policy)
        replays.enqueue_all_missing(store, made)
        return made


def ask_to_go_on(store: Store, project_id: str) -> tuple[Job, ...]:
    """Queue what a replay lacks; refused for another project, and when nothing is missing."""
    replay = store.replays.get(project_id)
    if replay is None:
        raise StudioError(f"{store.projects.name(project_id)} is no replay: choose one to go on with.")
    jobs = replays.enqueue_all_missing(store, project_id)
    if not jobs:
        raise StudioError(f"{store.projects.name(project_id)} is drawn and measured already.")
    return jobs


def stop_replay(store: Store, project_id: str) -> tuple[Job, ...]:
    """Stop the running job of a replay at its next step, and cancel the waiting ones."""
    halted = ("queued", "running", "pausing", "paused", "interrupted")
    jobs = [job for job in store.jobs.of_project(project_id) if job.state in halted]
    return tuple(store.jobs.request_stop(job.id) for job in jobs)
