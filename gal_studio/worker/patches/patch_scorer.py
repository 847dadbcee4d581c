"""The patch scorer: a vision model that compares stored pictures with references, patch by patch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import (
    Features,
    Judged,
    Limits,
    Map,
    appears,
    place,
    quality_by_subject,
    reproduction,
    rescale,
    smooth,
)
from gal_studio.core.references import Prompts
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Reference
from gal_studio.engine.patches.tower import VisionTower
from gal_studio.rounds.patch_maps import mask_of_reference
from gal_studio.state import Store
from gal_studio.state.tables.pair_regions import PairRegion
from gal_studio.state.tables.refinements import StoredMap
from gal_studio.worker.patches.regions import mask_patches

References = Mapping[str, Sequence[Judged]]  # of each subject, by its key in `Prompts.judged`
Painting = NDArray[np.uint8]  # (H, W), see `masks.painted`
BATCH_SIZE = 8  # pictures scored between two checks for Stop


@dataclass(frozen=True)
class PatchScorer:
    """A vision model with the limits that turn its cosines into maps (Eq. P6)."""

    store: Store
    tower: VisionTower
    limits: Limits
    name: str

    def features(self, images: Sequence[str]) -> dict[str, Features]:
        """The patch features F of stored pictures (Eq. P2), by name."""
        names = list(dict.fromkeys(images))
        if not names:
            return {}
        rows = self.tower.patches([self.store.images.picture(name) for name in names])
        return dict(zip(names, rows, strict=True))

    def patches(self, mask: str | None, features: Features, prompt: str | None) -> Flags | None:
        """The patches of a picture under its stored mask, see `mask_patches`."""
        height, width = features.shape[:2]
        return mask_patches(self.store, mask, height, width, prompt)

    def map(self, placed: NDArray[np.floating]) -> StoredMap:
        """Eq. P6: values that were placed between the limits, as a map in [0, 1] that can be stored."""
        return StoredMap(np.clip(placed, 0.0, 1.0).astype(np.float32), self.name)

    def quality(self, generated: Features, references: References) -> dict[str, Map]:
        """Eq. P4 of each subject, placed between the limits for as many references as it has (Eq. P6)."""
        found = quality_by_subject(generated, references)
        return {
            word: place(values, self.limits.among(len(references[word]))) for word, values in found.items()
        }

    def reproduced(
        self, reference: Features, generated: Features, region: PairRegion, painting: Painting | None = None
    ) -> StoredMap:
        """Eq. P5 and P6: r(y) of a pair by the patches of x that show its subject, with the paint on x."""
        found = reproduction(reference, [generated], paintings=[painting], regions=[region.subject])
        return self.map(place(smooth(found, region.learned), self.limits))


def references_by_subject(
    scorer: PatchScorer, prompts: Prompts, references: Sequence[Reference]
) -> References:
    """The references by which the pictures of a project are judged, by the keys of `Prompts.judged`.

    Of an object only the foreground counts; references without a foreground count as a whole, and only if
    the subject has no others.
    """
    return {
        key: _seen_in(scorer, prompts.taught, [each for each in references if subject.is_shown_by(each)])
        for key, subject in prompts.judged.items()
    }


def _seen_in(scorer: PatchScorer, taught: Taught, references: Sequence[Reference]) -> list[Judged]:
    known = scorer.features([reference.image for reference in references])
    if taught.is_subject:
        masks = [
            (reference, mask_of_reference(reference, scorer.store.refinements.foreground(reference.image)))
            for reference in references
        ]
        found = [
            (known[reference.image], scorer.patches(mask, known[reference.image], reference.prompt))
            for reference, mask in masks
            if mask is not None
        ]
        if found:
            return found
    return [(known[reference.image], None) for reference in references]


def only(references: References, keys: Iterable[str]) -> References:
    """The references of some of the subjects."""
    return {key: references[key] for key in keys}


def look_for_subjects(
    scorer: PatchScorer, references: References, pictures: Mapping[str, Sequence[str]]
) -> Iterator[None]:
    """Refuse if one of several subjects appears in none of the `pictures` that should show it.

    Yields after every few pictures, and skips the rest once the subject is found.
    """
    if len(references) < 2:
        return
    for subject, judged in references.items():
        images = list(dict.fromkeys(pictures.get(subject, ())))
        for first in range(0, len(images), BATCH_SIZE):
            drawn = scorer.features(images[first : first + BATCH_SIZE]).values()
            if any(appears(_seen(scorer, reference, features)) for features in drawn for reference in judged):
                break
            yield
        else:
            if images:
                raise StudioError(
                    f"The subject {subject} appears in none of the generated images: train longer, or "
                    "let a prompt name it alone."
                )


def _seen(scorer: PatchScorer, reference: Judged, generated: Features) -> NDArray[np.float64]:
    features, mask = reference
    values = rescale(reproduction(features, [generated]), scorer.limits)
    return values.ravel() if mask is None else values[mask]
