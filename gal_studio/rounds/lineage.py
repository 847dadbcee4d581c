"""What a round inherits from its ancestors: pool, accepted pictures, weights and starting adapter."""

from collections.abc import Callable

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import example_weight, mean_entropy
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.project import Project
from gal_studio.core.snapshot import RoundSnapshot, Start
from gal_studio.core.types import Anchor, TrainingExample

Has = Callable[[str], bool]
"""Whether the workspace has the file of an adapter."""


def round_weight(here: RoundSnapshot) -> float:
    """Eq. G8: the weight of this round's accepted pictures in all later trainings.

    It is 1 where no uncertainty is known, without a reference that could be copied.
    """
    if here.copy_detectors == "none":
        return 1.0
    return example_weight(here.gal.balance, here.gal.balance_lambda, mean_entropy(here.scores))


def accepted_candidates(here: RoundSnapshot) -> tuple[Candidate, ...]:
    """The accepted candidates of a round, in pool order whatever the order of decisions."""
    accepted = set(here.decided.accepted)
    chosen = [candidate for candidate in here.tiles if candidate.id in accepted]
    order = {anchor.id: anchor.order for anchor in here.project.anchors}
    return tuple(sorted(chosen, key=lambda candidate: (order[candidate.anchor_id], candidate.index)))


def rounds_above(here: RoundSnapshot) -> tuple[RoundSnapshot, ...]:
    """The rounds whose decisions count for this one, oldest first.

    A refinement has the same pool and training set as the round that it refines.
    """
    return (here.refined or here).ancestors


def accepted_examples(here: RoundSnapshot) -> tuple[TrainingExample, ...]:
    """The pictures accepted in a round, as later trainings use them.

    A picture that was accepted in part has a mask; a weight that was set by hand replaces that of its round.
    """
    chosen = accepted_candidates(here)
    weight = round_weight(here) if chosen else 0.0
    return tuple(
        TrainingExample(
            candidate.image,
            here.project.prompts[candidate.anchor_id],
            here.decided.weights.get(candidate.id, weight),
            False,
            here.decided.masks.get(candidate.id),
        )
        for candidate in chosen
    )


def inherited_examples(here: RoundSnapshot) -> tuple[TrainingExample, ...]:
    """Eq. G9: the pictures accepted in earlier rounds with their weights."""
    return tuple(example for each in rounds_above(here) for example in accepted_examples(each))


def pool(here: RoundSnapshot) -> tuple[Anchor, ...]:
    """The enabled anchors without an accepted picture in earlier rounds."""
    taken = {chosen.anchor_id for each in rounds_above(here) for chosen in accepted_candidates(each)}
    return tuple(anchor for anchor in here.project.anchors if anchor.enabled and anchor.id not in taken)


def refuse_an_empty_pool(here: RoundSnapshot) -> None:
    """Refuse a round that has no anchors left to draw."""
    if not pool(here):
        raise StudioError(
            f"Round {here.round.number} has no test prompts left to generate: each has an accepted image or "
            "is off. Add or enable test prompts, then press Generate."
        )


def no_images(number: int) -> str:
    """That nothing can be done with the images of a round yet."""
    return f"Round {number} has no images yet: press Generate first."


def why_none_after(here: RoundSnapshot) -> str:
    """Why no round of a variant with a hint can be made after this one; empty if one can."""
    if not here.candidates:
        return no_images(here.round.number)
    taken = {one.anchor_id for one in accepted_candidates(here)}
    if all(anchor.id in taken for anchor in pool(here)):
        return (
            "No test prompt is left for another round: each has an accepted image or is off. Add or enable "
            "test prompts."
        )
    return ""


def drawn(here: RoundSnapshot) -> frozenset[tuple[str, int]]:
    """(anchor ID, index) of every candidate of a round that has its picture."""
    return frozenset([(one.anchor_id, one.index) for one in here.candidates if one.image])


def round_training_seed(here: RoundSnapshot) -> int:
    """The round's training seed, which is the same for all branches at this depth that name no other."""
    return here.variant.training_seed(here.seed, here.round.number)


def starting_round(here: RoundSnapshot) -> RoundSnapshot | None:
    """The round whose adapter the training starts from; None for the base model (Eq. G9).

    A refinement starts from the round that it refines. For a round after a refinement it is a setting. An
    instant round has no adapter.
    """
    parent, settings = here.parent, here.settings
    if parent is None or here.refined:
        return parent
    continues, after_refinement = settings.tune.continue_from_last, settings.refine.next_round
    return parent if parent.variant.hands_on(continues, after_refinement) else None


def given_lora(here: RoundSnapshot) -> Start | None:
    """The LoRA from elsewhere that a round's line begins with: its first round's, or the project's start."""
    first = here.ancestors[0].round if here.ancestors else here.round
    if first.source and first.adapter is not None:
        return Start(first.source, first.adapter)
    return here.project.start


def starting_adapter(here: RoundSnapshot) -> str | None:
    """The adapter that the training starts from, of a round or from elsewhere.

    None for the base model, or if the round is not trained yet.
    """
    start, given = starting_round(here), given_lora(here)
    if start is not None:
        return start.round.adapter
    return given.adapter if given is not None else None


def drawing_adapter(here: RoundSnapshot) -> str | None:
    """The adapter that the round's pictures are drawn with: its own, or the start of a Round 0's project."""
    if here.variant.training is not None:
        return here.round.adapter
    return here.project.start.adapter if here.project.start is not None else None


def check_starting_adapter(here: RoundSnapshot, has: Has) -> None:
    """Refuse a training whose starting adapter is missing."""
    number, start, given = here.round.number, starting_round(here), given_lora(here)
    if start is None:
        if given is not None and not has(given.adapter):
            raise StudioError(
                f"The LoRA {given.source}, from which this project starts, is missing from the workspace: "
                "start a new project from it."
            )
        return
    if start.round.adapter is not None and has(start.round.adapter):
        return
    if here.refined:
        raise StudioError(start.variant.untrained(number))
    raise StudioError(start.variant.lost_start(number, start.round.number))


def refuse_without_references(project: Project, what: str) -> None:
    """Refuse what compares images with references in a project that has none."""
    if not project.has_references:
        raise StudioError(
            f"{project.name} has no reference images, and {what} needs them: judge the LoRA again with "
            "a few images that it was trained on."
        )
