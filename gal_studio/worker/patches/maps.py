"""Score pictures patch by patch: which patches of x are right (Eq. P4), which of y were lost (Eq. P5)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features, Map, assign_subjects, smooth
from gal_studio.core.references import Prompts
from gal_studio.core.types import Candidate
from gal_studio.state import Store
from gal_studio.state.tables.pair_regions import PairRegion
from gal_studio.state.tables.refinements import Pair
from gal_studio.worker.patches.foregrounds import find_foreground
from gal_studio.worker.patches.patch_scorer import PatchScorer, References, only, references_by_subject
from gal_studio.worker.patches.regions import found_patches, region_of_pair


@dataclass(frozen=True)
class _Judged:
    """q(x) and the patches that resemble each subject most, by trigger word; the mask of x's foreground."""

    quality: dict[str, Map]
    patches: dict[str, Flags]
    foreground: str | None


def score_pair(
    scorer: PatchScorer, pair: Pair, references: References, known: Mapping[str, Features]
) -> None:
    """Store q(x), r(y) and the region of one pair; each subject that x shows is judged in its own patches."""
    assert pair.generated_image is not None
    generated, reference = known[pair.generated_image], known[pair.reference_image]
    judged = _score(scorer, pair.generated_image, generated, references, bool(pair.subject))
    quality = np.sum([judged.quality[word] * judged.patches[word] for word in judged.quality], axis=0)
    region = region_of_pair(scorer.store, pair, generated.shape[:2], judged.patches, judged.foreground)
    refinements = scorer.store.refinements
    with scorer.store.database.transaction():
        refinements.save_map(pair.id, "quality", scorer.map(quality))
        refinements.save_map(pair.id, "reproduction", scorer.reproduced(reference, generated, region))
        refinements.regions.save(pair.id, region)


def score_candidate(
    scorer: PatchScorer, candidate: Candidate, generated: Features, references: References, is_object: bool
) -> None:
    """Store q(x) of a candidate (Eq. P4), for each subject by its own references."""
    judged = _score(scorer, candidate.image, generated, references, is_object)
    with scorer.store.database.transaction():
        for word, values in judged.quality.items():
            scorer.store.refinements.save_map(candidate.id, "quality", scorer.map(values), word)


def _score(
    scorer: PatchScorer, image: str, generated: Features, references: References, is_object: bool
) -> _Judged:
    """q(x) for each subject, smoothed over the patches of the foreground that show it."""
    found = scorer.quality(generated, references)
    patches = assign_subjects(found)
    guide = np.max(list(found.values()), axis=0)
    mask = find_foreground(scorer.store, image, lambda: guide).mask if is_object else None
    inside = found_patches(scorer.store, mask, *generated.shape[:2])
    quality = {
        word: smooth(values, None if inside is None else inside & patches[word])
        for word, values in found.items()
    }
    return _Judged(quality, patches, mask)


def add_missing_regions(
    store: Store, prompts: Prompts, pairs: Iterable[Pair], open_scorer: Callable[[], PatchScorer]
) -> None:
    """Store the region of each judged pair that has none: those of older workspaces, and repaired ones.

    The vision model is loaded only if the subject or the foreground of x is not stored.
    """
    for pair in pairs:
        quality = store.refinements.map(pair.id, "quality")
        if quality is not None and store.refinements.regions.get(pair.id) is None:
            region = _missing_region(store, prompts, pair, quality.values.shape, open_scorer)
            store.refinements.regions.save(pair.id, region)


def _missing_region(
    store: Store, prompts: Prompts, pair: Pair, shape: tuple[int, int], open_scorer: Callable[[], PatchScorer]
) -> PairRegion:
    image, named = pair.generated_image or "", prompts.named_in(pair.prompt)
    found = store.refinements.foreground(image) if pair.subject else None
    if len(named) == 1 and (not pair.subject or found):
        return region_of_pair(store, pair, shape, {}, found.mask if found else None)
    scorer = open_scorer()
    references = store.projects.references(store.rounds.get(pair.round_id).project_id)
    own = only(references_by_subject(scorer, prompts, references), named)
    judged = _score(scorer, image, scorer.features([image])[image], own, bool(pair.subject))
    return region_of_pair(store, pair, shape, judged.patches, judged.foreground)
