"""Wait for the end of a job that a worker does."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import describe_job
from gal_studio.core.jobs.states import ACTIVE, REQUESTED
from gal_studio.core.records.round import Round
from gal_studio.core.types import Job
from gal_studio.processes import Keeper
from gal_studio.state import Store


def is_pending(store: Store, round_: Round, *kinds: str, known: Sequence[Job] | None = None) -> bool:
    """Whether a job of these kinds waits or runs for the round; `known` are its project's, if just read."""
    return _has(store, round_, kinds, frozenset({"queued", "running"}), known)


def is_requested(store: Store, round_: Round, *kinds: str) -> bool:
    """Whether a job of these kinds waits, runs or is halted for the round."""
    return _has(store, round_, kinds, REQUESTED)


def _has(
    store: Store,
    round_: Round,
    kinds: tuple[str, ...],
    states: frozenset[str],
    known: Sequence[Job] | None = None,
) -> bool:
    jobs = store.jobs.of_project(round_.project_id) if known is None else known
    return any(job.round_id == round_.id and job.kind in kinds and job.state in states for job in jobs)


POLL_INTERVAL = 0.2  # seconds between two looks at the job


def wait_for(store: Store, job_id: str, timeout: float | None, wake: Callable[[Path], object] | None) -> Job:
    """Wait until a job is completed; anything else is refused with what became of it.

    A worker that died is replaced, as the page does it. Without `wake`, somebody else has to run one.
    """
    keeper = Keeper(store, wake or (lambda _: None))
    ends = None if timeout is None else time.monotonic() + timeout
    while (job := _looked_at(store, keeper, job_id)).state in ACTIVE:
        refuse_a_halted_start(store, job)
        if ends is not None and time.monotonic() > ends:
            raise StudioError(
                f"{describe_job(job.kind).title} is still {job.state} after {timeout:g} s: wait longer."
            )
        time.sleep(POLL_INTERVAL)
    if job.state == "error":
        raise StudioError(job.message)
    if job.state != "completed":
        raise StudioError(
            f"{describe_job(job.kind).title} is {job.state}"
            f"{f' ({job.message})' if job.message else ''}: resume it to continue."
        )
    return job


def _looked_at(store: Store, keeper: Keeper, job_id: str) -> Job:
    keeper.look()
    return store.jobs.get(job_id)


def refuse_a_halted_start(store: Store, job: Job, how: str = "resume that first") -> None:
    """Refuse to wait for a job behind one that a person has halted, which nobody takes.

    `how` says what to do, with `{}` for the ID of the halted one.
    """
    if job.state != "queued":
        return
    for before in store.queue.read().waits_for.get(job.id, ()):
        if before.state in ("paused", "interrupted") and before.paused_for != "room":
            raise StudioError(
                f"{describe_job(job.kind).title} waits for {describe_job(before.kind).noun}, which is "
                f"{before.state}: {how.format(before.id)}."
            )
