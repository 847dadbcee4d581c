"""Refinements (PatchDPO): how they are asked for, what the page shows of them, what a brush says."""

from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.masks import check_size, shrink
from gal_studio.core.types import Author, Job, Round
from gal_studio.state import Store, lineage, pairing
from gal_studio.state.pictures import read_picture
from gal_studio.state.refinements import MapKind, Pair
from gal_studio.studio import asking
from gal_studio.studio.references import read_mask
from gal_studio.views import MeasurementView, PairView, PatchMap, RefinementStep, RefinementView

NEXT_ROUND = {
    "continue": "The next round goes on from the weights of this refinement.",
    "repeat": "The next round is fine-tuned from the base model and then refined again in the same way.",
}


def ask_pairs(store: Store, round_id: str) -> Job:
    """The job that makes the pairs of this round's refinement; a refinement is made if there is none."""
    with store.database.transaction():
        node = _refinement_of(store, round_id)
        job = _pairs_if_missing(store, node)
        if job is None:
            raise StudioError(
                f"The refinement of round {node.number} has all its pairs: look at them and press Refine, or "
                "ask for more pairs in the settings."
            )
        return job


def _pairs_if_missing(store: Store, node: Round) -> Job | None:
    """The job that makes the pairs, with today's settings; None when all are there."""
    job = asking.equal_job(store, node, "pairs")
    if job is not None:
        return job
    present = store.rounds.settings(node.id)
    wanted = store.projects.get(node.project_id).settings
    store.rounds.set_settings(node.id, replace(present, refine=wanted.refine))
    if pairing.pairs_are_as_planned(store, node.id):
        return None
    base = pairing.refined_round(store, node.id)
    if not store.refinements.pairs(node.id) and pairing.finished_twin(store, base, wanted.refine):
        raise StudioError(
            f"Round {node.number} is refined with these pictures and settings already: paint over its "
            "pairs, accept other pictures or change a setting first."
        )
    return store.jobs.enqueue(node.project_id, node.id, "pairs")


def ask_refine(store: Store, round_id: str) -> Job:
    """The job that trains a refinement, or one beside it when this one has pictures already."""
    with store.database.transaction():
        node = store.rounds.get(round_id)
        pairing.refined_round(store, node.id)
        job = asking.equal_job(store, node, "refine")
        if job is not None:
            return job
        if not pairing.pairs_are_ready(store, node.id) and not asking.is_coming(store, node, "pairs"):
            raise StudioError(
                f"The refinement of round {node.number} has no finished pairs yet: press Draw pairs first."
            )
        node = _refinement_to_train(store, node)
        return store.jobs.enqueue(node.project_id, node.id, "refine")


def ask_whole_refinement(store: Store, round_id: str) -> tuple[Job, ...]:
    """Pairs, training and drawing, one behind the other; what is done already is left out."""
    with store.database.transaction():
        node = _refinement_of(store, round_id)
        pairs = _pairs_if_missing(store, node)
        jobs = [*([pairs] if pairs else []), ask_refine(store, node.id)]
        if lineage.pool(store, node.id):
            jobs.append(asking.ask_generate(store, jobs[-1].round_id))
        return tuple(jobs)


def ask_repetition(store: Store, round_id: str) -> None:
    """Ask for the refinement behind a training, where the round above was refined and is to be repeated."""
    entry = store.rounds.get(round_id)
    if lineage.repeats_the_refinement(store, round_id) and pairing.can_be_refined(store, entry):
        ask_whole_refinement(store, round_id)


def ask_quality(store: Store, round_id: str) -> Job:
    """The job that makes the quality maps of all candidates of a round."""
    with store.database.transaction():
        entry = store.rounds.get(round_id)
        job = asking.equal_job(store, entry, "quality")
        if job is not None:
            return job
        drawn = store.candidates.count(round_id)
        if not drawn and not asking.is_coming(store, entry, "generate"):
            raise StudioError(f"Round {entry.number} has no pictures yet: press Generate first.")
        judged = store.refinements.judged_candidates(round_id, pairing.vision_model(store, round_id))
        if drawn and len(judged) == drawn:
            raise StudioError(f"All pictures of round {entry.number} have their quality maps already.")
        return store.jobs.enqueue(entry.project_id, round_id, "quality")


def _refinement_of(store: Store, round_id: str) -> Round:
    """The refinement that is not trained yet, of a round or of the round that another one refined."""
    entry = store.rounds.get(round_id)
    if entry.kind == "refine" and entry.adapter is None:
        return entry
    base = pairing.refined_round(store, round_id) if entry.kind == "refine" else entry
    if base.adapter is None and not asking.is_coming(store, base, "fine_tune"):
        raise StudioError(f"Round {base.number} is not fine-tuned yet: press Fine-tune first.")
    for child in store.rounds.children(base.id):
        if child.kind == "refine" and child.adapter is None:
            return child
    present = store.rounds.settings(base.id)
    settings = replace(
        store.projects.get(base.project_id).settings, tune=present.tune, sample=present.sample
    )  # like the round that it is compared with
    return store.rounds.add(base.project_id, base.id, settings, "refine")


def _refinement_to_train(store: Store, node: Round) -> Round:
    """Take today's settings of the training; the pairs stay what they are."""
    wanted = store.projects.get(node.project_id).settings.refine
    present = store.rounds.settings(node.id)
    made = present.refine
    refine = replace(
        wanted, pairs=made.pairs, clean_background=made.clean_background, vision_model=made.vision_model
    )
    settings = replace(present, refine=refine)
    store.rounds.set_settings(node.id, settings)
    trained_as = store.rounds.trained_as(node.id)
    if trained_as and trained_as == pairing.refinement_fingerprint(store, node.id):
        raise StudioError(
            f"Round {node.number} is refined with these pairs and settings already: press Generate, paint "
            "over the pairs, or change a setting first."
        )
    if not store.candidates.count(node.id) and not store.rounds.children(node.id):
        return node
    store.rounds.set_settings(node.id, present)
    beside = store.rounds.add(node.project_id, node.parent_id, settings, "refine")
    store.refinements.copy(node.id, beside.id)
    return beside


# What is shown


def refinement_view(store: Store, round_id: str) -> RefinementView:
    """Everything that the page shows of a refinement."""
    entry = store.rounds.get(round_id)
    pairing.refined_round(store, round_id)
    undo, redo = store.refinements.paintings.can_undo(round_id)
    rule = store.projects.get(entry.project_id).settings.refine.next_round
    return RefinementView(
        round=entry,
        pairs=_pair_views(store, round_id),
        step=_step(store, entry),
        measurements=tuple(
            MeasurementView(**asdict(measured)) for measured in store.refinements.measurements(round_id)
        ),
        losses=store.rounds.losses(round_id),
        next_round_rule=NEXT_ROUND[rule],
        can_undo=undo,
        can_redo=redo,
    )


def _step(store: Store, entry: Round) -> RefinementStep:
    if entry.adapter is not None:
        drawn = store.candidates.count(entry.id) and not lineage.missing(store, entry.id)
        return "done" if drawn or not lineage.pool(store, entry.id) else "generate"
    if not pairing.pairs_are_ready(store, entry.id):
        return "pairs"
    jobs = store.jobs.of_project(entry.project_id)
    begun = any(job.round_id == entry.id and job.kind == "refine" and job.state != "stopped" for job in jobs)
    return "refine" if begun else "review"


def _pair_views(store: Store, round_id: str) -> tuple[PairView, ...]:
    painted = store.refinements.paintings.newest(round_id)
    judged = store.refinements.judged_pairs(round_id, pairing.vision_model(store, round_id))
    views = []
    for pair in store.refinements.pairs(round_id):
        generated_mask = generated_foreground(store, pair)
        views.append(
            PairView(
                id=pair.id,
                prompt=pair.prompt,
                subject=pair.subject,
                reference_image=pair.reference_image,
                reference_mask=pair.reference_mask,
                generated_image=pair.generated_image,
                generated_mask=generated_mask,
                seed=pair.seed,
                painted=painted.get(pair.id),
                has_maps=pair.id in judged,
                mean_quality=_mean(store, pair.id, "quality", generated_mask),
                mean_reproduction=_mean(store, pair.id, "reproduction", pair.reference_mask),
            )
        )
    return tuple(views)


def generated_foreground(store: Store, pair: Pair) -> str | None:
    """The foreground that was found in x of an object; None where all of x counts."""
    if not pair.subject or pair.generated_image is None:
        return None
    found = store.refinements.foreground(pair.generated_image)
    return found.mask if found else None


def _mean(store: Store, owner_id: str, kind: MapKind, mask: str | None) -> float | None:
    """The mean of a map over a foreground."""
    stored = store.refinements.map(owner_id, kind)
    if stored is None:
        return None
    if mask is None:
        return float(stored.values.mean())
    inside = shrink(_grey(store, mask) / 255, *stored.values.shape)
    return float(np.average(stored.values, weights=inside)) if inside.any() else float(stored.values.mean())


def _grey(store: Store, name: str) -> NDArray[np.float64]:
    return np.asarray(store.images.mask(name), dtype=np.float64)


def patch_map(store: Store, owner_id: str, kind: MapKind) -> PatchMap | None:
    """The map of a pair or of a candidate; None where it was never judged."""
    stored = store.refinements.map(owner_id, kind)
    if stored is None:
        return None
    height, width = stored.values.shape
    rows = tuple(tuple(round(float(value), 4) for value in row) for row in stored.values)
    return PatchMap(height, width, rows, stored.vision_model)


# What a brush says


def paint(store: Store, pair_id: str, painting: bytes | None, author: Author = "human") -> None:
    """Keep what was painted over x of a pair: 0 is bad, 255 is good, 128 is untouched; None is no paint."""
    pair = store.refinements.pair(pair_id)
    if pair.generated_image is None:
        raise StudioError("The picture of this pair is not drawn yet: wait for it, then paint.")
    image = None
    if painting is not None:
        picture = read_picture(painting)[0].convert("L")
        check_size("painting", picture.size, store.images.picture(pair.generated_image).size)
        if set(np.unique(np.asarray(picture))) != {128}:
            image = store.images.add_picture(picture)
    store.refinements.paintings.add(pair.round_id, pair.id, image, author)


def accept_in_part(store: Store, candidate_id: str, mask: bytes, author: Author = "human") -> None:
    """Accept the white part of a candidate; the sample is trained there alone. One Undo takes it back."""
    candidate = store.candidates.get(candidate_id)
    part = read_mask(mask, store.images.picture(candidate.image).size)
    name = store.images.add_picture(part)
    round_id = store.candidates.round_of(candidate_id)
    store.decisions.record(round_id, [(candidate_id, "accepted")], author, {candidate_id: name})


def set_reference_mask(store: Store, reference_id: str, mask: bytes | None) -> None:
    """Say where a reference shows its subject; None leaves that to the studio."""
    reference = store.projects.reference(reference_id)
    name = None
    if mask is not None:
        name = store.images.add_picture(read_mask(mask, store.images.picture(reference.image).size))
    store.projects.set_reference_mask(reference_id, name)
