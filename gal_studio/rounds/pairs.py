"""The comparison pairs of a refinement (Eq. P1): which ones it needs, and whether they are ready."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gal_studio.core.errors import StudioError
from gal_studio.core.references import Prompts
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import RefineSettings
from gal_studio.core.types import Reference, Round, TrainingExample
from gal_studio.rounds import lineage
from gal_studio.state.store import Store
from gal_studio.state.tables.refinements import Pair, PlannedPair


@dataclass(frozen=True)
class _Source:
    """A picture y that pairs are made from; `weight` is its weight in trainings (Eq. G8)."""

    prompt: str
    image: str
    mask: str | None
    subject: str
    weight: float = 1.0


def refined_round(store: Store, round_id: str) -> Round:
    """The round that a refinement refines."""
    round_ = store.rounds.get(round_id)
    if round_.kind != "refine" or round_.parent_id is None:
        raise StudioError(
            f"Round {round_.number} is not a refinement: press Refine with PatchDPO and open the new round."
        )
    return store.rounds.get(round_.parent_id)


def planned_pairs(store: Store, base: Round, settings: RefineSettings) -> tuple[PlannedPair, ...]:
    """Plan the pairs of a round (Eq. P1): y is each reference (object) or accepted picture (style) in turn.

    Refused if there is nothing to learn from.
    """
    project, prompts = store.projects.get(base.project_id), store.projects.prompts(base.project_id)
    is_style = project.kind == "style"
    sources = _accepted(store, base) if is_style else _objects(store, base, prompts, settings)
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


def _objects(store: Store, base: Round, prompts: Prompts, settings: RefineSettings) -> list[_Source]:
    """The references with a usable foreground; x has a clean background, or the prompt of y."""
    sources = []
    for reference in store.projects.references(base.project_id):
        found = store.refinements.foreground(reference.image)
        if reference.mask is None and found is not None and found.mask is None:
            continue
        subject = next(each for each in prompts.subjects if each.is_shown_by(reference))
        clean = f"{subject.foregrounds[reference.prompt]} {settings.clean_background}".strip()
        prompt = clean if settings.pair_prompts == "clean" else reference.prompt
        mask = mask_of_reference(store, reference)
        sources.append(_Source(prompt, reference.image, mask, reference.trigger_word))
    if not sources:
        raise StudioError(
            f"Round {base.number} cannot be refined, because no reference has a usable foreground: "
            "paint a mask over the subject of a reference."
        )
    return sources


def _accepted(store: Store, base: Round) -> list[_Source]:
    """The accepted pictures of the refined round, then of its ancestors, nearest first."""
    sources = [
        _Source(example.prompt, example.image, example.mask, "", example.weight)
        for round_ in (base, *reversed(store.rounds.ancestors(base.id)))
        for example in lineage.accepted_examples(store, round_.id)
    ]
    if not sources:
        raise StudioError(
            f"Round {base.number} has no accepted picture to learn from: accept a picture first, then press "
            "Refine with PatchDPO."
        )
    if not any(source.weight for source in sources):
        raise StudioError(
            f"Round {base.number} would learn nothing, because its accepted pictures weigh 0: give one of "
            "them a weight, or accept a picture in a round that is undecided."
        )
    return sources


def can_be_refined(store: Store, base: Round) -> bool:
    """Whether a refinement of this round would have anything to learn from."""
    if store.projects.get(base.project_id).kind == "object":
        return True
    line = (base, *store.rounds.ancestors(base.id))
    return any(example.weight for round_ in line for example in lineage.accepted_examples(store, round_.id))


def vision_model(store: Store, round_id: str) -> str:
    """The vision model for this round's pictures; older projects use their CLIP."""
    return store.rounds.settings(round_id).refine.vision_model or "clip"


def references_without_foreground(store: Store, round_id: str) -> Iterator[Reference]:
    """The references of objects whose foreground has been neither painted nor searched for."""
    project = store.projects.get(store.rounds.get(round_id).project_id)
    if project.kind == "object":
        for reference in store.projects.references(project.id):
            if reference.mask is None and store.refinements.foreground(reference.image) is None:
                yield reference


def mask_of_reference(store: Store, reference: Reference) -> str | None:
    """A reference's foreground mask: painted, else found automatically; None if all of it counts."""
    found = store.refinements.foreground(reference.image)
    return reference.mask or (found.mask if found else None)


def generated_foreground(store: Store, pair: Pair) -> str | None:
    """The foreground mask of x in a pair of an object; None if all of it counts."""
    region = store.refinements.regions.get(pair.id)
    if region is not None:
        return region.foreground_mask
    found = store.refinements.foreground(pair.generated_image or "") if pair.subject else None
    return found.mask if found else None


def judged_by_subject(store: Store, round_id: str) -> bool:
    """Whether the project has several subjects, so that its candidates are judged for each of them."""
    return len(store.projects.prompts(store.rounds.get(round_id).project_id).subjects) > 1


def judged_candidates(store: Store, round_id: str) -> frozenset[str]:
    """The candidates of a round that have heat maps."""
    name, by_subject = vision_model(store, round_id), judged_by_subject(store, round_id)
    return store.refinements.judged_candidates(round_id, name, by_subject)


def pairs_are_ready(store: Store, round_id: str) -> bool:
    """Whether all pairs have their pictures and heat maps."""
    pairs = store.refinements.pairs(round_id)
    judged = store.refinements.judged_pairs(round_id, vision_model(store, round_id))
    return bool(pairs) and all(pair.generated_image and pair.id in judged for pair in pairs)


def pairs_are_as_planned(store: Store, round_id: str) -> bool:
    """Whether the pairs are ready and match the current settings and decisions."""
    if not pairs_are_ready(store, round_id):
        return False
    settings = store.rounds.settings(round_id).refine
    plans = tuple(pair.plan for pair in store.refinements.pairs(round_id))
    return plans == planned_pairs(store, refined_round(store, round_id), settings)


def trained_pictures(store: Store, round_id: str) -> tuple[TrainingExample, ...]:
    """All pictures that a refinement trains on: the training set of Eq. G9, then y and x of each pair."""
    references = {
        reference.image for reference in store.projects.references(store.rounds.get(round_id).project_id)
    }
    examples = list(lineage.training_set(store, round_id))
    for pair in store.refinements.pairs(round_id):
        own = pair.reference_image in references
        examples.append(
            TrainingExample(pair.reference_image, pair.prompt, pair.weight, own, pair.reference_mask)
        )
        if pair.generated_image is not None:
            examples.append(TrainingExample(pair.generated_image, pair.prompt, pair.weight, False))
    return tuple(examples)


def measured_prompts(store: Store, round_id: str) -> frozenset[str]:
    """The prompts on which a refinement is compared with the round that it refines.

    These are the prompts that both have candidates for, except those that the refinement was trained on.
    """
    base = refined_round(store, round_id)
    common = {drawn[0] for drawn in store.candidates.drawn(base.id) & store.candidates.drawn(round_id)}
    prompts = {anchor.prompt for anchor in store.projects.anchors(base.project_id) if anchor.id in common}
    return frozenset(prompts - {example.prompt for example in store.rounds.training_set(round_id)})


def matching_refinement(store: Store, base: Round, settings: RefineSettings) -> Round | None:
    """Find a trained, unpainted refinement of a round with the same settings, training set and pairs."""
    wanted = replace(settings, next_round="continue")
    planned, examples = planned_pairs(store, base, settings), lineage.training_set(store, base.id)
    for other in store.rounds.children(base.id):
        if other.kind != "refine" or other.adapter is None or other.archived:
            continue
        if (
            replace(store.rounds.settings(other.id).refine, next_round="continue") == wanted
            and tuple(pair.plan for pair in store.refinements.pairs(other.id)) == planned
            and store.rounds.training_set(other.id)[: len(examples)] == examples
            and not store.refinements.paintings.newest(other.id)
        ):
            return other
    return None
