"""Repair a round: make its pairs, correct them with a brush, and train on them."""

from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import UNTOUCHED, check_size
from gal_studio.core.records.round import Round
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import Author, Job
from gal_studio.core.variants.registry import lora_of, refuse
from gal_studio.features.refine import rules, view
from gal_studio.rounds import lineage
from gal_studio.rounds.fingerprints import is_trained
from gal_studio.rounds.inputs import TrainingInputs, inputs_of, load_inputs
from gal_studio.studio.create.references import Pixels, image_of
from gal_studio.studio.studio import Studio, verb
from gal_studio.studio.verbs.base import by_hand
from gal_studio.studio.waiting import is_pending


@verb
def refinement_view(studio: Studio, round_id: str) -> view.RefinementView:
    """Everything that the page shows of a refinement."""
    return view.refinement_view(studio.store, round_id)


@verb
@by_hand("rounds")
def make_pairs(studio: Studio, round_id: str) -> Job:
    """Queue the pairs of a round's refinement; the refinement is created if needed."""
    with studio.store.database.transaction():
        inputs = _refinement_of(studio, round_id)
        job, _ = _pairs_if_missing(studio, inputs)
        if job is None:
            raise StudioError(
                f"The refinement of round {inputs.here.round.number} has all its pairs: look at them and "
                "press Train on these pairs, or choose more pairs in the settings."
            )
        return job


@verb
def refine(studio: Studio, round_id: str) -> Job:
    """Queue the training of a refinement that has its pairs.

    One that has pictures keeps them: the training is then a new refinement, which the job names.
    """
    with studio.store.database.transaction():
        return _refine(studio, inputs_of(studio.store, round_id))[0]


def _refine(studio: Studio, inputs: TrainingInputs) -> tuple[Job, RoundSnapshot]:
    """Queue the training of a refinement, or of a new one beside it; returns it as it stands."""
    here, node = inputs.here, inputs.here.round
    rules.refined_round(here)
    jobs = studio._jobs_beside(node)
    job = studio._requested(node, "refine", jobs)
    if job is not None:
        return job, here
    if not rules.pairs_are_ready(inputs) and not is_pending(studio.store, node, "pairs", known=jobs):
        raise StudioError(
            f"The refinement of round {node.number} has no finished pairs yet: press Make comparison "
            "pairs first."
        )
    chosen = _refinement_to_train(studio, inputs)
    if chosen.id != node.id:
        return _refine(studio, inputs_of(studio.store, chosen.id))
    return studio._queue(node, "refine", jobs), chosen


@verb
def run_refinement(studio: Studio, round_id: str) -> tuple[Job, ...]:
    """Queue the missing steps of a refinement in order: pairs, training and candidates."""
    with studio.store.database.transaction():
        inputs = _refinement_of(studio, round_id)
        studio._refuse_by_hand(inputs.here.round.project_id)
        made, inputs = _pairs_if_missing(studio, inputs)
        job, here = _refine(studio, inputs)
        jobs = [*([made] if made else []), job]
        if lineage.pool(here):
            jobs.append(studio._generate(here))
        return tuple(jobs)


@verb
def repeated_refinement(studio: Studio, round_id: str) -> Round | None:
    """The trained, unpainted refinement of a round that one with the present settings would repeat.

    Refused if there is nothing to learn from.
    """
    return _repeated(studio, inputs_of(studio.store, round_id, foregrounds=True))


def _repeated(studio: Studio, base: TrainingInputs) -> Round | None:
    """What `repeated_refinement` gives, of a round that was loaded with its foregrounds."""
    wanted = rules.planned_pairs(base, base.here.wanted_settings.refine)
    for other in base.here.children:
        if other.refined and other.round.adapter and not other.round.archived:
            trained = studio.store.rounds.training_set(other.id)
            if rules.repeats(inputs_of(studio.store, other.id), base, wanted, trained):
                return other.round
    return None


def _pairs_if_missing(studio: Studio, inputs: TrainingInputs) -> tuple[Job | None, TrainingInputs]:
    """Queue the pairs with the current settings, or None if all exist; and how the node stands."""
    here, node = inputs.here, inputs.here.round
    jobs = studio._jobs_beside(node)
    job = studio._requested(node, "pairs", jobs)
    if job is not None:
        return job, inputs
    settings = replace(here.settings, refine=here.wanted_settings.refine)
    changed = inputs
    if settings != here.settings:
        studio.store.rounds.set_settings(node.id, settings)
        changed = replace(inputs, here=here.supposing(settings))
    if rules.pairs_are_as_planned(changed):
        return None, changed
    base = replace(changed, here=rules.refined_round(changed.here))
    if not inputs.pairs and _repeated(studio, base):
        raise StudioError(
            f"Round {node.number} is already refined with these images and settings: paint over its "
            "pairs, accept other images or change a setting first."
        )
    return studio._queue(node, "pairs", jobs), changed


def _refinement_of(studio: Studio, round_id: str) -> TrainingInputs:
    """The untrained refinement of a round, or of the one that a refinement refines; created if needed."""
    here = studio.store.snapshots.round(round_id)
    if here.refined and here.round.adapter is None:
        return load_inputs(studio.store, here)
    here = here.refined or here
    base, present = here.round, here.settings
    refuse("refine", base)
    if not is_pending(studio.store, base, "fine_tune"):
        lora_of(base)
    for child in (one.round for one in here.children):
        if child.variant.refines and child.adapter is None and not child.archived:
            return inputs_of(studio.store, child.id)
    wanted = here.wanted_settings
    settings = replace(wanted, tune=present.tune, generation=present.generation)  # as in its base round
    added = studio.store.rounds.add(base.project_id, base.id, settings, "refine")
    return load_inputs(studio.store, here.project.with_round(added, settings))


def _refinement_to_train(studio: Studio, inputs: TrainingInputs) -> RoundSnapshot:
    """The refinement with the current settings of the training; its pairs stay."""
    here, node, made = inputs.here, inputs.here.round, inputs.here.settings.refine
    refine = replace(
        here.wanted_settings.refine,
        pairs=made.pairs,
        pair_prompts=made.pair_prompts,
        clean_background=made.clean_background,
        vision_model=made.vision_model,
    )
    settings = replace(here.settings, refine=refine)
    if is_trained(replace(inputs, here=here.supposing(settings))):
        raise StudioError(
            f"Round {node.number} is already refined with these pairs and settings: press Generate, "
            "paint over the pairs, or change a setting first."
        )
    if not here.candidates and not here.children:
        return studio._begin_training_anew(here, settings)
    for other in studio._untrained_beside(node):
        if _painted_pairs(studio, other.id) == _painted_pairs(studio, node.id):
            return studio.store.snapshots.round(other.id)
    beside = studio.store.rounds.add(node.project_id, node.parent_id, settings, "refine")
    studio.store.refinements.copy(node.id, beside.id)
    return studio.store.snapshots.round(beside.id)


def _painted_pairs(studio: Studio, round_id: str) -> list[tuple[object, ...]]:
    """The pairs of a refinement with their pictures and paint."""
    painted = studio.store.refinements.paintings.newest(round_id)
    stored = studio.store.refinements.pairs(round_id)
    return [(pair.plan, pair.generated_image, painted.get(pair.id)) for pair in stored]


def repeat_refinement(studio: Studio, here: RoundSnapshot) -> None:
    """Queue the refinement after a training, if the refinement of the round above is to be repeated."""
    if rules.repeats_refinement(here) and rules.can_be_refined(here):
        run_refinement(studio, here.id)


@verb
def paint(studio: Studio, pair_id: str, painting: Pixels | None, author: Author = "human") -> None:
    """Correct the quality map of a pair: 0 bad, 255 good, 128 untouched; None removes the paint."""
    pair = studio.store.refinements.pair(pair_id)
    if pair.generated_image is None:
        raise StudioError("The image of this pair is not generated yet: wait until it is, then paint.")
    name = None
    if painting is not None:
        image = image_of(painting)
        check_size("painting", image.size, studio.store.images.picture(pair.generated_image).size)
        if (painting != UNTOUCHED).any():
            name = studio.store.images.add_picture(image)
    studio.store.refinements.paintings.add(pair.round_id, pair.id, name, author)


@verb
def undo_painting(studio: Studio, round_id: str) -> str | None:
    """Undo the last painting of a refinement; returns the pair that changed."""
    return next(iter(studio.store.refinements.paintings.undo(round_id)), None)


@verb
def redo_painting(studio: Studio, round_id: str) -> str | None:
    """Redo the painting that was undone last; returns the pair that changed."""
    return next(iter(studio.store.refinements.paintings.redo(round_id)), None)
