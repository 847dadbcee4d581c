"""Requests for the jobs of refinements (PatchDPO), each queued only once."""

from dataclasses import replace

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job, Round
from gal_studio.rounds import fingerprints, lineage
from gal_studio.rounds import pairs as pairing
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio.requests import rounds


def ask_pairs(store: Store, round_id: str) -> Job:
    """Queue the pairs of this round's refinement; the refinement is created if needed."""
    with store.database.transaction():
        node = _refinement_of(store, round_id)
        job = _pairs_if_missing(store, node)
        if job is None:
            raise StudioError(
                f"The refinement of round {node.number} has all its pairs: look at them and press Train on "
                "these pairs, or choose more pairs in the settings."
            )
        return job


def _pairs_if_missing(store: Store, node: Round) -> Job | None:
    """Queue the pairs with the current settings; None if all of them exist."""
    job = rounds.equal_job(store, node, "pairs")
    if job is not None:
        return job
    present = store.rounds.settings(node.id)
    wanted = store.projects.get(node.project_id).settings
    store.rounds.set_settings(node.id, replace(present, refine=wanted.refine))
    if pairing.pairs_are_as_planned(inputs_of(store, node.id)):
        return None
    base = inputs_of(store, node.parent_id or node.id, foregrounds=True)
    if not store.refinements.pairs(node.id) and pairing.matching_refinement(store, base, wanted.refine):
        raise StudioError(
            f"Round {node.number} is already refined with these pictures and settings: paint over its "
            "pairs, accept other pictures or change a setting first."
        )
    return store.jobs.enqueue(node.project_id, node.id, "pairs")


def ask_refine(store: Store, round_id: str) -> Job:
    """Queue the training of a refinement, or of a new one beside it if this one has pictures."""
    with store.database.transaction():
        node = store.rounds.get(round_id)
        inputs = inputs_of(store, node.id)
        pairing.refined_round(inputs.here)
        job = rounds.equal_job(store, node, "refine")
        if job is not None:
            return job
        if not pairing.pairs_are_ready(inputs) and not rounds.is_coming(store, node, "pairs"):
            raise StudioError(
                f"The refinement of round {node.number} has no finished pairs yet: press Make comparison "
                "pairs first."
            )
        chosen = _refinement_to_train(store, node)
        if chosen.id != node.id:
            return ask_refine(store, chosen.id)
        return store.jobs.enqueue(node.project_id, node.id, "refine")


def ask_whole_refinement(store: Store, round_id: str) -> tuple[Job, ...]:
    """Queue the missing steps of a refinement in order: pairs, training and candidates."""
    with store.database.transaction():
        node = _refinement_of(store, round_id)
        pairs = _pairs_if_missing(store, node)
        jobs = [*([pairs] if pairs else []), ask_refine(store, node.id)]
        if lineage.pool(store.snapshots.round(node.id)):
            jobs.append(rounds.ask_generate(store, jobs[-1].round_id))
        return tuple(jobs)


def ask_repetition(store: Store, round_id: str) -> None:
    """Queue the refinement after a training, if the refinement of the round above is to be repeated."""
    here = store.snapshots.round(round_id)
    if lineage.repeats_refinement(here) and pairing.can_be_refined(here):
        ask_whole_refinement(store, round_id)


def ask_quality(store: Store, round_id: str) -> Job:
    """Queue the quality maps of all candidates of a round."""
    with store.database.transaction():
        round_ = store.rounds.get(round_id)
        job = rounds.equal_job(store, round_, "quality")
        if job is not None:
            return job
        drawn = store.candidates.count(round_id)
        if not drawn and not rounds.is_coming(store, round_, "generate"):
            raise StudioError(f"Round {round_.number} has no pictures yet: press Generate first.")
        settings, prompts = store.rounds.settings(round_id), store.projects.prompts(round_.project_id)
        if drawn and len(pairing.judged_candidates(store, round_id, settings, prompts)) == drawn:
            raise StudioError(f"All pictures of round {round_.number} have their heat maps already.")
        return store.jobs.enqueue(round_.project_id, round_id, "quality")


def _refinement_of(store: Store, round_id: str) -> Round:
    """The untrained refinement of a round, or of the round that a refinement refines; created if needed."""
    round_ = store.rounds.get(round_id)
    if round_.kind == "refine" and round_.adapter is None:
        return round_
    base = round_
    if round_.kind == "refine":
        base = pairing.refined_round(store.snapshots.round(round_id)).round
    if base.adapter is None and not rounds.is_coming(store, base, "fine_tune"):
        raise StudioError(f"Round {base.number} is not fine-tuned yet: press Fine-tune first.")
    for child in store.rounds.children(base.id):
        if child.kind == "refine" and child.adapter is None and not child.archived:
            return child
    present = store.rounds.settings(base.id)
    settings = replace(
        store.projects.get(base.project_id).settings, tune=present.tune, generation=present.generation
    )  # as in the round that it is compared with
    return store.rounds.add(base.project_id, base.id, settings, "refine")


def _refinement_to_train(store: Store, node: Round) -> Round:
    """Apply the current settings of the training, but keep the pairs."""
    wanted = store.projects.get(node.project_id).settings.refine
    present = store.rounds.settings(node.id)
    made = present.refine
    refine = replace(
        wanted,
        pairs=made.pairs,
        pair_prompts=made.pair_prompts,
        clean_background=made.clean_background,
        vision_model=made.vision_model,
    )
    settings = replace(present, refine=refine)
    store.rounds.set_settings(node.id, settings)
    if fingerprints.is_trained(inputs_of(store, node.id)):
        raise StudioError(
            f"Round {node.number} is already refined with these pairs and settings: press Generate, paint "
            "over the pairs, or change a setting first."
        )
    if not store.candidates.count(node.id) and not store.rounds.children(node.id):
        return node
    store.rounds.set_settings(node.id, present)
    for other in rounds.untrained_beside(store, node):
        if _painted_pairs(store, other.id) == _painted_pairs(store, node.id):
            return other
    beside = store.rounds.add(node.project_id, node.parent_id, settings, "refine")
    store.refinements.copy(node.id, beside.id)
    return beside


def _painted_pairs(store: Store, round_id: str) -> list[tuple[object, ...]]:
    """The pairs of a refinement with their pictures and paint."""
    painted = store.refinements.paintings.newest(round_id)
    pairs = store.refinements.pairs(round_id)
    return [(pair.plan, pair.generated_image, painted.get(pair.id)) for pair in pairs]
