"""Which jobs of a round wait, run or are halted."""

from collections.abc import Sequence

from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.types import Job, Round
from gal_studio.state import Store

REQUESTED = (ACTIVE | {"paused", "interrupted"}) - {"stopping"}
"""The states in which a job that is requested again stays the same job."""


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
