"""The job `replay`: decide in a round as the replay's policy says, and queue the next round."""

from collections.abc import Generator

from gal_studio.core.types import Job
from gal_studio.research.replays.start import go_on
from gal_studio.state import Store
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, does


@does("replay")
def go_on_with_replay(store: Store, models: Models, job: Job) -> Generator[Progress, None, None]:
    """Decide and queue in one transaction: a job that is stopped before it has decided nothing."""
    yield Progress("decide", 0, 0)
    go_on(store, job.round_id)
