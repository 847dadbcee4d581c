"""What a refinement is to learn from: its pairs as they should be, and whether they are ready (Eq. P1)."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import get_args

from gal_studio.core.errors import StudioError
from gal_studio.core.prompts import foreground_prompt, subjects
from gal_studio.core.seeds import named_seed
from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.core.types import Reference, Round, TrainingExample
from gal_studio.rounds import lineage
from gal_studio.state.store import Store
from gal_studio.state.tables.projects import Project
from gal_studio.state.tables.refinements import MapKind, Pair, PlannedPair


@dataclass(frozen=True)
class _Source:
    """A picture y that pairs are made of."""

    prompt: str
    image: str
    mask: str | None
    subject: str


def refined_round(store: Store, round_id: str) -> Round:
    """The round that a refinement refines."""
    entry = store.rounds.get(round_id)
    if entry.kind != "refine" or entry.parent_id is None:
        raise StudioError(
            f"Round {entry.number} is no refinement: press Refine with PatchDPO, and look at what it makes."
        )
    return store.rounds.get(entry.parent_id)


def planned_pairs(store: Store, base: Round, settings: RefineSettings) -> tuple[PlannedPair, ...]:
    """Eq. P1 for a round: y is each reference in turn (object) or each accepted picture in turn (style).

    Refused where there is nothing to learn from.
    """
    project = store.projects.get(base.project_id)
    sources = (
        _accepted(store, base) if project.kind == "style" else _objects(store, project, settings, base.number)
    )
    drawn: Counter[str] = Counter()
    planned = []
    for place in range(settings.pairs):
        source = sources[place % len(sources)]
        seed = named_seed(project.seed, "pair", source.prompt, drawn[source.prompt])
        drawn[source.prompt] += 1
        planned.append(PlannedPair(source.prompt, seed, source.image, source.mask, source.subject))
    return tuple(planned)


def _objects(store: Store, project: Project, settings: RefineSettings, number: int) -> list[_Source]:
    """The references, with x before a clean background or with y's own prompt; those without a usable
    foreground are left out.
    """
    sources = []
    for entry in store.projects.references(project.id):
        found = store.refinements.foreground(entry.image)
        if entry.mask is None and found is not None and found.mask is None:
            continue
        word = entry.trigger_word or project.trigger_word
        clean = f"{foreground_prompt(entry.prompt, word)} {settings.clean_background}".strip()
        prompt = clean if settings.pair_prompts == "clean" else entry.prompt
        sources.append(_Source(prompt, entry.image, entry.mask or (found.mask if found else None), word))
    if not sources:
        raise StudioError(
            f"Round {number} cannot be refined, since no reference has a usable foreground: paint a mask "
            "over the subject of a reference."
        )
    return sources


def _accepted(store: Store, base: Round) -> list[_Source]:
    """What was accepted: in the round that is refined, then in those above it, the nearest first."""
    prompts = {anchor.id: anchor.prompt for anchor in store.projects.anchors(base.project_id)}
    sources = []
    for entry in (base, *reversed(store.rounds.ancestors(base.id))):
        masks = store.decisions.masks(entry.id)
        sources += [
            _Source(prompts[chosen.anchor_id], chosen.image, masks.get(chosen.id), "")
            for chosen in lineage.accepted_candidates(store, entry.id)
        ]
    if not sources:
        raise StudioError(
            f"Round {base.number} has no accepted picture to learn from: accept a picture first, then press "
            "Refine with PatchDPO."
        )
    return sources


def can_be_refined(store: Store, base: Round) -> bool:
    """Whether a refinement of this round would have something to learn from."""
    if store.projects.get(base.project_id).kind == "object":
        return True
    return any(store.decisions.accepted(entry.id) for entry in (base, *store.rounds.ancestors(base.id)))


def vision_model(store: Store, round_id: str) -> str:
    """The vision model that judges this round's pictures; projects of old times use their CLIP."""
    return store.rounds.settings(round_id).refine.vision_model or "clip"


def references_without_foreground(store: Store, round_id: str) -> Iterator[Reference]:
    """The references of an object whose foreground nobody painted and nobody looked for yet."""
    project = store.projects.get(store.rounds.get(round_id).project_id)
    if project.kind == "object":
        for entry in store.projects.references(project.id):
            if entry.mask is None and store.refinements.foreground(entry.image) is None:
                yield entry


def judged_by_subject(store: Store, round_id: str) -> bool:
    """Whether the project of this round has several subjects, so that its candidates are judged for each."""
    references = store.projects.references(store.rounds.get(round_id).project_id)
    return len(subjects(references)) > 1


def judged_candidates(store: Store, round_id: str) -> frozenset[str]:
    """The candidates of a round whose patches were judged."""
    name, by_subject = vision_model(store, round_id), judged_by_subject(store, round_id)
    return store.refinements.judged_candidates(round_id, name, by_subject)


def pairs_are_ready(store: Store, round_id: str) -> bool:
    """Whether the pairs are drawn and judged."""
    pairs = store.refinements.pairs(round_id)
    judged = store.refinements.judged_pairs(round_id, vision_model(store, round_id))
    return bool(pairs) and all(pair.generated_image and pair.id in judged for pair in pairs)


def pairs_are_as_planned(store: Store, round_id: str) -> bool:
    """Whether the pairs are ready, and those that settings, references and decisions of today ask for."""
    if not pairs_are_ready(store, round_id):
        return False
    settings = store.rounds.settings(round_id).refine
    plans = tuple(pair.plan for pair in store.refinements.pairs(round_id))
    return plans == planned_pairs(store, refined_round(store, round_id), settings)


def trained_pictures(store: Store, round_id: str) -> tuple[TrainingExample, ...]:
    """All that a refinement trains on: GAL's own training set, then y and x of every pair."""
    references = {entry.image for entry in store.projects.references(store.rounds.get(round_id).project_id)}
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
    """The prompts by which a refinement is compared with the round that it refines (section 3): those that
    both have drawn, without those that it was trained on.
    """
    entry = refined_round(store, round_id)
    common = {drawn[0] for drawn in store.candidates.drawn(entry.id) & store.candidates.drawn(round_id)}
    prompts = {anchor.prompt for anchor in store.projects.anchors(entry.project_id) if anchor.id in common}
    return frozenset(prompts - {example.prompt for example in store.rounds.training_set(round_id)})


def refinement_fingerprint(store: Store, round_id: str) -> str:
    """What would make a refinement another one: model, settings, seed, start, pictures, maps and paint."""
    settings = store.rounds.settings(round_id)
    drawn_by = lineage.class_images_drawn_by(store, round_id) if settings.refine.mix else {}
    judged = [_judged(store, pair) for pair in store.refinements.pairs(round_id)]
    more = [sorted(drawn_by.values()), judged]
    return _fingerprint(store, round_id, settings.tune.essential, settings.refine.essential, more)


def is_refined(store: Store, round_id: str) -> bool:
    """Whether the refinement's adapter is what a training of today would make.

    Fingerprints of old times held no class images and maps, and how often checkpoints were kept.
    """
    settings = store.rounds.settings(round_id)
    refine = replace(settings.refine.essential, checkpoint_every=settings.refine.checkpoint_every)
    former = _fingerprint(store, round_id, replace(settings.tune, preview_every=0), refine, ())
    return store.rounds.trained_as(round_id) in (refinement_fingerprint(store, round_id), former)


def _fingerprint(
    store: Store, round_id: str, tune: TuneSettings, refine: RefineSettings, more: Sequence[object]
) -> str:
    project = store.projects.get(store.rounds.get(round_id).project_id)
    parts = [
        project.base_model, project.trigger_word, tune.to_former_dict(), refine.to_former_dict(),
        lineage.round_training_seed(store, round_id), lineage.starting_adapter(store, round_id),
        [astuple(example) for example in lineage.training_set(store, round_id)],
        [(astuple(pair.plan), pair.generated_image) for pair in store.refinements.pairs(round_id)],
        sorted(store.refinements.paintings.newest(round_id).items()), *more,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _judged(store: Store, pair: Pair) -> list[object]:
    """What the weights of a pair are made of, beside the paint: its maps, and the foreground of x."""
    found = store.refinements.foreground(pair.generated_image or "") if pair.subject else None
    parts: list[object] = [found.mask if found else None]
    for kind in get_args(MapKind):
        stored = store.refinements.map(pair.id, kind)
        if stored is not None:
            parts += [kind, stored.values.shape, hashlib.sha256(stored.values.tobytes()).hexdigest()]
    return parts


def finished_twin(store: Store, base: Round, settings: RefineSettings) -> Round | None:
    """The trained refinement of a round that had the same settings, pictures and pairs, and no paint."""
    wanted = replace(settings, next_round="continue")
    planned, examples = planned_pairs(store, base, settings), lineage.training_set(store, base.id)
    for other in store.rounds.children(base.id):
        if other.kind != "refine" or other.adapter is None:
            continue
        if (
            replace(store.rounds.settings(other.id).refine, next_round="continue") == wanted
            and tuple(pair.plan for pair in store.refinements.pairs(other.id)) == planned
            and store.rounds.training_set(other.id)[: len(examples)] == examples
            and not store.refinements.paintings.newest(other.id)
        ):
            return other
    return None
