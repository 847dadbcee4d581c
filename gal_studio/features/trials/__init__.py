"""Try a prompt: images of free prompts, by a round or by the steps of its training, side by side."""

from gal_studio.core.jobs.kinds import DRAWING, IMAGES, JOB_KINDS, MODEL, After, JobKind

JOB_KINDS["try"] = JobKind(
    title="Trying prompts",
    button="Generate",
    done="Your images are ready",
    phases={**DRAWING, "draw": IMAGES},
    after=(MODEL, After("fine_tune"), After("refine")),
    is_small=True,
    allows_jobs=True,
    allows_decisions=True,
)
