"""The copy detector: a vision model that looks for the references in drawn pictures (Eq. G10)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features, Judged
from gal_studio.core.patchdpo.shown import (
    SHOWS_FROM,
    Found,
    Sought,
    find_reference,
    find_subject,
    score_shown,
    shared_with,
    show_most,
)
from gal_studio.core.types import Kind, Reference
from gal_studio.engine.patches.foreground import is_ragged
from gal_studio.rounds import lineage, pairs
from gal_studio.rounds.pairs import mask_of_reference
from gal_studio.state.tables.refinements import StoredMap
from gal_studio.worker.patches.foregrounds import find_in_references
from gal_studio.worker.patches.judge import Judge
from gal_studio.worker.patches.open_judge import open_judge
from gal_studio.worker.task import Task


@dataclass(frozen=True)
class Evidence:
    """The score of Eq. G11, from 0.5 on a copy, and which patches of the picture show the reference.

    `subject` is the score of Eq. G19; None for a style, and where no object was found in any reference.
    """

    score: float
    map: StoredMap
    subject: float | None = None


@dataclass(frozen=True)
class CopyDetector:
    """A vision model with what it looks for in each reference (Eq. G10), and the objects there (Eq. G19)."""

    judge: Judge
    sought: tuple[Sought, ...]
    shows_from: float
    objects: tuple[Judged, ...] = ()

    def compare(self, pictures: Sequence[Image.Image]) -> list[Evidence]:
        """Compare drawn pictures with the references."""
        return [self._evidence(features) for features in self.judge.tower.patches(pictures)]

    def _find(self, generated: Features) -> Found:
        return show_most([find_reference(each, generated, self.judge.limits) for each in self.sought])

    def _evidence(self, features: Features) -> Evidence:
        found = self._find(features)
        subject = find_subject(self.objects, features, self.judge.limits) if self.objects else None
        stored = StoredMap(found.map.astype(np.float32), self.judge.name)
        return Evidence(score_shown(found.likeness, self.shows_from), stored, subject)


def open_copy_detector(task: Task) -> CopyDetector:
    """Open the project's vision model as a copy detector; refused if it has no patch features."""
    store, project = task.store, task.project
    name = pairs.vision_model(store.rounds.settings(task.round.id))
    judge = open_judge(store, task.models, project, name)
    references = store.projects.references(project.id)
    wanted = [
        reference
        for reference in references
        if reference.mask is None and store.refinements.foreground(reference.image) is None
    ]
    for _ in find_in_references(store, lambda: judge, references, wanted):
        pass
    known = judge.features([reference.image for reference in references])
    is_style = project.kind == "style"
    accepted = _accepted(task, judge) if is_style else []
    sought = []
    for reference in references:
        features = known[reference.image]
        patches = _counting(judge, project.kind, reference, features)
        if patches.any():
            alike = np.full(patches.shape, judge.limits.low)  # any two subjects are that alike
            shared = shared_with(features, patches, accepted, judge.limits) if is_style else alike
            sought.append(Sought(features, patches, shared))
    if not sought:
        raise StudioError("No reference has anything to look for: their subjects fill the whole pictures.")
    objects = () if is_style else tuple(_objects(judge, references, known))
    return CopyDetector(judge, tuple(sought), judge.tower.shows_from or SHOWS_FROM, objects)


def _objects(
    judge: Judge, references: Sequence[Reference], known: Mapping[str, Features]
) -> Iterator[Judged]:
    """The references' features with the patches of their object, of those in which it is known."""
    for reference in references:
        with suppress(StudioError):
            mask = mask_of_reference(reference, judge.store.refinements.foreground(reference.image))
            inside = judge.patches(mask, known[reference.image], reference.prompt)
            if inside is not None and inside.any():
                yield known[reference.image], inside


def _counting(judge: Judge, kind: Kind, reference: Reference, features: Features) -> Flags:
    """The patches that a copy repeats: the subject of a style, what surrounds an object that is learned.

    All of them where the subject is not known, as of a style in whose texture only shreds of it were found.
    """
    subject = None
    with suppress(StudioError):
        mask = mask_of_reference(reference, judge.store.refinements.foreground(reference.image))
        shreds = mask and not reference.mask and is_ragged(judge.store.images.picture(mask))
        if kind == "object" or not shreds:
            subject = judge.patches(mask, features, reference.prompt)
    if subject is None:
        return np.ones(features.shape[:2], dtype=bool)
    return ~subject if kind == "object" else subject


def _accepted(task: Task, judge: Judge) -> list[Features]:
    """The pictures accepted in earlier rounds: what all of them share with a reference is the style."""
    store = task.store
    images = [
        candidate.image
        for ancestor in lineage.rounds_above(store.snapshots.round(task.round.id))
        for candidate in lineage.accepted_candidates(ancestor)
        if store.images.has(candidate.image)
    ]
    return list(judge.features(images).values())
