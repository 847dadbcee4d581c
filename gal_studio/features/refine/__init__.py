"""Repair what comes out wrong: a round is refined on pairs of images, judged area by area (PatchDPO)."""

from gal_studio.core.jobs.kinds import JOB_KINDS, JUDGEMENT, MODEL, PREPARATION, STEPS, After, JobKind, Phase

JOB_KINDS["pairs"] = JobKind(
    title="Making pairs",
    button="Make comparison pairs",
    done="Comparison pairs ready",
    now="Making comparison pairs",
    coming="comparison pairs",
    phases={
        **JUDGEMENT,
        "pairs": Phase(unit="pairs", kept="Kept the images that were finished; Resume generates the rest."),
    },
    after=(MODEL, After("fine_tune", of_parent=True), After("generate", of_parent=True, needed=False)),
)
JOB_KINDS["refine"] = JobKind(
    title="Refining",
    button="Train on these pairs",
    done="The refinement is trained",
    now="Training on the pairs",
    coming="training on the pairs",
    phases={**PREPARATION, "refine": STEPS},
    after=(MODEL, After("pairs")),
)
