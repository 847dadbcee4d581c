"""The copy detector: a vision model that looks for the references in pictures (Eq. G16, G17)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Self

import numpy as np
from PIL import Image

from gal_studio.core.copy_chance import expected
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.carried import (
    LEAST_APART,
    Look,
    Scale,
    object_distance,
    style_distance,
)
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features
from gal_studio.core.patchdpo.present import SoughtObjects
from gal_studio.core.patchdpo.shown import (
    SHOWS_FROM,
    Match,
    ReferencePatches,
    find_reference,
    match,
    score_shown,
    shared_with,
    show_most,
)
from gal_studio.core.references import Prompts, Subject
from gal_studio.core.taught.taught import Taught
from gal_studio.core.types import Reference
from gal_studio.engine.patches.colours import lab_colours
from gal_studio.engine.patches.foreground import is_ragged
from gal_studio.rounds import lineage
from gal_studio.rounds.base_pictures import of_project
from gal_studio.rounds.inputs import held_out_of
from gal_studio.rounds.patch_maps import mask_of_reference, vision_model
from gal_studio.state.tables.refinements import StoredMap
from gal_studio.worker.patches.foregrounds import find_in_references
from gal_studio.worker.patches.open_scorer import open_scorer
from gal_studio.worker.patches.patch_scorer import PatchScorer
from gal_studio.worker.task import Task


@dataclass(frozen=True)
class Evidence:
    """What the vision model says of a picture.

    `score` is how much of a reference it shows, from 0.5 on a copy, and `map` which patches show it.
    `likeness` is that of Eq. G16; None without pictures of the base model. `carries` is Eq. G17, NaN where it
    cannot be measured, and `objects` Eq. G25 of each object that its prompt names.
    """

    score: float
    map: StoredMap
    likeness: float | None = None
    carries: float = float("nan")
    objects: Mapping[str, float] = field(default_factory=dict)


def looks_of(pictures: Sequence[Image.Image], features: Iterable[Features]) -> list[Look]:
    """What pictures look like, whose patch features are known."""
    return [Look(known, lab_colours(one)) for one, known in zip(pictures, features, strict=True)]


@dataclass(frozen=True)
class LearnedLooks:
    """The references' looks, whose patches of an object (None: a style) count, and the scale of Eq. G17.

    `shows` are the references of an object; none where its patches are not known. Where some are
    `held_out` of the training, pictures are compared with the others, and with these.
    """

    looks: tuple[Look, ...]
    subjects: tuple[Flags, ...] | None
    scale: Scale | None = None
    held_out: tuple[bool, ...] = ()
    without_ground: bool = False
    shows: tuple[Reference, ...] = ()

    def known_of(self, subject: Subject) -> list[tuple[Look, Flags]]:
        """The references of one of the objects whose own patches are known."""
        known = zip(self.looks, self.subjects or (), self.shows, strict=False)
        return [(look, flags) for look, flags, one in known if subject.is_shown_by(one)]

    def distance(self, look: Look) -> float:
        """D of Eq. G17."""
        if self.subjects is None:
            return style_distance(look, self.looks, self.without_ground)
        known = list(zip(self.looks, self.subjects, strict=True))
        apart = [*compress(known, self._is_seen)], [*compress(known, self.held_out)]
        return max(object_distance(look, each) for each in apart if each)

    @property
    def own(self) -> float:
        """The mean distance of the references that are trained on."""
        seen = [*compress(self.looks, self._is_seen)]
        return float(np.mean([self.distance(look) for look in seen or self.looks]))

    @property
    def _is_seen(self) -> list[bool]:
        return [not is_out for is_out in self.held_out or (False,) * len(self.looks)]

    def carried(self, look: Look) -> float:
        """Eq. G17; NaN without a scale."""
        return self.scale.carried(self.distance(look)) if self.scale else float("nan")


@dataclass(frozen=True)
class CopyDetector:
    """A vision model with what it looks for in each reference (Eq. G16, G17).

    `alike` is the v of Eq. G16 of the base model's picture of each prompt; empty where it has drawn none.
    """

    scorer: PatchScorer
    sought: tuple[ReferencePatches, ...]
    shows_from: float
    learned: LearnedLooks
    alike: Mapping[str, float] = field(default_factory=dict)
    objects: SoughtObjects = field(default_factory=SoughtObjects)
    prompts: Prompts | None = None

    def compare(self, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> list[Evidence]:
        """Compare pictures that were drawn for these prompts with the references."""
        looks = looks_of(pictures, self.scorer.tower.patches(pictures))
        return [self._evidence(look, prompt) for look, prompt in zip(looks, prompts, strict=True)]

    def with_base(self, drawn: Mapping[str, Image.Image]) -> Self:
        """A detector that knows the base model's pictures by prompt, too: they carry nothing and are no
        copies.
        """
        pictures = list(drawn.values())
        looks = looks_of(pictures, self.scorer.tower.patches(pictures))
        if not looks:
            return self
        alike = {prompt: self._match(look) for prompt, look in zip(drawn, looks, strict=True)}
        base = np.mean([self.learned.distance(look) for look in looks])
        learned = replace(self.learned, scale=Scale(float(base), self.learned.own))
        objects = self.objects.with_base(dict(zip(drawn, looks, strict=True)))
        return replace(self, alike=alike, learned=learned, objects=objects)

    def _find(self, generated: Features) -> Match:
        return show_most([find_reference(each, generated, self.scorer.limits) for each in self.sought])

    def _evidence(self, look: Look, prompt: str) -> Evidence:
        found = self._find(look.features)
        score = score_shown(found.likeness, self.shows_from)
        stored = StoredMap(found.map.astype(np.float32), self.scorer.name)
        if not self.alike:
            return Evidence(score, stored)
        named = self.prompts.taught.called_in(self.prompts, prompt) if self.prompts else ()
        objects = self.objects.found(named, look, prompt)
        mean = float(np.mean([*self.alike.values()]))
        above = self._match(look) - expected(mean, self.alike.get(prompt))
        likeness = above / max(1.0 - mean, LEAST_APART)
        return Evidence(score, stored, likeness, self.learned.carried(look), objects)

    def _match(self, look: Look) -> float:
        """The v of Eq. G16, of the reference that a picture shows most of."""
        return max(match(each, look.features) for each in self.sought)


def open_copy_detector(task: Task) -> CopyDetector:
    """Open the project's vision model as a copy detector; refused if it has no patch features."""
    store, project = task.store, task.project
    name = vision_model(task.round.settings)
    scorer = open_scorer(store, task.models, project, name)
    references = store.projects.references(project.id)
    seen = store.refinements.foregrounds([one.image for one in references])
    wanted = [one for one in references if one.mask is None and one.image not in seen]
    for _ in find_in_references(store, lambda: scorer, references, wanted):
        pass
    known = scorer.features([reference.image for reference in references])
    taught = project.taught
    accepted = [] if taught.is_subject else _accepted(task, scorer)
    sought = []
    for reference in references:
        features = known[reference.image]
        patches = _counting(scorer, taught, reference, features)
        if patches.any():
            alike = np.full(patches.shape, scorer.limits.low)  # any two subjects are that alike
            if not taught.is_subject:
                alike = shared_with(features, patches, accepted, scorer.limits)
            sought.append(ReferencePatches(features, patches, alike))
    if not sought:
        raise StudioError("No reference has anything to look for: their subjects fill the whole images.")
    shows_from = scorer.tower.shows_from or SHOWS_FROM
    out = held_out_of(task.now(), references)
    learned = _learned(scorer, taught, references, known, out, task.settings.gal.without_ground)
    prompts = task.prompts
    known_of = {one.trigger_word: learned.known_of(one) for one in prompts.subjects}
    objects = SoughtObjects({word: own for word, own in known_of.items() if own})
    detector = CopyDetector(scorer, tuple(sought), shows_from, learned, objects=objects, prompts=prompts)
    base = of_project(store, project)
    return detector.with_base({prompt: store.images.picture(image) for prompt, image in base.items()})


def _learned(
    scorer: PatchScorer,
    taught: Taught,
    references: Sequence[Reference],
    known: Mapping[str, Features],
    held_out: Sequence[Reference],
    without_ground: bool,
) -> LearnedLooks:
    pictures = [scorer.store.images.picture(each.image) for each in references]
    looks = looks_of(pictures, [known[each.image] for each in references])
    if not taught.is_subject:
        return LearnedLooks(tuple(looks), None, without_ground=without_ground)
    subjects = [~_counting(scorer, taught, each, known[each.image]) for each in references]
    out = [each in held_out for each in references]
    shown = [one for one in zip(looks, subjects, out, references, strict=True) if one[1].any()]
    if not shown:  # no subject was found: the whole pictures are the object
        whole = tuple(np.ones_like(flags) for flags in subjects)
        return LearnedLooks(tuple(looks), whole, held_out=tuple(out))
    known_looks, flags, is_out, shows = zip(*shown, strict=True)
    return LearnedLooks(known_looks, flags, held_out=is_out, shows=shows)


def _counting(scorer: PatchScorer, taught: Taught, reference: Reference, features: Features) -> Flags:
    """The patches that a copy repeats: the subject of a style, what surrounds an object that is learned.

    All of them where the subject is not known, as of a style in whose texture only shreds of it were found.
    """
    subject = None
    with suppress(StudioError):
        mask = mask_of_reference(reference, scorer.store.refinements.foreground(reference.image))
        shreds = mask and not reference.mask and is_ragged(scorer.store.images.picture(mask))
        if taught.is_subject or not shreds:
            subject = scorer.patches(mask, features, reference.prompt)
    if subject is None:
        return np.ones(features.shape[:2], dtype=bool)
    return ~subject if taught.is_subject else subject


def _accepted(task: Task, scorer: PatchScorer) -> list[Features]:
    """The pictures accepted in earlier rounds: what all of them share with a reference is the style."""
    store = task.store
    images = [
        candidate.image
        for ancestor in lineage.rounds_above(store.snapshots.round(task.round.id))
        for candidate in lineage.accepted_candidates(ancestor)
        if store.images.has(candidate.image)
    ]
    return list(scorer.features(images).values())
