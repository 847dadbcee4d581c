"""Exports: a round as a file for other programs, with a model card and a workflow, checked in diffusers."""

from gal_studio.core.jobs.kinds import JOB_KINDS, After, JobKind, Phase

JOB_KINDS["export"] = JobKind(
    title="Exporting",
    button="Prepare",
    done="The export is ready",
    phases={
        "draw": Phase("Generating two images", "images", "Stopped; Resume starts the export again."),
        "write": Phase("Writing the file"),
        "check": Phase("Checking the file in diffusers"),
    },
    after=(After("fine_tune"), After("refine")),
    is_small=True,
    allows_jobs=True,
    allows_decisions=True,
)
