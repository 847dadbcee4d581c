"""The heat maps of pictures as the page gets them."""

from contextlib import suppress

from gal_studio.core.errors import StudioError
from gal_studio.rounds.patch_maps import judged_by_subject
from gal_studio.state import Store
from gal_studio.state.tables.refinements import MapKind, StoredMap
from gal_studio.studio.views.types import PatchMap


def patch_maps(store: Store, owner_id: str, kind: MapKind) -> tuple[PatchMap, ...]:
    """The maps of a pair or of a candidate, one for each subject that was judged.

    A map of the whole picture does not count for a candidate with several subjects: it is judged again.
    """
    found = store.refinements.maps(owner_id, kind)
    if kind == "quality" and _is_candidate_of_several(store, owner_id):
        found.pop("", None)
    return tuple(_patch_map(subject, stored) for subject, stored in found.items())


def _is_candidate_of_several(store: Store, owner_id: str) -> bool:
    with suppress(StudioError):
        project_id = store.rounds.get(store.candidates.round_of(owner_id)).project_id
        return judged_by_subject(store.projects.prompts(project_id))
    return False


def _patch_map(subject: str, stored: StoredMap) -> PatchMap:
    height, width = stored.values.shape
    values = tuple(round(float(value), 4) for value in stored.values.flat)
    return PatchMap(height, width, values, stored.vision_model, subject)
