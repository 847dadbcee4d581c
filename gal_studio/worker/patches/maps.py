"""Score pictures patch by patch: which patches of x are right (Eq. P4)."""

from dataclasses import dataclass

import numpy as np

from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features, Map, assign_subjects, smooth
from gal_studio.core.records.candidate import Candidate
from gal_studio.worker.patches.foregrounds import find_foreground
from gal_studio.worker.patches.patch_scorer import PatchScorer, References
from gal_studio.worker.patches.regions import found_patches


@dataclass(frozen=True)
class JudgedPicture:
    """q(x) and the patches that resemble each subject most, by trigger word; the mask of x's foreground."""

    quality: dict[str, Map]
    patches: dict[str, Flags]
    foreground: str | None


def score_candidate(
    scorer: PatchScorer, candidate: Candidate, generated: Features, references: References, is_object: bool
) -> None:
    """Store q(x) of a candidate (Eq. P4), for each subject by its own references."""
    judged = judge_picture(scorer, candidate.image, generated, references, is_object)
    with scorer.store.database.transaction():
        for word, values in judged.quality.items():
            scorer.store.refinements.save_map(candidate.id, "quality", scorer.map(values), word)


def judge_picture(
    scorer: PatchScorer, image: str, generated: Features, references: References, is_object: bool
) -> JudgedPicture:
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
    return JudgedPicture(quality, patches, mask)
