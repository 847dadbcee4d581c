"""What researchers use beside the studio: published evaluations, their figures, replays.

Nothing imports it: pyproject.toml names it among the entry points, as another package would be.
"""

from gal_studio.core.jobs.kinds import JOB_KINDS, After, JobKind

JOB_KINDS["replay"] = JobKind(
    title="Deciding",
    button="Continue",
    done="The next round is queued",
    after=(After("fine_tune"), After("generate")),
)
