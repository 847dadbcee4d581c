"""A vision model that judges patches: what it sees of stored pictures, references and subjects."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags, part_patches
from gal_studio.core.patchdpo.patch_quality import (
    Features,
    Judged,
    Limits,
    Map,
    appears,
    foreground_patches,
    reproduction,
    rescale,
)
from gal_studio.core.prompts import Subject, named_words, subjects
from gal_studio.core.types import Reference
from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask
from gal_studio.engine.patches.tower import VisionTower
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project
from gal_studio.state.tables.refinements import Foreground, StoredMap

References = Mapping[str, Sequence[Judged]]  # of each subject, by its trigger word
AT_ONCE = 8  # pictures judged between two looks at Stop


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

    def patches(self, mask: str | None, features: Features, prompt: str | None) -> Flags | None:
        """Which patches of a picture lie under its stored mask, see `mask_patches`."""
        height, width = features.shape[:2]
        return mask_patches(self.store, mask, height, width, prompt)

    def map(self, values: NDArray[np.floating]) -> StoredMap:
        """Eq. P6, ready to be stored."""
        return StoredMap(rescale(values, self.limits).astype(np.float32), self.name)


def as_array(picture: Image.Image) -> NDArray[np.uint8]:
    """The pixels of a picture of one channel, (h, w)."""
    return np.asarray(picture, dtype=np.uint8)


def find_foreground(store: Store, image: str, guide: Callable[[], Map] | None = None) -> Foreground:
    """The foreground of a stored picture, found once; none is an answer too, a disk that refuses is not.

    `guide` tells, before a busy ground, how much each patch resembles the subject.
    """
    known = store.refinements.foreground(image)
    if known is not None:
        return known
    try:
        mask = foreground_mask(store.images.picture(image), guide)
    except NoForegroundError as error:
        found = Foreground(None, str(error))
    else:
        found = Foreground(store.images.add_picture(mask))
    store.refinements.keep_foreground(image, found)
    return found


def mask_of_reference(store: Store, reference: Reference) -> str | None:
    """The foreground of a reference: what a person painted, else what was found; None: all of it.

    Reads only; who finds the subjects of references is `foregrounds.find_in_references`.
    """
    found = store.refinements.foreground(reference.image)
    return reference.mask or (found.mask if found else None)


def mask_patches(store: Store, mask: str | None, height: int, width: int, prompt: str | None) -> Flags | None:
    """Which of (height, width) patches lie under a stored mask; None where all count.

    `prompt` is that of the reference whose subject the mask shows; None: it is a part that was painted.
    """
    if mask is None:
        return None
    values = as_array(store.images.mask(mask)) / 255
    if prompt is None:
        return part_patches(values, height, width)
    return foreground_patches(values, height, width, prompt=prompt)


def references_by_subject(judge: Judge, project: Project) -> References:
    """What the pictures of a project are judged by: the references of each of its subjects, by trigger word.

    A single object, or a style, is called "". Objects are seen in their foregrounds; references without one
    count, whole as those of a style do, where a subject has no others.
    """
    groups = subjects(judge.store.projects.references(project.id))
    several = len(groups) > 1
    return {group.trigger_word if several else "": _seen_in(judge, project, group) for group in groups}


def _seen_in(judge: Judge, project: Project, subject: Subject) -> list[Judged]:
    known = judge.features([entry.image for entry in subject.references])
    if project.kind == "object":
        masks = [(entry, mask_of_reference(judge.store, entry)) for entry in subject.references]
        found = [
            (known[entry.image], judge.patches(mask, known[entry.image], entry.prompt))
            for entry, mask in masks
            if mask is not None
        ]
        if found:
            return found
    return [(known[entry.image], None) for entry in subject.references]


def named_in(prompt: str, references: References) -> References:
    """The references of the subjects that a prompt names."""
    return {word: references[word] for word in named_words(prompt, references)}


def look_for_subjects(
    judge: Judge, references: References, pictures: Mapping[str, Sequence[str]]
) -> Iterator[None]:
    """Refuse where one of several subjects appears in none of the `pictures` that should show it.

    It looks at a few pictures between two yields, and no further than to the first ones with the subject.
    """
    if len(references) < 2:
        return
    for subject, entries in references.items():
        images = list(dict.fromkeys(pictures.get(subject, ())))
        for first in range(0, len(images), AT_ONCE):
            drawn = judge.features(images[first : first + AT_ONCE]).values()
            if any(appears(_seen(judge, entry, features)) for features in drawn for entry in entries):
                break
            yield
        else:
            if images:
                raise StudioError(
                    f"The subject {subject} appears in none of the generated pictures: fine-tune longer, or "
                    "let a prompt name it alone."
                )


def _seen(judge: Judge, reference: Judged, generated: Features) -> NDArray[np.float64]:
    features, mask = reference
    values = rescale(reproduction(features, [generated]), judge.limits)
    return values.ravel() if mask is None else values[mask]
