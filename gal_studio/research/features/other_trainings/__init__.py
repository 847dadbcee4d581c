"""Other trainings: a round is trained again with other seeds, to see where the runs disagree (Eq. G21)."""

from gal_studio.core.jobs.kinds import (
    DRAWING,
    IMAGES,
    JOB_KINDS,
    MODEL,
    PREPARATION,
    STEPS,
    After,
    JobKind,
    Phase,
)

JOB_KINDS["ask"] = JobKind(
    title="Comparing runs",
    button="Compare runs",
    done="Runs compared",
    phases={
        **PREPARATION,
        **DRAWING,
        "fine_tune": STEPS,
        "draw": IMAGES,
        "compare": Phase("Comparing", "images"),
    },
    after=(MODEL, After("fine_tune"), After("generate", needed=False)),
    allows_jobs=True,
    allows_decisions=True,
)
