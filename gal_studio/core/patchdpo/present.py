"""Whether objects are in a picture, by their own patches and by pictures without them (Eq. G25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean, stdev
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gal_studio.core.copy_chance import expected
from gal_studio.core.patchdpo.carried import LEAST_APART, OBJECT_COLOUR, Look, patch_colours
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.shown import centred

FEWEST = 6
"""Pictures of the base model: fewer say nothing of how much they differ."""
NOWHERE = 1.0
"""D of an object for which no patch of a picture is left."""


@dataclass(frozen=True)
class SoughtObjects:
    """The looks of the references of each object, by trigger word, with its own patches in them.

    `base` has the D of each object in the base model's picture of each prompt, which shows another thing.
    """

    references: Mapping[str, Sequence[tuple[Look, Flags]]] = field(default_factory=dict)
    base: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def with_base(self, looks: Mapping[str, Look]) -> Self:
        """The same beside what the base model drew for these prompts."""
        return replace(self, base={prompt: self.distances(look) for prompt, look in looks.items()})

    def distances(self, picture: Look) -> dict[str, float]:
        """D of Eq. G25 of each object, the mean over its references.

        Patches of the picture that are nearer to another object, and those around them, count for that alone:
        a mixture of two objects is neither.
        """
        far = {word: [_far(picture, *each) for each in known] for word, known in self.references.items()}
        nearest = {word: np.min([each.min(axis=0) for each in rows], axis=0) for word, rows in far.items()}
        found = {}
        for word, rows in far.items():
            others = [near for other, near in nearest.items() if other != word]
            taken = np.any([near < nearest[word] for near in others], axis=0) if others else None
            left = np.ones_like(nearest[word], dtype=bool) if taken is None else ~_around(taken)
            found[word] = fmean(float(each[:, left].min(axis=1, initial=NOWHERE).mean()) for each in rows)
        return found

    def found(self, words: Sequence[str], picture: Look, prompt: str) -> dict[str, float]:
        """Eq. G25: by how many standard deviations a picture is nearer to objects than without them.

        `words` call those that are looked for. Those are left out whose references would not be told from the
        base model's pictures, and all where it drew too few.
        """
        found = self.distances(picture) if len(self.base) >= FEWEST else {}
        known = {word: self._z(word, found[word], prompt) for word in words if word in found}
        return {word: value for word, value in known.items() if value is not None}

    def _z(self, word: str, distance: float, prompt: str) -> float | None:
        base = {known: far[word] for known, far in self.base.items()}
        mean, apart = fmean(base.values()), max(stdev(base.values()), LEAST_APART)
        if mean - fmean(self.distances(look)[word] for look, _ in self.references[word]) < apart:
            return None
        return (expected(mean, base.get(prompt)) - distance) / apart


def _far(picture: Look, reference: Look, patches: Flags) -> NDArray[np.float64]:
    """How far each of an object's patches is from each patch of a picture, (m, h, w)."""
    height, width = patches.shape
    own, tints = centred(reference.features)[patches], patch_colours(reference.colours, height, width)[patches]
    there = patch_colours(picture.colours, *picture.features.shape[:2])
    apart = np.linalg.norm(tints[:, None, None] - there, axis=-1)
    cosines = np.einsum("md,hwd->mhw", own, centred(picture.features))
    far: NDArray[np.float64] = 1.0 - cosines + np.minimum(apart, OBJECT_COLOUR) / OBJECT_COLOUR
    return far


def _around(patches: Flags) -> Flags:
    """Patches, and those beside them, whose features they share."""
    beside: Flags = sliding_window_view(np.pad(patches, 1), (3, 3)).any(axis=(-2, -1))
    return beside
