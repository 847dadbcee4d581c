"""Refinements, heat maps and brushes."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.settings import AfterRefinement
from gal_studio.studio import Studio
from gal_studio.studio.views.json_types import ShownPicture
from gal_studio.studio.views.types import CandidateView
from gal_studio.ui.api.mask_runs import pixels_of, runs_of
from gal_studio.ui.payloads import Id, OfRound, Only, Runs
from gal_studio.ui.payloads.rounds import picture_payload
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")
REQUESTS.verbs("read", Studio.patch_maps, only="maps")
REQUESTS.verbs("write", Studio.judge_quality, Studio.make_pairs, Studio.refine)
REQUESTS.verbs("write", Studio.undo_painting, Studio.redo_painting, only="changed")


@dataclass(frozen=True)
class StoredPair:
    """What was painted over a pair, and the foreground of its reference."""

    painting: Runs | None
    foreground: Runs | None
    reference: Annotated[
        str | None, Doc("Id of the pair's reference, if a subject mask can be painted on it.")
    ]


@dataclass(frozen=True)
class StoredMask:
    """The mask of a reference, painted or found."""

    mask: Runs | None
    painted: bool
    can_undo: bool
    can_redo: bool


@dataclass(frozen=True)
class BeforeAfter:
    """The pictures of one prompt and seed before and after a refinement."""

    before: ShownPicture
    after: ShownPicture


@dataclass(frozen=True)
class ComparedAnchor:
    """The pictures of a test prompt before and after a refinement."""

    id: str
    prompt: str
    pictures: tuple[BeforeAfter, ...]


@REQUESTS.read
def part_mask(context: Context, candidate: Id) -> Annotated[Runs | None, Only("mask")]:
    """The accepted part of a candidate."""
    store = context.studio.store
    masks = store.decisions.of_round(store.candidates.round_of(candidate)).masks
    return _runs(context.studio, masks.get(candidate))


@REQUESTS.read
def pair(context: Context, pair: Id) -> StoredPair:
    """What was painted over a pair; its reference can be painted on if it shows an object."""
    store = context.studio.store
    found = store.refinements.pair(pair)
    painted = store.refinements.paintings.newest(found.round_id)
    references = store.projects.references(store.rounds.get(found.round_id).project_id)
    mask = found.reference_mask
    return StoredPair(
        painting=_runs(context.studio, painted.get(pair)),
        foreground=_runs(context.studio, mask) if mask and store.images.has(mask) else None,
        reference=next(
            (one.id for one in references if found.subject and one.image == found.reference_image), None
        ),
    )


@REQUESTS.read
def reference_mask(context: Context, reference: Id) -> StoredMask:
    """The mask of a reference, and whether it can be undone and redone."""
    store = context.studio.store
    stored = store.projects.reference(reference)
    found = store.refinements.foreground(stored.image)
    can_undo, can_redo = store.projects.masks.can_undo(stored.id)
    mask = _runs(context.studio, stored.mask or (found.mask if found else None))
    return StoredMask(mask, stored.mask is not None, can_undo, can_redo)


def _runs(studio: Studio, name: str | None) -> Runs | None:
    return runs_of(studio.store.images.mask(name)) if name else None


@REQUESTS.read
def before_after(context: Context, round: Id) -> Annotated[tuple[ComparedAnchor, ...], Only("anchors")]:
    """The pictures of a refinement and of its round that have the same prompt and seed."""
    views, node = context.views, context.studio.store.rounds.get(round)
    if node.parent_id is None:
        return ()
    after = views.round_view(node.project_id, node.id)
    before = {_place(view): view for view in views.round_view(node.project_id, node.parent_id).candidates}
    drawn: dict[str, list[BeforeAfter]] = {}
    for view in sorted(after.candidates, key=lambda view: view.candidate.index):
        if _place(view) in before:
            both = BeforeAfter(picture_payload(before[_place(view)]), picture_payload(view))
            drawn.setdefault(view.candidate.anchor_id, []).append(both)
    return tuple(
        ComparedAnchor(anchor.id, anchor.prompt, tuple(drawn[anchor.id]))
        for anchor in after.pool
        if anchor.id in drawn
    )


def _place(view: CandidateView) -> tuple[str, int]:
    """The anchor and the seed, which are the same in every round."""
    return view.candidate.anchor_id, view.candidate.seed


@REQUESTS.write
def run_refinement(context: Context, round: Id) -> OfRound:
    """Make pairs, train and draw."""
    return context.studio.run_refinement(round)[-1].round_id


@REQUESTS.write
def paint(context: Context, pair: Id, mask: Runs | None = None) -> None:
    """Paint over a pair; null removes the paint."""
    context.studio.paint(pair, pixels_of(mask) if mask else None)


@REQUESTS.write
def set_mask(context: Context, reference: Id, mask: Runs | None = None) -> None:
    """Say where a reference shows its subject; null lets the studio find it."""
    context.studio.set_reference_mask(reference, pixels_of(mask) if mask else None)


@REQUESTS.write
def undo_mask(context: Context, reference: Id) -> Annotated[bool, Only("changed")]:
    """Undo the last change of a mask."""
    return context.studio.undo_reference_mask(reference)


@REQUESTS.write
def redo_mask(context: Context, reference: Id) -> Annotated[bool, Only("changed")]:
    """Redo the change of a mask that was undone last."""
    return context.studio.redo_reference_mask(reference)


@REQUESTS.write
def next_rule(
    context: Context, project: Id, rule: AfterRefinement
) -> Annotated[AfterRefinement, Only("rule")]:
    """Choose what the next round does with a refinement."""
    settings = context.studio.change_settings(project, {"refine": {"next_round": rule}})
    return settings.refine.next_round
