"""Whether objects are in a picture, by their own patches and by pictures without them (Eq. G25)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import fmean, stdev
from typing import Self

import numpy as np
from numpy.typing import NDArray

from gal_studio.core.copy_chance import expected
from gal_studio.core.patchdpo.carried import LEAST_APART, OBJECT_COLOUR, Look, patch_colours
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.shown import centred

FEWEST = 6
"""Pictures of the base model: fewer say nothing of how much they differ."""
NOWHERE = 2.0
"""D of an object to which no patch of a picture is nearest: nothing alike, in another color."""


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

        Each patch of the picture counts for the object that it is nearest to.
        """
        far = {word: [_far(picture, *each) for each in known] for word, known in self.references.items()}
        nearest = {word: np.min([each.min(axis=0) for each in rows], axis=0) for word, rows in far.items()}
        first = np.min([*nearest.values()], axis=0, initial=np.inf)
        return {
            word: fmean(
                float(each[:, nearest[word] <= first].min(axis=1, initial=NOWHERE).mean()) for each in rows
            )
            for word, rows in far.items()
        }

    def found(self, words: Sequence[str], picture: Look, prompt: str) -> dict[str, float]:
        """Eq. G25: by how many standard deviations a picture is nearer to objects than without them.

        `words` call those that are looked for. Those are left out whose references would not be told from the
        base model's pictures, and all where it drew too few.
        """
        if len(self.base) < FEWEST or not (known := [word for word in words if word in self._known]):
            return {}
        found, own = self.distances(picture), self.base.get(prompt, {})
        return {
            word: (expected(mean, own.get(word)) - found[word]) / apart
            for word in known
            for mean, apart in [self._known[word]]
        }

    @cached_property
    def _known(self) -> dict[str, tuple[float, float]]:
        """The mean and the spread of the base model's D, of objects whose references are told from these."""
        found = {}
        for word, known in self.references.items():
            base = [far[word] for far in self.base.values()]
            mean, apart = fmean(base), max(stdev(base), LEAST_APART)
            if mean - fmean(self.distances(look)[word] for look, _ in known) >= apart:
                found[word] = mean, apart
        return found


def _far(picture: Look, reference: Look, patches: Flags) -> NDArray[np.float64]:
    """How far each of an object's patches is from each patch of a picture, (m, h, w)."""
    height, width = patches.shape
    own, tints = (
        centred(reference.features)[patches],
        patch_colours(reference.colours, height, width)[patches],
    )
    there = patch_colours(picture.colours, *picture.features.shape[:2])
    apart = np.linalg.norm(tints[:, None, None] - there, axis=-1)
    cosines = np.einsum("md,hwd->mhw", own, centred(picture.features))
    far: NDArray[np.float64] = 1.0 - cosines + np.minimum(apart, OBJECT_COLOUR) / OBJECT_COLOUR
    return far
