"""A kind of job that nobody needs, as an example of a new one: it counts the test prompts of a round.

A real one has its work in a file in `gal_studio/worker/jobs` and one line in its `registry.py`, and its words
in `gal_studio/core/jobs/kinds.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from gal_studio.core.jobs.kinds import JOB_KINDS, JobKind, Phase
from gal_studio.core.types import Job
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.worker.jobs.registry import WORK
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, Steps, does

NAME = "count"
KIND = JobKind(
    title="Counting",
    button="Count",
    done="{count} test prompts counted",
    phases={
        "loading": Phase("Sharpening the pencil"),
        "count": Phase(unit="prompts", kept="Kept {done} of {total}; Resume counts the rest."),
    },
)


@does(NAME)
def count_prompts(store: Store, models: Models, job: Job) -> Steps:
    """Count one test prompt at a time."""
    prompts = lineage.pool(store.snapshots.round(job.round_id))
    yield Progress("loading", 0, 0)
    for done, _ in enumerate(prompts, start=1):
        yield Progress("count", done, len(prompts))


@contextmanager
def registered() -> Iterator[None]:
    """The kind as it would be with its line in the registry."""
    WORK.add(count_prompts)
    try:
        with patch.dict(JOB_KINDS, {NAME: KIND}):
            yield
    finally:
        WORK.remove(count_prompts)
