"""Heat maps, and the masks of references and of accepted parts."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from gal_studio.state.images.read import read_picture
from gal_studio.studio import Studio
from gal_studio.studio.pointed import masks_at
from gal_studio.ui.api.mask_runs import pixels_of, runs_of, stored_runs
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.payloads import Id, Only, Runs
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")
REQUESTS.verbs("read", Studio.patch_maps, only="maps")
REQUESTS.verbs("write", Studio.judge_quality)
REQUESTS.verbs("write", Studio.undo_reference_mask, Studio.redo_reference_mask, only="changed")


Share = Annotated[float, Field(ge=0, le=1)]
"""Of an image's width or height, from the upper left."""


@dataclass(frozen=True)
class StoredMask:
    """The mask of a reference, painted or found."""

    mask: Runs | None
    painted: bool
    can_undo: bool
    can_redo: bool


@REQUESTS.read
def part_mask(context: Context, candidate: Id) -> Annotated[Runs | None, Only("mask")]:
    """The accepted part of a candidate."""
    store = context.studio.store
    masks = store.decisions.of_round(store.candidates.round_of(candidate)).masks
    return stored_runs(context.studio.store, masks.get(candidate))


@REQUESTS.read
def reference_mask(context: Context, reference: Id) -> StoredMask:
    """The mask of a reference, and whether it can be undone and redone."""
    store = context.studio.store
    stored = store.projects.reference(reference)
    found = store.refinements.foreground(stored.image)
    can_undo, can_redo = store.projects.masks.can_undo(stored.id)
    mask = stored_runs(context.studio.store, stored.mask or (found.mask if found else None))
    return StoredMask(mask, stored.mask is not None, can_undo, can_redo)


@REQUESTS.read
def masks_at_point(
    context: Context, x: Share = 0.5, y: Share = 0.5, reference: Id | None = None, path: Id | None = None
) -> Annotated[tuple[Runs, ...], Only("masks")]:
    """What lies at a point of a reference, or of an upload: up to three masks, the smallest first."""
    if reference is not None:
        image = context.studio.store.images.picture(context.studio.store.projects.reference(reference).image)
    else:
        image = read_picture(uploads().path(path or ""))[0]
    return tuple(map(runs_of, masks_at(image, (x, y))))


@REQUESTS.write
def set_mask(context: Context, reference: Id, mask: Runs | None = None) -> None:
    """Say where a reference shows its subject; null lets the studio find it."""
    context.studio.set_reference_mask(reference, pixels_of(mask) if mask else None)
