"""How work is asked for: what stands in its way is said, and pressing twice makes one job."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs import ACTIVE
from gal_studio.core.types import Job, JobKind, Round
from gal_studio.rounds import fingerprints, lineage
from gal_studio.state import Store

BEFORE: Mapping[JobKind, frozenset[JobKind]] = MappingProxyType(
    {
        "generate": frozenset({"fine_tune", "pairs", "refine"}),
        "refine": frozenset({"pairs"}),
    }
)
"""The work of a round behind which other work of it may wait."""
ASKED = (ACTIVE | {"paused", "interrupted"}) - {"stopping"}
"""The states of a job that is pressed for once more, and stays the one job."""


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
        chosen = _round_to_train(store, entry)
        if chosen.id != entry.id:
            return ask_fine_tune(store, chosen.id)
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
        if job.kind == kind and job.state in ASKED:
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
    store.rounds.set_settings(entry.id, replace(present, tune=settings.tune, refine=settings.refine))
    _refuse_a_lost_start(store, entry)
    if fingerprints.is_trained(store, entry.id):
        raise StudioError(
            f"Round {entry.number} is fine-tuned on these pictures with these settings already: "
            "press Generate, or change a setting first."
        )
    if not store.candidates.count(entry.id) and not store.rounds.children(entry.id):
        return entry
    store.rounds.set_settings(entry.id, present)
    there = next(untrained_beside(store, entry), None)
    return there or store.rounds.add(entry.project_id, entry.parent_id, settings)


def untrained_beside(store: Store, entry: Round) -> Iterator[Round]:
    """The rounds of the same kind and parent that wait for their training: Fine-tune was pressed before."""
    for other in store.rounds.of_project(entry.project_id):
        alike = (other.parent_id, other.kind) == (entry.parent_id, entry.kind) and other.id != entry.id
        if not alike or other.adapter is not None or store.candidates.count(other.id):
            continue
        if not store.rounds.children(other.id) or _is_asked_for(store, other):
            yield other


def _is_asked_for(store: Store, entry: Round) -> bool:
    """Whether the training of a round waits, runs or rests."""
    jobs = store.jobs.of_project(entry.project_id)
    return any((job.round_id, job.kind) == (entry.id, entry.kind) and job.state in ASKED for job in jobs)


def _refuse_a_lost_start(store: Store, entry: Round) -> None:
    """Unless the round that the training goes on from is being trained just now."""
    start = lineage.starting_round(store, entry.id)
    if start is None or not is_coming(store, start, "fine_tune", "refine"):
        lineage.refuse_a_lost_start(store, entry.id)


def refuse_an_empty_pool(store: Store, entry: Round) -> None:
    """Refuse to go on with a round that has nothing to draw."""
    if not lineage.pool(store, entry.id):
        raise StudioError(
            f"Round {entry.number} has no anchors left to draw, since each has an accepted picture or is "
            "switched off: add anchors or switch some on, then press Generate."
        )


def _fix_settings_to_draw(store: Store, entry: Round) -> None:
    """Take today's settings into the round; what is drawn already keeps how it was drawn."""
    if entry.adapter is None and not is_coming(store, entry, "fine_tune", "refine"):
        what = "refined yet: press Refine" if entry.kind == "refine" else "fine-tuned yet: press Fine-tune"
        raise StudioError(f"Round {entry.number} is not {what} first.")
    refuse_an_empty_pool(store, entry)
    wanted = store.projects.get(entry.project_id).settings
    present = store.rounds.settings(entry.id)
    generation = wanted.generation
    if store.candidates.count(entry.id) or entry.kind == "refine":  # compared with the round that it refines
        generation = replace(present.generation, candidates=wanted.generation.candidates)
    store.rounds.set_settings(entry.id, replace(present, generation=generation, gal=wanted.gal))
    if not lineage.missing(store, entry.id):
        raise StudioError(
            f"Round {entry.number} has all its pictures: go on to the next round, or ask for more "
            "candidates in the settings."
        )
