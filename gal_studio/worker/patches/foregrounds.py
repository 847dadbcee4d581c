"""Find the subjects in pictures: before a calm background, or by what resembles the subject."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import Flags
from gal_studio.core.patchdpo.patch_quality import Features, Judged, Map, foreground_patches, quality
from gal_studio.core.prompts import trigger_key
from gal_studio.core.types import Reference
from gal_studio.engine.patches.foreground import NoForegroundError, foreground_mask, guided_cut, is_calm
from gal_studio.rounds.patch_maps import mask_of_reference
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Foreground
from gal_studio.worker.patches.patch_scorer import PatchScorer


def find_foreground(store: Store, image: str, guide: Callable[[], Map] | None = None) -> Foreground:
    """Find the foreground of a stored picture. It is searched once: that there is none is stored as well.

    `guide` returns how much each patch resembles the subject; it is called if the background is busy.
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


def find_in_references(
    store: Store,
    open_scorer: Callable[[], PatchScorer],
    references: Sequence[Reference],
    wanted: Sequence[Reference],
) -> Iterator[Reference]:
    """Find the subject in each of the `wanted` references of a project; yields each before its search.

    References with a calm background come first. With a busy background, the subject is what resembles the
    subject of those; if there are none, it is what all pictures of the subject have in common.
    """
    if not wanted:
        return
    calm = {reference.id: is_calm(store.images.picture(reference.image)) for reference in references}
    for reference in sorted(wanted, key=lambda reference: not calm[reference.id]):
        yield reference
        find_foreground(store, reference.image, _guide(store, open_scorer, references, reference, calm))


def _guide(
    store: Store,
    open_scorer: Callable[[], PatchScorer],
    references: Sequence[Reference],
    reference: Reference,
    calm: dict[str, bool],
) -> Callable[[], Map] | None:
    """Returns how much each patch of a reference resembles its subject; None without other references."""
    others = [
        other
        for other in references
        if trigger_key(other.trigger_word) == trigger_key(reference.trigger_word)
        and other.image != reference.image
    ]
    sure = [other for other in others if other.mask or calm[other.id]]

    def resemblance() -> Map:
        scorer = open_scorer()
        known = scorer.features([reference.image, *(other.image for other in others)])
        judged = [(known[one.image], _known_patches(scorer, one, known[one.image])) for one in sure]
        seen = [(features, inside) for features, inside in judged if inside is not None]
        if seen:
            return quality(known[reference.image], seen)
        return _common(known[reference.image], _seen_in_common(store, reference, others, known))

    return resemblance if others else None


def _known_patches(scorer: PatchScorer, reference: Reference, features: Features) -> Flags | None:
    """The foreground patches of a reference; None if its subject is not known."""
    with suppress(StudioError):
        return scorer.patches(
            mask_of_reference(reference, scorer.store.refinements.foreground(reference.image)),
            features,
            reference.prompt,
        )
    return None


def _seen_in_common(
    store: Store, reference: Reference, others: Sequence[Reference], known: Mapping[str, Features]
) -> list[Judged]:
    """The patches of the other references that all pictures of the subject have in common."""
    found: list[Judged] = []
    for one in others:
        rest = [(known[other.image], None) for other in (reference, *others) if other.image != one.image]
        features = known[one.image]
        cut = guided_cut(store.images.picture(one.image), _common(features, rest)).astype(np.float64)
        with suppress(StudioError):
            found.append((features, foreground_patches(cut, *features.shape[:2])))
    return found or [(known[one.image], None) for one in others]


def _common(features: Features, others: Sequence[Judged]) -> Map:
    """How much each patch (h, w) resembles all the others: the mean of its best matches."""
    return np.asarray(np.mean([quality(features, [one]) for one in others], axis=0), dtype=np.float64)
