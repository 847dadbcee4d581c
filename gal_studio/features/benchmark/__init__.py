"""The benchmark: a project's fixed test set, and jobs that measure rounds on it."""

from gal_studio.core.jobs.kinds import DRAWING, IMAGES, JOB_KINDS, MODEL, After, JobKind

JOB_KINDS["measure"] = JobKind(
    title="Measuring",
    button="Measure",
    done="{count} benchmark images measured",
    now="Measuring on the benchmark",
    coming="measuring on the benchmark",
    phases={**DRAWING, "draw": IMAGES},
    after=(MODEL, After("fine_tune"), After("refine"), After("generate", needed=False)),
    allows_jobs=True,
    is_background=True,
)
