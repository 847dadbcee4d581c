"""The comparison pairs of a refinement (Eq. P1): which ones it needs, and whether they are ready."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gal_studio.core.errors import StudioError
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import RefineSettings
from gal_studio.core.snapshot import RoundSnapshot
from gal_studio.core.types import TrainingExample
from gal_studio.rounds import lineage
from gal_studio.rounds.inputs import TrainingInputs
from gal_studio.rounds.patch_maps import mask_of_reference, vision_model
from gal_studio.state.tables.refinements import PlannedPair


@dataclass(frozen=True)
class _Source:
    """A picture y that pairs are made from; `weight` is its weight in trainings (Eq. G8)."""

    prompt: str
    image: str
    mask: str | None
    subject: str
    weight: float = 1.0


def refined_round(here: RoundSnapshot) -> RoundSnapshot:
    """The round that a refinement refines."""
    if here.refined is None:
        raise StudioError(
            f"Round {here.round.number} is not a refinement: press Repair what comes out wrong and open the "
            "new round."
        )
    return here.refined


def planned_pairs(base: TrainingInputs, settings: RefineSettings) -> tuple[PlannedPair, ...]:
    """Plan the pairs of a round (Eq. P1): y is each reference (object) or accepted picture (style) in turn.

    Refused if there is nothing to learn from. `base` must be loaded with foregrounds.
    """
    project = base.here.project.project
    sources = _objects(base, settings) if project.taught.is_subject else _accepted(base.here)
    drawn: Counter[str] = Counter()
    planned = []
    for place in range(settings.pairs):
        source = sources[place % len(sources)]
        seed = named_seed(project.seed, "pair", source.prompt, drawn[source.prompt])
        drawn[source.prompt] += 1
        planned.append(
            PlannedPair(source.prompt, seed, source.image, source.mask, source.subject, source.weight)
        )
    return tuple(planned)


def _objects(base: TrainingInputs, settings: RefineSettings) -> list[_Source]:
    """The references with a usable foreground; x has a clean background, or the prompt of y."""
    sources = []
    for reference in base.trained_on:
        found = base.foregrounds.get(reference.image)
        if reference.mask is None and found is not None and found.mask is None:
            continue
        subject = next(each for each in base.prompts.subjects if each.is_shown_by(reference))
        clean = f"{subject.foregrounds[reference.prompt]} {settings.clean_background}".strip()
        prompt = clean if settings.pair_prompts == "clean" else reference.prompt
        mask = mask_of_reference(reference, found)
        sources.append(_Source(prompt, reference.image, mask, reference.trigger_word))
    if not sources:
        raise StudioError(
            f"Round {base.here.round.number} cannot be refined, because no reference has a usable "
            "foreground: paint a mask over the subject of a reference."
        )
    return sources


def _accepted(base: RoundSnapshot) -> list[_Source]:
    """The accepted pictures of the refined round, then of its ancestors, nearest first."""
    sources = [
        _Source(example.prompt, example.image, example.mask, "", example.weight)
        for each in (base, *reversed(base.ancestors))
        for example in lineage.accepted_examples(each)
    ]
    if not sources:
        raise StudioError(_nothing_accepted(base))
    if not any(source.weight for source in sources):
        raise StudioError(
            f"Round {base.round.number} would train on nothing, because its accepted images weigh 0: give "
            "one a weight, or accept an image in a round that is uncertain."
        )
    return sources


def _nothing_accepted(base: RoundSnapshot) -> str:
    return (
        f"Round {base.round.number} has no accepted image to train on: accept an image first, then press "
        "Repair what comes out wrong."
    )


def closed(base: RoundSnapshot, complete: bool) -> dict[str, str]:
    """Why a round is not refined yet, whose images are `complete` or not."""
    if not complete:
        lacking = f"Round {base.round.number} lacks the images that a refinement is compared with"
        return {"refine": f"{lacking}: press Generate first."}
    is_subject, line = base.project.project.taught.is_subject, (base, *base.ancestors)
    has_any = is_subject or any(lineage.accepted_examples(each) for each in line)
    return {} if has_any else {"refine": _nothing_accepted(base)}


def can_be_refined(base: RoundSnapshot) -> bool:
    """Whether a refinement of this round would have anything to learn from."""
    if not base.project.project.has_references:
        return False
    if base.project.project.taught.is_subject:
        return True
    line = (base, *base.ancestors)
    return any(example.weight for each in line for example in lineage.accepted_examples(each))


def judged_pairs(inputs: TrainingInputs) -> frozenset[str]:
    """The pairs of a refinement that have both maps of its vision model."""
    name = vision_model(inputs.here.settings)
    return frozenset(
        pair
        for pair, maps in inputs.maps.items()
        if [one.vision_model for one in maps.values()] == [name] * 2
    )


def pairs_are_ready(inputs: TrainingInputs) -> bool:
    """Whether all pairs have their pictures and heat maps."""
    judged = judged_pairs(inputs)
    return bool(inputs.pairs) and all(pair.generated_image and pair.id in judged for pair in inputs.pairs)


def pairs_are_as_planned(inputs: TrainingInputs) -> bool:
    """Whether the pairs are ready and match the current settings and decisions."""
    if not pairs_are_ready(inputs):
        return False
    base = replace(inputs, here=refined_round(inputs.here))
    return tuple(pair.plan for pair in inputs.pairs) == planned_pairs(base, inputs.here.settings.refine)


def trained_pictures(inputs: TrainingInputs) -> tuple[TrainingExample, ...]:
    """All pictures that a refinement trains on: the training set of Eq. G9, then y and x of each pair."""
    own = {reference.image for reference in inputs.references}
    examples = list(inputs.examples)
    for pair in inputs.pairs:
        is_reference = pair.reference_image in own
        examples.append(
            TrainingExample(pair.reference_image, pair.prompt, pair.weight, is_reference, pair.reference_mask)
        )
        if pair.generated_image is not None:
            examples.append(TrainingExample(pair.generated_image, pair.prompt, pair.weight, False))
    return tuple(examples)


def measured_prompts(here: RoundSnapshot, trained: Iterable[TrainingExample]) -> frozenset[str]:
    """The prompts on which a refinement is compared with the round that it refines.

    These are the prompts that both have candidates for, except those that the refinement was trained on.
    """
    common = {anchor for anchor, _ in lineage.drawn(refined_round(here)) & lineage.drawn(here)}
    prompts = {here.project.prompts[anchor] for anchor in common}
    return frozenset(prompts - {example.prompt for example in trained})


def repeats(
    other: TrainingInputs,
    base: TrainingInputs,
    planned: tuple[PlannedPair, ...],
    trained: tuple[TrainingExample, ...],
) -> bool:
    """Whether a refinement of `base` with the project's settings would be the same as this unpainted one.

    `planned` are its pairs, and `trained` is what the other one was trained on.
    """
    wanted = base.here.wanted_settings.refine
    return (
        replace(other.here.settings.refine, next_round=wanted.next_round) == wanted
        and tuple(pair.plan for pair in other.pairs) == planned
        and trained[: len(base.examples)] == base.examples
        and not other.painted
    )


def repeats_refinement(here: RoundSnapshot) -> bool:
    """Whether the round is refined after its training, as its parent was (setting `next_round`)."""
    if here.refined or here.parent is None:
        return False
    return here.parent.variant.refines and here.settings.refine.next_round == "repeat"
