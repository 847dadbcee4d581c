"""What each kind of job does: the files here, and `job.py` of each feature.

Its words stand in `gal_studio.core.jobs.kinds`.

The first look into it imports torch and the engine.
"""

from gal_studio.core.jobs.kinds import find_job_kind
from gal_studio.core.registry import Registry
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.worker.jobs.download import download_models
from gal_studio.worker.local_models import look_at_local_models
from gal_studio.worker.models import Models
from gal_studio.worker.task import Steps, Work, kind_of

WORK: Registry[Work] = Registry(
    "gal_studio.worker.jobs",
    lambda value: bool(kind_of(value)),
    "the work of a kind of job",
    name_of=kind_of,
    of_features="job",
)


def steps_of(store: Store, models: Models, job: Job) -> Steps:
    """The work of a job, step by step; a kind that only a newer version knows is refused at the first one.

    Models that are not on this computer (since their download was stopped, or the project came from another
    computer) are downloaded first; local ones that are gone are refused.
    """
    if find_job_kind(job.kind).loads_models:
        yield from look_at_local_models(store, job)
        yield from download_models(store, models, job)
    work = WORK.find(job.kind)
    if work is None:
        raise ValueError(f"no job.py of a feature and no file of worker/jobs has @does({job.kind!r})")
    yield from work(store, models, job)
