"""What a person asks for while the job that would make it ends."""

from gal_studio.core.types import Job
from gal_studio.state import Store


def request_late(store: Store, ended: Job) -> None:
    """Queue a job again that makes all that waits, if something was asked for after it last looked.

    Who asks while the job runs gets no job of their own.
    """
    waiting = {"try": store.trials.waiting, "export": store.exports.waiting}.get(ended.kind)
    if ended.state == "completed" and waiting is not None and waiting(ended.round_id):
        store.jobs.enqueue(ended.project_id, ended.round_id, ended.kind)
