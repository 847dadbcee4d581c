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
        round_ = store.rounds.get(round_id)
        if round_.kind == "refine":
            raise StudioError(
                f"This is the refinement of round {round_.number}, which is trained on pairs: press Refine, "
                "or go on to the next round."
            )
        job = equal_job(store, round_, "fine_tune")
        if job is not None:
            return job
        chosen = _round_to_train(store, round_)
        if chosen.id != round_.id:
            return ask_fine_tune(store, chosen.id)
        return store.jobs.enqueue(round_.project_id, round_.id, "fine_tune")


def ask_generate(store: Store, round_id: str) -> Job:
    """The job that draws what this round lacks; it may wait behind the round's training."""
    with store.database.transaction():
        round_ = store.rounds.get(round_id)
        job = equal_job(store, round_, "generate")
        if job is not None:
            return job
        _fix_settings_to_draw(store, round_)
        return store.jobs.enqueue(round_.project_id, round_.id, "generate")


def ask_whole_round(store: Store, round_id: str) -> tuple[Job, Job]:
    """Training and drawing, one behind the other."""
    with store.database.transaction():
        training = ask_fine_tune(store, round_id)
        return training, ask_generate(store, training.round_id)


def equal_job(store: Store, round_: Round, kind: JobKind) -> Job | None:
    """The equal job that waits, runs or halted; another one on this round is in the way.

    The quality maps of a round stand in nobody's way, and nothing stands in theirs.
    """
    store.jobs.reap()
    for job in store.jobs.of_project(round_.project_id):
        if job.round_id != round_.id:
            continue
        if job.kind == kind and job.state in ASKED:
            return store.jobs.enqueue(round_.project_id, round_.id, kind)
        may_wait = "quality" in (job.kind, kind) or (job.kind in BEFORE.get(kind, ()) and _goes_on(job))
        if job.state in ACTIVE and not may_wait:
            raise StudioError(f"Round {round_.number} is being worked on: wait for it, or press Stop first.")
    return None


def _goes_on(job: Job) -> bool:
    return job.state in ("queued", "running")


def is_coming(store: Store, round_: Round, *kinds: JobKind) -> bool:
    """Whether such work of a round waits or runs."""
    jobs = store.jobs.of_project(round_.project_id)
    return any(job.round_id == round_.id and job.kind in kinds and _goes_on(job) for job in jobs)


def _round_to_train(store: Store, round_: Round) -> Round:
    if round_.adapter is None and store.candidates.count(round_.id):
        return round_  # its adapter was lost, and the same training makes it again
    settings = store.projects.get(round_.project_id).settings
    present = store.rounds.settings(round_.id)
    store.rounds.set_settings(round_.id, replace(present, tune=settings.tune, refine=settings.refine))
    _refuse_a_lost_start(store, round_)
    if fingerprints.is_trained(store, round_.id):
        raise StudioError(
            f"Round {round_.number} is fine-tuned on these pictures with these settings already: "
            "press Generate, or change a setting first."
        )
    if not store.candidates.count(round_.id) and not store.rounds.children(round_.id):
        return round_
    store.rounds.set_settings(round_.id, present)
    there = next(untrained_beside(store, round_), None)
    return there or store.rounds.add(round_.project_id, round_.parent_id, settings)


def untrained_beside(store: Store, round_: Round) -> Iterator[Round]:
    """The rounds of the same kind and parent that wait for their training: Fine-tune was pressed before."""
    for other in store.rounds.of_project(round_.project_id):
        alike = (other.parent_id, other.kind) == (round_.parent_id, round_.kind) and other.id != round_.id
        if not alike or other.adapter is not None or store.candidates.count(other.id):
            continue
        if not store.rounds.children(other.id) or _is_asked_for(store, other):
            yield other


def _is_asked_for(store: Store, round_: Round) -> bool:
    """Whether the training of a round waits, runs or rests."""
    jobs = store.jobs.of_project(round_.project_id)
    return any((job.round_id, job.kind) == (round_.id, round_.kind) and job.state in ASKED for job in jobs)


def _refuse_a_lost_start(store: Store, round_: Round) -> None:
    """Unless the round that the training goes on from is being trained just now."""
    start = lineage.starting_round(store, round_.id)
    if start is None or not is_coming(store, start, "fine_tune", "refine"):
        lineage.check_starting_adapter(store, round_.id)


def refuse_an_empty_pool(store: Store, round_: Round) -> None:
    """Refuse to go on with a round that has nothing to draw."""
    if not lineage.pool(store, round_.id):
        raise StudioError(
            f"Round {round_.number} has no anchors left to draw, since each has an accepted picture or is "
            "switched off: add anchors or switch some on, then press Generate."
        )


def _fix_settings_to_draw(store: Store, round_: Round) -> None:
    """Take today's settings into the round; what is drawn already keeps how it was drawn."""
    if round_.adapter is None and not is_coming(store, round_, "fine_tune", "refine"):
        what = "refined yet: press Refine" if round_.kind == "refine" else "fine-tuned yet: press Fine-tune"
        raise StudioError(f"Round {round_.number} is not {what} first.")
    refuse_an_empty_pool(store, round_)
    wanted = store.projects.get(round_.project_id).settings
    present = store.rounds.settings(round_.id)
    generation = wanted.generation
    if (
        store.candidates.count(round_.id) or round_.kind == "refine"
    ):  # compared with the round that it refines
        generation = replace(present.generation, candidates=wanted.generation.candidates)
    store.rounds.set_settings(round_.id, replace(present, generation=generation, gal=wanted.gal))
    if not lineage.missing(store, round_.id):
        raise StudioError(
            f"Round {round_.number} has all its pictures: go on to the next round, or ask for more "
            "candidates in the settings."
        )
