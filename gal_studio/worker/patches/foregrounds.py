"""Where the subjects are: what a person painted, what a calm ground shows, what resembles the subject."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features, Judged, Map, foreground_patches, quality
from gal_studio.core.prompts import subjects
from gal_studio.core.types import Reference
from gal_studio.engine.patches.foreground import guided_cut, is_calm
from gal_studio.state import Store
from gal_studio.worker.patches.judge import Judge, find_foreground, mask_of_reference


def find_in_references(
    store: Store,
    open_judge: Callable[[], Judge],
    references: Sequence[Reference],
    wanted: Sequence[Reference],
) -> Iterator[Reference]:
    """Find the subject in each of the `wanted` references of a project; yields each before it is searched.

    Those before a calm ground come first; before a busy one the subject is what resembles it in them, or,
    where there is none, what all pictures of the subject have in common.
    """
    if not wanted:
        return
    calm = {entry.id: is_calm(store.images.picture(entry.image)) for entry in references}
    for entry in sorted(wanted, key=lambda entry: not calm[entry.id]):
        yield entry
        find_foreground(store, entry.image, _guide(store, open_judge, references, entry, calm))


def _guide(
    store: Store,
    open_judge: Callable[[], Judge],
    references: Sequence[Reference],
    entry: Reference,
    calm: dict[str, bool],
) -> Callable[[], Map] | None:
    """What tells how much each patch of a reference resembles its subject; None when nothing could tell."""
    subject = next(one for one in subjects(references) if entry.id in {own.id for own in one.references})
    others = [other for other in subject.references if other.image != entry.image]
    sure = [other for other in others if other.mask or calm[other.id]]

    def resemblance() -> Map:
        judge = open_judge()
        known = judge.features([entry.image, *(other.image for other in others)])
        judged = [(known[one.image], _known_patches(judge, one, known[one.image])) for one in sure]
        seen = [(features, inside) for features, inside in judged if inside is not None]
        if seen:
            return quality(known[entry.image], seen)
        return _common(known[entry.image], _seen_in_common(store, entry, others, known))

    return resemblance if others else None


def _known_patches(judge: Judge, reference: Reference, features: Features) -> Flags | None:
    """The foreground patches of a reference whose subject is known; None where it is not."""
    with suppress(StudioError):
        return judge.patches(mask_of_reference(judge.store, reference), features, reference.prompt)
    return None


def _seen_in_common(
    store: Store, entry: Reference, others: Sequence[Reference], known: Mapping[str, Features]
) -> list[Judged]:
    """The others' patches that all pictures of the subject have in common, cut out in a first round."""
    found: list[Judged] = []
    for one in others:
        rest = [(known[other.image], None) for other in (entry, *others) if other.image != one.image]
        features = known[one.image]
        cut = guided_cut(store.images.picture(one.image), _common(features, rest)).astype(np.float64)
        with suppress(StudioError):
            found.append((features, foreground_patches(cut, *features.shape[:2])))
    return found or [(known[one.image], None) for one in others]


def _common(features: Features, others: Sequence[Judged]) -> Map:
    """How much each patch (h, w) resembles every one of the others: the mean of its best matches."""
    return np.asarray(np.mean([quality(features, [one]) for one in others], axis=0), dtype=np.float64)
