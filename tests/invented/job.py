"""A job that nobody needs: it counts the test prompts of a round."""

from gal_studio.core.types import Job
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress, Steps, does


@does("count")
def count_prompts(store: Store, models: Models, job: Job) -> Steps:
    """Count one test prompt at a time."""
    prompts = lineage.pool(store.snapshots.round(job.round_id))
    yield Progress("loading", 0, 0)
    for done, _ in enumerate(prompts, start=1):
        yield Progress("count", done, len(prompts))
