"""Image adapters of one's own: one is refined on pictures of many objects (PatchDPO), for every project."""

from gal_studio.core.jobs.kinds import DRAWING, JOB_KINDS, MODEL, STEPS, JobKind, Phase

JOB_KINDS["adapter"] = JobKind(
    title="Refining the image adapter",
    button="Refine the adapter",
    done="The adapter is trained, and can be chosen in every project",
    phases={
        **DRAWING,
        "subjects": Phase("Generating objects", "images", "Kept {done} of {total} images."),
        "pairs": Phase("Generating each object again", "images", "Kept {done} of {total} images."),
        "maps": Phase("Judging the images", "images"),
        "refine": STEPS,
        "write": Phase("Writing the adapter"),
    },
    after=(MODEL,),
    allows_jobs=True,
    allows_decisions=True,
)
