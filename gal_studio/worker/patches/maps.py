"""Patch maps in the store: which patches of x are right (Eq. P4), and which of y were lost (Eq. P5)."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import (
    Features,
    Map,
    assign_subjects,
    pair_weights,
    quality_by_subject,
    reproduction,
    smooth,
)
from gal_studio.core.prompts import bare_word, named_words, subjects
from gal_studio.core.settings import RefineSettings
from gal_studio.core.types import Candidate
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Pair, StoredMap
from gal_studio.worker.patches.judge import (
    Judge,
    References,
    as_array,
    find_foreground,
    mask_patches,
    named_in,
    references_by_subject,
)

Painting = NDArray[np.uint8]


def judge_pair(judge: Judge, pair: Pair, references: References, known: Mapping[str, Features]) -> None:
    """Store q(x) and r(y) of one pair, and find x's foreground; each subject that x shows is judged in its
    own region.
    """
    assert pair.generated_image is not None
    generated, reference = known[pair.generated_image], known[pair.reference_image]
    maps, regions = _judge(judge, pair.generated_image, generated, references, bool(pair.subject))
    judged = np.sum([maps[word] * regions[word] for word in maps], axis=0)
    lost = _reproduced(judge, pair, reference, generated, _own_region(pair, regions))
    with judge.store.database.transaction():
        judge.store.refinements.save_map(pair.id, "quality", judge.map(judged))
        judge.store.refinements.save_map(pair.id, "reproduction", lost)


def judge_candidate(
    judge: Judge, candidate: Candidate, generated: Features, references: References, is_object: bool
) -> None:
    """Store q(x) of a candidate (Eq. P4), for each subject by its own references."""
    maps, _ = _judge(judge, candidate.image, generated, references, is_object)
    with judge.store.database.transaction():
        for word, values in maps.items():
            judge.store.refinements.save_map(candidate.id, "quality", judge.map(values), word)


def _judge(
    judge: Judge, image: str, generated: Features, references: References, is_object: bool
) -> tuple[dict[str, Map], dict[str, Flags]]:
    """q(x) for each subject, smoothed where x shows it, and the patches that resemble it most."""
    found = quality_by_subject(generated, references)
    regions = assign_subjects(found)
    guide = np.max(list(found.values()), axis=0)
    mask = find_foreground(judge.store, image, lambda: guide).mask if is_object else None
    inside = _found_patches(judge.store, mask, *generated.shape[:2])
    return {
        word: smooth(values, None if inside is None else inside & regions[word])
        for word, values in found.items()
    }, regions


def _own_region(pair: Pair, regions: Mapping[str, Flags]) -> Flags | None:
    """The patches of x that show the subject of the pair; None where x shows no other one."""
    if len(regions) < 2:
        return None
    return next(flags for word, flags in regions.items() if bare_word(word) == bare_word(pair.subject))


def _reproduced(
    judge: Judge,
    pair: Pair,
    reference: Features,
    generated: Features,
    region: Flags | None,
    painting: Painting | None = None,
) -> StoredMap:
    """r(y) on y's foreground by the patches of x in a region, ready to be stored."""
    inside = _learned_patches(judge.store, pair, *reference.shape[:2])
    found = reproduction(reference, [generated], paintings=[painting], regions=[region])
    return judge.map(smooth(found, inside))


@dataclass(frozen=True)
class JudgedPair:
    """A pair with all that its weights are made of: maps, x's foreground, and paint if there is any."""

    pair: Pair
    generated_image: str
    quality: StoredMap
    reproduction: StoredMap
    foreground: str | None
    painting: str | None


def read_pair(store: Store, pair: Pair, painting: str | None = None) -> JudgedPair:
    """What the store holds of a pair; it writes nothing where x's foreground was found before."""
    judged = store.refinements.map(pair.id, "quality")
    reproduced = store.refinements.map(pair.id, "reproduction")
    if reproduced is None or judged is None or pair.generated_image is None:
        raise StudioError("A pair of this refinement has no patch maps: press Draw pairs first.")
    return JudgedPair(pair, pair.generated_image, judged, reproduced, _found_mask(store, pair), painting)


def weights_of_pair(
    store: Store, judged: JudgedPair, settings: RefineSettings, judge: Judge | None
) -> NDArray[np.float64]:
    """The weights of Eq. P7 of one pair, (2, h, w), with the human's word over the estimate.

    A painted pair needs the `judge`: what was painted bad in x counts as lost in y.
    """
    height, width = judged.quality.values.shape
    lost, brush = judged.reproduction.values, None
    if judged.painting is not None and judge is not None:
        brush = as_array(store.images.mask(judged.painting))
        known = judge.features([judged.pair.reference_image, judged.generated_image])
        reference, generated = known[judged.pair.reference_image], known[judged.generated_image]
        region = _region_of(judge, judged.pair, generated)
        lost = _reproduced(judge, judged.pair, reference, generated, region, brush).values
    return pair_weights(
        lost,
        judged.quality.values,
        _learned_patches(store, judged.pair, height, width),
        _found_patches(store, judged.foreground, height, width),
        settings.background_weight,
        settings.uniform_weights,
        brush,
        settings.even_reference,
        judged.reproduction.values,
    )


def _region_of(judge: Judge, pair: Pair, generated: Features) -> Flags | None:
    """As `_own_region`, for a pair that was judged before."""
    project = judge.store.projects.get(judge.store.rounds.get(pair.round_id).project_id)
    words = [group.trigger_word for group in subjects(judge.store.projects.references(project.id))]
    if len(named_words(pair.prompt, words)) < 2:
        return None
    references = named_in(pair.prompt, references_by_subject(judge, project))
    return _own_region(pair, assign_subjects(quality_by_subject(generated, references)))


def _found_mask(store: Store, pair: Pair) -> str | None:
    """The foreground of an object's x; what the doctor forgot is looked for again."""
    if not pair.subject or pair.generated_image is None:
        return None
    return find_foreground(store, pair.generated_image).mask


def _learned_patches(store: Store, pair: Pair, height: int, width: int) -> Flags | None:
    """The patches of y that are learned: the subject of a reference, or the accepted part of a picture."""
    return mask_patches(store, pair.reference_mask, height, width, pair.prompt if pair.subject else None)


def _found_patches(store: Store, mask: str | None, height: int, width: int) -> Flags | None:
    """The foreground patches of x; what was found in it and is unusable means that all of x counts."""
    with suppress(StudioError):
        return mask_patches(store, mask, height, width, "")
    return None
