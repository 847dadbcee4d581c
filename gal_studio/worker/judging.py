"""Patch maps in the store: which patches of x are right (Eq. P4), and which of y were lost (Eq. P5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patch_quality import (
    Features,
    Judged,
    Limits,
    check_subjects,
    foreground_patches,
    pair_weights,
    quality,
    reproduction,
    rescale,
    smooth,
)
from gal_studio.core.settings import RefineSettings
from gal_studio.core.types import Candidate, Reference
from gal_studio.engine.foreground import foreground_mask
from gal_studio.engine.protocols import VisionTower
from gal_studio.state import Store
from gal_studio.state.refinements import Foreground, Pair, StoredMap

Flags = NDArray[np.bool_]
Painting = NDArray[np.uint8]


@dataclass(frozen=True)
class Judge:
    """A vision model with the limits that make its cosines into maps (Eq. P6)."""

    store: Store
    tower: VisionTower
    limits: Limits
    name: str

    def features(self, images: Sequence[str]) -> dict[str, Features]:
        """F of stored pictures (Eq. P2), by their names."""
        names = list(dict.fromkeys(images))
        if not names:
            return {}
        rows = self.tower.patches([self.store.images.picture(name) for name in names])
        return dict(zip(names, rows, strict=True))

    def reference(self, image: str, mask: str | None, features: Features) -> Judged:
        """A reference as Eq. P4 wants it: features and foreground patches."""
        return features, self.patches(mask, features)

    def patches(self, mask: str | None, features: Features) -> Flags | None:
        """Which patches lie under a stored mask; None where all count."""
        if mask is None:
            return None
        return foreground_patches(as_array(self.store.images.mask(mask)) / 255, *features.shape[:2])

    def map(self, values: NDArray[np.floating]) -> StoredMap:
        """Eq. P6, ready to be stored."""
        return StoredMap(rescale(values, self.limits).astype(np.float32), self.name)


def as_array(picture: Image.Image) -> NDArray[np.uint8]:
    """The pixels of a picture of one channel, (h, w)."""
    return np.asarray(picture, dtype=np.uint8)


def find_foreground(store: Store, image: str) -> Foreground:
    """The foreground of a stored picture, found once; none is an answer too."""
    known = store.refinements.foreground(image)
    if known is not None:
        return known
    try:
        found = Foreground(store.images.add_picture(foreground_mask(store.images.picture(image))))
    except StudioError as error:
        found = Foreground(None, str(error))
    store.refinements.keep_foreground(image, found)
    return found


def mask_of_reference(store: Store, reference: Reference) -> str | None:
    """The foreground of a reference: what a person painted, else what was found; None: all of it."""
    return reference.mask or find_foreground(store, reference.image).mask


def judge_pair(judge: Judge, pair: Pair, references: Sequence[Judged], known: Mapping[str, Features]) -> None:
    """Store q(x) and r(y) of one pair, and find x's foreground."""
    assert pair.generated_image is not None
    generated, reference = known[pair.generated_image], known[pair.reference_image]
    height, width = generated.shape[:2]
    inside = _flags(judge.store, _found_mask(judge.store, pair), height, width, strict=False)
    judged = smooth(quality(generated, references), inside)
    with judge.store.database.transaction():
        judge.store.refinements.save_map(pair.id, "quality", judge.map(judged))
        judge.store.refinements.save_map(
            pair.id, "reproduction", _reproduced(judge, pair, reference, generated)
        )


def judge_candidate(
    judge: Judge, candidate: Candidate, generated: Features, references: Sequence[Judged], is_object: bool
) -> None:
    """Store q(x) of a candidate; each patch counts for the subject that it resembles most (Eq. P4)."""
    mask = find_foreground(judge.store, candidate.image).mask if is_object else None
    height, width = generated.shape[:2]
    inside = _flags(judge.store, mask, height, width, strict=False)
    values = judge.map(smooth(quality(generated, references), inside))
    judge.store.refinements.save_map(candidate.id, "quality", values)


def _reproduced(
    judge: Judge, pair: Pair, reference: Features, generated: Features, painting: Painting | None = None
) -> StoredMap:
    """r(y) on y's foreground, ready to be stored."""
    inside = judge.patches(pair.reference_mask, reference)
    paintings = None if painting is None else [painting]
    return judge.map(smooth(reproduction(reference, [generated], paintings=paintings), inside))


def weights_of_pair(
    store: Store, pair: Pair, settings: RefineSettings, painting: str | None, judge: Judge | None
) -> NDArray[np.float64]:
    """The weights of Eq. P7 of one pair, (2, h, w), with the human's word over the estimate.

    A painted pair needs the `judge`: what was painted bad in x counts as lost in y.
    """
    reproduced = store.refinements.map(pair.id, "reproduction")
    judged = store.refinements.map(pair.id, "quality")
    if reproduced is None or judged is None or pair.generated_image is None:
        raise StudioError("A pair of this refinement has no patch maps: press Draw pairs first.")
    height, width = judged.values.shape
    lost, brush = reproduced.values, None
    if painting is not None and judge is not None:
        brush = as_array(store.images.mask(painting))
        known = judge.features([pair.reference_image, pair.generated_image])
        reference, generated = known[pair.reference_image], known[pair.generated_image]
        lost = _reproduced(judge, pair, reference, generated, brush).values
    return pair_weights(
        lost,
        judged.values,
        _flags(store, pair.reference_mask, height, width),
        _flags(store, _found_mask(store, pair), height, width, strict=False),
        settings.background_weight,
        settings.uniform_weights,
        brush,
    )


def _found_mask(store: Store, pair: Pair) -> str | None:
    if not pair.subject or pair.generated_image is None:
        return None
    return find_foreground(store, pair.generated_image).mask


def _flags(store: Store, mask: str | None, height: int, width: int, strict: bool = True) -> Flags | None:
    """The patches under a mask; one that was found in x and is unusable means that all of x counts."""
    if mask is None:
        return None
    try:
        return foreground_patches(as_array(store.images.mask(mask)) / 255, height, width)
    except StudioError:
        if strict:
            raise
        return None


def refuse_absent_subjects(
    judge: Judge, references: Mapping[str, Sequence[Judged]], generated: Mapping[str, Sequence[Features]]
) -> None:
    """Refuse where one of several subjects appears in none of the pictures that should show it."""
    if len(references) < 2:
        return
    check_subjects(
        {
            subject: [
                _seen(judge, entry, features) for features in generated.get(subject, ()) for entry in entries
            ]
            for subject, entries in references.items()
        }
    )


def _seen(judge: Judge, reference: Judged, generated: Features) -> NDArray[np.float64]:
    features, mask = reference
    values = rescale(reproduction(features, [generated]), judge.limits)
    return values.ravel() if mask is None else values[mask]
