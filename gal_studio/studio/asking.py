"""How work is asked for: what stands in its way is said, and pressing twice makes one job."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs import ACTIVE
from gal_studio.core.types import Job, JobKind, Round
from gal_studio.state import Store, lineage

BEFORE: Mapping[JobKind, frozenset[JobKind]] = MappingProxyType(
    {
        "generate": frozenset({"fine_tune", "pairs", "refine"}),
        "refine": frozenset({"pairs"}),
    }
)
"""The work of a round behind which other work of it may wait."""


def ask_fine_tune(store: Store, round_id: str) -> Job:
    """The job that trains this round, or a round beside it when this one has pictures already."""
    with store.database.transaction():
        entry = store.rounds.get(round_id)
        if entry.kind == "refine":
            raise StudioError(
                f"This is the refinement of round {entry.number}, which is trained on pairs: press Refine, "
                "or go on to the next round."
            )
        job = equal_job(store, entry, "fine_tune")
        if job is not None:
            return job
        entry = _round_to_train(store, entry)
        return store.jobs.enqueue(entry.project_id, entry.id, "fine_tune")


def ask_generate(store: Store, round_id: str) -> Job:
    """The job that draws what this round lacks; it may wait behind the round's training."""
    with store.database.transaction():
        entry = store.rounds.get(round_id)
        job = equal_job(store, entry, "generate")
        if job is not None:
            return job
        _fix_settings_to_draw(store, entry)
        return store.jobs.enqueue(entry.project_id, entry.id, "generate")


def ask_whole_round(store: Store, round_id: str) -> tuple[Job, Job]:
    """Training and drawing, one behind the other."""
    with store.database.transaction():
        training = ask_fine_tune(store, round_id)
        return training, ask_generate(store, training.round_id)


def equal_job(store: Store, entry: Round, kind: JobKind) -> Job | None:
    """The equal job that waits, runs or halted; another one on this round is in the way.

    The quality maps of a round stand in nobody's way, and nothing stands in theirs.
    """
    store.jobs.reap()
    for job in store.jobs.of_project(entry.project_id):
        if job.round_id != entry.id:
            continue
        if job.kind == kind and job.state in ACTIVE | {"paused", "interrupted"} and job.state != "stopping":
            return store.jobs.enqueue(entry.project_id, entry.id, kind)
        may_wait = "quality" in (job.kind, kind) or (job.kind in BEFORE.get(kind, ()) and _goes_on(job))
        if job.state in ACTIVE and not may_wait:
            raise StudioError(f"Round {entry.number} is being worked on: wait for it, or press Stop first.")
    return None


def _goes_on(job: Job) -> bool:
    return job.state in ("queued", "running")


def is_coming(store: Store, entry: Round, *kinds: JobKind) -> bool:
    """Whether such work of a round waits or runs."""
    jobs = store.jobs.of_project(entry.project_id)
    return any(job.round_id == entry.id and job.kind in kinds and _goes_on(job) for job in jobs)


def _round_to_train(store: Store, entry: Round) -> Round:
    if entry.adapter is None and store.candidates.count(entry.id):
        return entry  # its adapter was lost, and the same training makes it again
    settings = store.projects.get(entry.project_id).settings
    present = store.rounds.settings(entry.id)
    trained_as = store.rounds.trained_as(entry.id)
    store.rounds.set_settings(entry.id, replace(present, tune=settings.tune, refine=settings.refine))
    if trained_as and trained_as == lineage.training_fingerprint(store, entry.id):
        raise StudioError(
            f"Round {entry.number} is fine-tuned on these pictures with these settings already: "
            "press Generate, or change a setting first."
        )
    if not store.candidates.count(entry.id) and not store.rounds.children(entry.id):
        return entry
    store.rounds.set_settings(entry.id, present)
    return store.rounds.add(entry.project_id, entry.parent_id, settings)


def _fix_settings_to_draw(store: Store, entry: Round) -> None:
    """Take today's settings into the round; what is drawn already keeps how it was drawn."""
    if entry.adapter is None and not is_coming(store, entry, "fine_tune", "refine"):
        what = "refined yet: press Refine" if entry.kind == "refine" else "fine-tuned yet: press Fine-tune"
        raise StudioError(f"Round {entry.number} is not {what} first.")
    if not lineage.pool(store, entry.id):
        raise StudioError(f"Round {entry.number} has no anchors left to draw: add anchors or switch some on.")
    wanted = store.projects.get(entry.project_id).settings
    present = store.rounds.settings(entry.id)
    sample = wanted.sample
    if store.candidates.count(entry.id) or entry.kind == "refine":  # compared with the round that it refines
        sample = replace(present.sample, candidates=wanted.sample.candidates)
    store.rounds.set_settings(entry.id, replace(present, sample=sample, gal=wanted.gal))
    if not lineage.missing(store, entry.id):
        raise StudioError(
            f"Round {entry.number} has all its pictures: go on to the next round, or ask for more "
            "candidates in the settings."
        )
