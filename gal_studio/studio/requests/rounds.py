"""Requests for the jobs of rounds: refused with the reason, and queued only once."""

from collections.abc import Iterator
from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import describe_job, kinds_before
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.types import Job, Round
from gal_studio.rounds import fingerprints, lineage
from gal_studio.rounds.inputs import TrainingInputs, inputs_of
from gal_studio.state import Store

REQUESTED = (ACTIVE | {"paused", "interrupted"}) - {"stopping"}
"""The states in which a job that is requested again stays the same job."""


def ask_fine_tune(store: Store, round_id: str) -> Job:
    """Queue the training of this round, or of a new round beside it if this one has pictures."""
    with store.database.transaction():
        round_ = store.rounds.get(round_id)
        if round_.kind == "refine":
            raise StudioError(
                f"This is the refinement of round {round_.number}, which is trained on pairs: press Train on "
                "these pairs, or go on to the next round."
            )
        job = equal_job(store, round_, "fine_tune")
        if job is not None:
            return job
        chosen = _round_to_train(store, round_)
        if chosen.id != round_.id:
            return ask_fine_tune(store, chosen.id)
        return store.jobs.enqueue(round_.project_id, round_.id, "fine_tune")


def ask_generate(store: Store, round_id: str) -> Job:
    """Queue the drawing of the missing candidates; it may wait for the training of the round."""
    with store.database.transaction():
        round_ = store.rounds.get(round_id)
        job = equal_job(store, round_, "generate")
        if job is not None:
            return job
        _fix_settings_to_draw(store, round_)
        return store.jobs.enqueue(round_.project_id, round_.id, "generate")


def ask_whole_round(store: Store, round_id: str) -> tuple[Job, Job]:
    """Queue the training of a round, followed by its candidates."""
    with store.database.transaction():
        training = ask_fine_tune(store, round_id)
        return training, ask_generate(store, training.round_id)


def is_trainable(inputs: TrainingInputs) -> bool:
    """Whether a fine-tuning would train anything: not what is trained already with the project's settings."""
    here = inputs.here
    if here.round.kind == "refine":
        return False
    wanted, present = here.project.project.settings, here.settings
    same = present.tune.essential == wanted.tune.essential
    same = same and present.machine.essential == wanted.machine.essential
    return here.round.adapter is None or not same or not fingerprints.is_trained(inputs)


def equal_job(store: Store, round_: Round, kind: str) -> Job | None:
    """The same job if it waits, runs or is halted. Refused while another job works on the round.

    Some kinds, such as quality maps, may be made beside any other job.
    """
    store.jobs.reap()
    for job in store.jobs.of_project(round_.project_id):
        if job.round_id != round_.id:
            continue
        if job.kind == kind and job.state in REQUESTED:
            return store.jobs.enqueue(round_.project_id, round_.id, kind)
        is_beside = describe_job(job.kind).is_beside or describe_job(kind).is_beside
        may_wait = is_beside or (job.kind in kinds_before(kind) and _is_coming(job))
        if job.state in ACTIVE and not may_wait:
            raise StudioError(f"Round {round_.number} is being worked on: wait for it, or press Stop first.")
    return None


def _is_coming(job: Job) -> bool:
    return job.state in ("queued", "running")


def is_coming(store: Store, round_: Round, *kinds: str) -> bool:
    """Whether a job of these kinds waits or runs for the round."""
    jobs = store.jobs.of_project(round_.project_id)
    return any(job.round_id == round_.id and job.kind in kinds and _is_coming(job) for job in jobs)


def _round_to_train(store: Store, round_: Round) -> Round:
    if round_.adapter is None and store.candidates.count(round_.id):
        return round_  # its adapter was lost: the same training makes it again
    settings = store.projects.get(round_.project_id).settings
    present = store.rounds.settings(round_.id)
    store.rounds.set_settings(round_.id, replace(settings, generation=present.generation, gal=present.gal))
    _refuse_a_lost_start(store, round_)
    if fingerprints.is_trained(inputs_of(store, round_.id)):
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
    """The untrained rounds of the same kind and parent, made by an earlier request."""
    for other in store.rounds.shown(round_.project_id):
        alike = (other.parent_id, other.kind) == (round_.parent_id, round_.kind) and other.id != round_.id
        if not alike or other.adapter is not None or store.candidates.count(other.id):
            continue
        if not store.rounds.children(other.id) or _is_requested(store, other):
            yield other


def _is_requested(store: Store, round_: Round) -> bool:
    """Whether the training of a round waits, runs or is halted."""
    jobs = store.jobs.of_project(round_.project_id)
    return any(
        (job.round_id, job.kind) == (round_.id, round_.kind) and job.state in REQUESTED for job in jobs
    )


def _refuse_a_lost_start(store: Store, round_: Round) -> None:
    """Refuse a training whose starting adapter is lost and not being trained again."""
    here = store.snapshots.round(round_.id)
    start = lineage.starting_round(here)
    if start is None or not is_coming(store, start.round, "fine_tune", "refine"):
        lineage.check_starting_adapter(here, store.adapters.has)


def refuse_an_empty_pool(store: Store, round_: Round) -> None:
    """Refuse a round that has no anchors left to draw."""
    if not lineage.pool(store.snapshots.round(round_.id)):
        raise StudioError(
            f"Round {round_.number} has no test prompts left to draw, because each has an accepted picture "
            "or is switched off: add test prompts or switch some on, then press Generate."
        )


def _fix_settings_to_draw(store: Store, round_: Round) -> None:
    """Apply the current settings to the round, except for how pictures are drawn if it has some.

    What its training depends on stays, so that the training can be resumed and is known to be done.
    """
    if round_.adapter is None and not is_coming(store, round_, "fine_tune", "refine"):
        trained, button = "refined", "Train on these pairs"
        if round_.kind != "refine":
            trained, button = "fine-tuned", "Fine-tune"
        raise StudioError(f"Round {round_.number} is not {trained} yet: press {button} first.")
    refuse_an_empty_pool(store, round_)
    wanted = store.projects.get(round_.project_id).settings
    present = store.rounds.settings(round_.id)
    generation = wanted.generation
    machine = replace(present.machine, **wanted.machine.rounding)
    if store.candidates.count(round_.id) or round_.kind == "refine":  # it is compared with its base round
        generation = replace(present.generation, candidates=wanted.generation.candidates)
        machine = present.machine
    store.rounds.keep_prior_drawing(round_.id)
    store.rounds.set_settings(
        round_.id, replace(present, generation=generation, gal=wanted.gal, machine=machine)
    )
    if not lineage.missing(store.snapshots.round(round_.id)):
        raise StudioError(
            f"Round {round_.number} has all its pictures: go on to the next round, or choose more "
            "pictures per prompt in the settings."
        )
