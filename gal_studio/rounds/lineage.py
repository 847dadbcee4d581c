"""What the line of rounds above a round means for it: its pool, its training set, the weight it gives."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, replace

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import example_weight, openness
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.prompts import class_prompts
from gal_studio.core.seeds import named_seed, training_seed
from gal_studio.core.settings import TuneSettings
from gal_studio.core.types import Anchor, AnchorScore, Candidate, Round, TrainingExample
from gal_studio.state.store import Store


def round_scores(store: Store, round_id: str) -> tuple[AnchorScore, ...]:
    """Eq. G3 and G4 of every anchor that has candidates in this round, in the order of the pool."""
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id)
    return score_pool(anchors, store.candidates.of_round(round_id))


def round_weight(store: Store, round_id: str) -> float:
    """Eq. G8: what the pictures accepted in this round weigh in all later trainings."""
    gal = store.rounds.settings(round_id).gal
    return example_weight(gal.balance, gal.balance_lambda, openness(round_scores(store, round_id)))


def accepted_candidates(store: Store, round_id: str) -> tuple[Candidate, ...]:
    """The accepted candidates of a round in the order of the pool, whatever the order of the clicks."""
    chosen = [store.candidates.get(identity) for identity in store.decisions.accepted(round_id)]
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id) if chosen else ()
    order = {anchor.id: anchor.order for anchor in anchors}
    return tuple(sorted(chosen, key=lambda candidate: (order[candidate.anchor_id], candidate.index)))


def rounds_above(store: Store, round_id: str) -> tuple[Round, ...]:
    """The rounds whose decisions count for this one, the first round first.

    A refinement stands in the place of the round that it refines: it has the same pool and training set.
    """
    entry = store.rounds.get(round_id)
    stands_for = entry.parent_id if entry.kind == "refine" and entry.parent_id else round_id
    return store.rounds.ancestors(stands_for)


def training_set(store: Store, round_id: str) -> tuple[TrainingExample, ...]:
    """Eq. G9: the references (weight 1) and what was accepted in the rounds above, with its weight.

    A picture that was accepted in part carries its mask.
    """
    project_id = store.rounds.get(round_id).project_id
    prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(project_id)}
    examples = [
        TrainingExample(entry.image, entry.prompt, 1.0, True)
        for entry in store.projects.references(project_id)
    ]
    for ancestor in rounds_above(store, round_id):
        chosen = accepted_candidates(store, ancestor.id)
        weight = round_weight(store, ancestor.id) if chosen else 0.0
        masks = store.decisions.masks(ancestor.id)
        examples += [
            TrainingExample(entry.image, prompts[entry.anchor_id], weight, False, masks.get(entry.id))
            for entry in chosen
        ]
    return tuple(examples)


def pool(store: Store, round_id: str) -> tuple[Anchor, ...]:
    """The anchors that are switched on and have no accepted picture in the rounds above."""
    taken = {
        candidate.anchor_id
        for ancestor in rounds_above(store, round_id)
        for candidate in accepted_candidates(store, ancestor.id)
    }
    anchors = store.projects.anchors(store.rounds.get(round_id).project_id)
    return tuple(anchor for anchor in anchors if anchor.enabled and anchor.id not in taken)


def missing(store: Store, round_id: str) -> tuple[tuple[Anchor, int], ...]:
    """The (anchor, index) pairs that the round's settings ask for and that are not drawn yet."""
    wanted = store.rounds.settings(round_id).generation.candidates
    drawn = store.candidates.drawn(round_id)
    return tuple(
        (anchor, index)
        for anchor in pool(store, round_id)
        for index in range(wanted)
        if (anchor.id, index) not in drawn
    )


def round_training_seed(store: Store, round_id: str) -> int:
    """The seed of this round's training: the same for every branch at this depth."""
    entry = store.rounds.get(round_id)
    seed = store.projects.get(entry.project_id).seed
    return (
        named_seed(seed, "refinement", entry.number)
        if entry.kind == "refine"
        else training_seed(seed, entry.number)
    )


def starting_round(store: Store, round_id: str) -> Round | None:
    """The round whose adapter the training goes on from; None for the base model, as Eq. G9 has it.

    A refinement goes on from the round that it refines; a round after a refinement as the setting says.
    """
    entry = store.rounds.get(round_id)
    if entry.parent_id is None:
        return None
    parent, settings = store.rounds.get(entry.parent_id), store.rounds.settings(round_id)
    if entry.kind == "refine":
        return parent
    if parent.kind == "refine":
        return parent if settings.refine.next_round == "continue" else None
    return parent if settings.tune.continue_from_last else None


def starting_adapter(store: Store, round_id: str) -> str | None:
    """The adapter that the training goes on from; None for the base model, or where it is not there."""
    start = starting_round(store, round_id)
    return start.adapter if start else None


def refuse_a_lost_start(store: Store, round_id: str) -> None:
    """Refuse a training that is to go on from an adapter which is not here any more."""
    entry, start = store.rounds.get(round_id), starting_round(store, round_id)
    if start is None or (start.adapter is not None and store.adapters.has(start.adapter)):
        return
    if entry.kind == "refine":
        raise StudioError(f"Round {entry.number} is not fine-tuned yet: press Fine-tune first.")
    if start.kind == "refine":
        raise StudioError(
            f"Round {entry.number} goes on from the refinement of round {start.number}, whose LoRA is lost: "
            f"refine round {start.number} again, or let the round after a refinement repeat it."
        )
    raise StudioError(
        f"Round {entry.number} goes on from round {start.number}, whose LoRA is lost: fine-tune round "
        f"{start.number} again, or turn off the setting Continue from the last round."
    )


def repeats_the_refinement(store: Store, round_id: str) -> bool:
    """Whether this round is to be refined again after its training, since the one before it was."""
    entry = store.rounds.get(round_id)
    if entry.kind == "refine" or entry.parent_id is None:
        return False
    after = store.rounds.settings(round_id).refine.next_round
    return store.rounds.get(entry.parent_id).kind == "refine" and after == "repeat"


def class_images_drawn_by(store: Store, round_id: str) -> dict[str, str]:
    """What draws the class images of each class prompt (Eq. G9), under which they are kept for all rounds.

    Empty for styles, and where the prior term is left out.
    """
    project = store.projects.get(store.rounds.get(round_id).project_id)
    settings = store.rounds.settings(round_id)
    if project.kind == "style" or not settings.tune.prior_images:
        return {}
    drawing = settings.generation
    side = f" / {drawing.resolution} pixels" if drawing.resolution else ""
    how = f"{drawing.steps} steps / {drawing.guidance_scale}{side}"
    prompts = class_prompts(store.projects.references(project.id))
    return {prompt: f"{project.base_model} / {prompt} / {how}" for prompt in prompts}


def training_fingerprint(store: Store, round_id: str) -> str:
    """What would make a training another one: model, settings, seed, start, pictures and class images.

    How often a checkpoint is kept or a picture is drawn meanwhile does not.
    """
    tune = store.rounds.settings(round_id).tune.essential
    return _fingerprint(store, round_id, tune, sorted(class_images_drawn_by(store, round_id).values()))


def is_trained(store: Store, round_id: str) -> bool:
    """Whether the round's adapter is what a training of today would make.

    Fingerprints of old times held no class images, and how often checkpoints were kept: they count as well.
    """
    former = replace(store.rounds.settings(round_id).tune, preview_every=0)
    known = training_fingerprint(store, round_id), _fingerprint(store, round_id, former, ())
    return store.rounds.trained_as(round_id) in known


def _fingerprint(store: Store, round_id: str, tune: TuneSettings, drawn_by: Sequence[str]) -> str:
    project = store.projects.get(store.rounds.get(round_id).project_id)
    parts = [
        project.base_model, project.trigger_word, tune.to_former_dict(), round_training_seed(store, round_id),
        starting_adapter(store, round_id), [_parts(example) for example in training_set(store, round_id)],
        *([drawn_by] if drawn_by else []),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _parts(example: TrainingExample) -> tuple[object, ...]:
    """An example without its mask is what it was before there were masks, so that old trainings are known."""
    parts = astuple(example)
    return parts if example.mask is not None else parts[:-1]
