"""What a round inherits from its ancestors: pool, training set, weights and starting adapter."""

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import example_weight, mean_entropy
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.seeds import named_seed, training_seed
from gal_studio.core.types import Anchor, AnchorScore, Candidate, Round, TrainingExample
from gal_studio.rounds.starts import check_given_adapter, given_adapter
from gal_studio.state.store import Store


def round_scores(store: Store, round_id: str) -> tuple[AnchorScore, ...]:
    """Score every anchor that has candidates in this round (Eq. G3 and G4), in pool order."""
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id)
    return score_pool(anchors, store.candidates.of_round(round_id))


def round_weight(store: Store, round_id: str) -> float:
    """Eq. G8: the weight of this round's accepted pictures in all later trainings."""
    gal = store.rounds.settings(round_id).gal
    return example_weight(gal.balance, gal.balance_lambda, mean_entropy(round_scores(store, round_id)))


def accepted_candidates(store: Store, round_id: str) -> tuple[Candidate, ...]:
    """The accepted candidates of a round, in pool order whatever the order of decisions."""
    accepted = set(store.decisions.of_round(round_id).accepted)
    drawn = store.candidates.with_own(round_id) if accepted else ()
    chosen = [candidate for candidate in drawn if candidate.id in accepted]
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id) if chosen else ()
    order = {anchor.id: anchor.order for anchor in anchors}
    return tuple(sorted(chosen, key=lambda candidate: (order[candidate.anchor_id], candidate.index)))


def rounds_above(store: Store, round_id: str) -> tuple[Round, ...]:
    """The rounds whose decisions count for this one, oldest first.

    A refinement has the same pool and training set as the round that it refines.
    """
    round_ = store.rounds.get(round_id)
    base_id = round_.parent_id if round_.kind == "refine" and round_.parent_id else round_id
    return store.rounds.ancestors(base_id)


def training_set(store: Store, round_id: str) -> tuple[TrainingExample, ...]:
    """Eq. G9: the references (weight 1), and the pictures accepted in earlier rounds with their weights.

    A picture that was accepted in part has a mask; a weight that was set by hand replaces that of its round.
    """
    project_id = store.rounds.get(round_id).project_id
    references = [
        TrainingExample(reference.image, reference.prompt, 1.0, True)
        for reference in store.projects.references(project_id)
    ]
    above = rounds_above(store, round_id)
    return (*references, *(example for each in above for example in accepted_examples(store, each.id)))


def accepted_examples(store: Store, round_id: str) -> tuple[TrainingExample, ...]:
    """The pictures accepted in a round, as later trainings use them."""
    chosen = accepted_candidates(store, round_id)
    if not chosen:
        return ()
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id)
    prompts = {anchor.id: anchor.prompt for anchor in anchors}
    weight = round_weight(store, round_id)
    masks, by_hand = store.decisions.of_round(round_id).masks, store.decisions.of_round(round_id).weights
    return tuple(
        TrainingExample(
            candidate.image,
            prompts[candidate.anchor_id],
            by_hand.get(candidate.id, weight),
            False,
            masks.get(candidate.id),
        )
        for candidate in chosen
    )


def pool(store: Store, round_id: str) -> tuple[Anchor, ...]:
    """The enabled anchors without an accepted picture in earlier rounds."""
    taken = {
        candidate.anchor_id
        for ancestor in rounds_above(store, round_id)
        for candidate in accepted_candidates(store, ancestor.id)
    }
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id)
    return tuple(anchor for anchor in anchors if anchor.enabled and anchor.id not in taken)


def missing(store: Store, round_id: str) -> tuple[tuple[Anchor, int], ...]:
    """The round's candidates that are not generated yet, as (anchor, index)."""
    wanted = store.rounds.settings(round_id).generation.candidates
    drawn = store.candidates.drawn(round_id)
    return tuple(
        (anchor, index)
        for anchor in pool(store, round_id)
        for index in range(wanted)
        if (anchor.id, index) not in drawn
    )


def round_training_seed(store: Store, round_id: str) -> int:
    """The round's training seed, which is the same for all branches at this depth."""
    round_ = store.rounds.get(round_id)
    seed = store.projects.get(round_.project_id).seed
    return (
        named_seed(seed, "refinement", round_.number)
        if round_.kind == "refine"
        else training_seed(seed, round_.number)
    )


def starting_round(store: Store, round_id: str) -> Round | None:
    """The round whose adapter the training starts from; None for the base model (Eq. G9).

    A refinement starts from the round that it refines. For a round after a refinement it is a setting.
    """
    round_ = store.rounds.get(round_id)
    if round_.parent_id is None:
        return None
    parent, settings = store.rounds.get(round_.parent_id), store.rounds.settings(round_id)
    if round_.kind == "refine":
        return parent
    if parent.kind == "refine":
        return parent if settings.refine.next_round == "continue" else None
    return parent if settings.tune.continue_from_last else None


def starting_adapter(store: Store, round_id: str) -> str | None:
    """The adapter that the training starts from, of a round or from elsewhere (`rounds.starts`).

    None for the base model, or if the round is not trained yet.
    """
    start = starting_round(store, round_id)
    return start.adapter if start else given_adapter(store, store.rounds.get(round_id).project_id)


def check_starting_adapter(store: Store, round_id: str) -> None:
    """Refuse a training whose starting adapter is missing."""
    round_, start = store.rounds.get(round_id), starting_round(store, round_id)
    if start is None:
        check_given_adapter(store, round_.project_id)
    if start is None or (start.adapter is not None and store.adapters.has(start.adapter)):
        return
    if round_.kind == "refine":
        raise StudioError(f"Round {round_.number} is not fine-tuned yet: press Fine-tune first.")
    if start.kind == "refine":
        raise StudioError(
            f"Round {round_.number} starts from the refinement of round {start.number}, whose LoRA is "
            f"missing: refine round {start.number} again, or let the round after a refinement repeat it."
        )
    raise StudioError(
        f"Round {round_.number} starts from round {start.number}, whose LoRA is missing: fine-tune round "
        f"{start.number} again, or turn off the setting Continue from the last round."
    )


def repeats_refinement(store: Store, round_id: str) -> bool:
    """Whether the round is refined after its training, as its parent was (setting `next_round`)."""
    round_ = store.rounds.get(round_id)
    if round_.kind == "refine" or round_.parent_id is None:
        return False
    after = store.rounds.settings(round_id).refine.next_round
    return store.rounds.get(round_.parent_id).kind == "refine" and after == "repeat"
