"""Refinements: their pairs, the brush on these, and what is compared afterwards."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.records.candidate import ShownPicture, Tile
from gal_studio.core.settings import AfterRefinement
from gal_studio.features.refine import verbs
from gal_studio.features.refine.view import Ahead, RefinementView, ahead
from gal_studio.studio.views.types import FullRound
from gal_studio.ui.api.mask_runs import pixels_of, stored_runs
from gal_studio.ui.payloads import Id, OfRound, Only, Runs
from gal_studio.ui.requests import Context, Requests

REQUESTS = Requests("rounds")
REQUESTS.verbs("write", verbs.make_pairs, verbs.refine)
REQUESTS.verbs("write", verbs.undo_painting, verbs.redo_painting, only="changed")


@dataclass(frozen=True)
class StoredPair:
    """What was painted over a pair, and the foreground of its reference."""

    painting: Runs | None
    foreground: Runs | None
    reference: Annotated[
        str | None, Doc("Id of the pair's reference, if a subject mask can be painted on it.")
    ]


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


@REQUESTS.part
def refinement(context: Context, view: FullRound) -> RefinementView | None:
    """What a poll brings of a refinement beside its round; None of another round."""
    round_ = view.round
    if not round_.variant.refines or round_.parent_id is None:
        return None
    make = partial(verbs.refinement_view, context.studio, round_.id)
    return context.views.kept(round_.project_id, f"refinement {round_.id}", make)


@REQUESTS.read
def before_refinement(context: Context, round: Id) -> Ahead:
    """What a refinement of a round has to do."""
    return ahead(context.studio.store, round)


@REQUESTS.read
def pair(context: Context, pair: Id) -> StoredPair:
    """What was painted over a pair; its reference can be painted on if it shows an object."""
    store = context.studio.store
    found = store.refinements.pair(pair)
    painted = store.refinements.paintings.newest(found.round_id)
    references = store.projects.references(store.rounds.get(found.round_id).project_id)
    mask = found.reference_mask
    return StoredPair(
        painting=stored_runs(store, painted.get(pair)),
        foreground=stored_runs(store, mask) if mask and store.images.has(mask) else None,
        reference=next(
            (one.id for one in references if found.subject and one.image == found.reference_image), None
        ),
    )


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
            both = BeforeAfter(_picture(before[_place(view)]), _picture(view))
            drawn.setdefault(view.candidate.anchor_id, []).append(both)
    return tuple(
        ComparedAnchor(anchor.id, anchor.prompt, tuple(drawn[anchor.id]))
        for anchor in after.pool
        if anchor.id in drawn
    )


def _picture(tile: Tile) -> ShownPicture:
    return ShownPicture.of(tile.candidate, prompt=tile.prompt)


def _place(view: Tile) -> tuple[str, int]:
    """The anchor and the seed, which are the same in every round."""
    return view.candidate.anchor_id, view.candidate.seed


@REQUESTS.write
def run_refinement(context: Context, round: Id) -> OfRound:
    """Make pairs, train and draw."""
    return verbs.run_refinement(context.studio, round)[-1].round_id


@REQUESTS.write
def paint(context: Context, pair: Id, mask: Runs | None = None) -> None:
    """Paint over a pair; null removes the paint."""
    verbs.paint(context.studio, pair, pixels_of(mask) if mask else None)


@REQUESTS.write
def next_rule(
    context: Context, project: Id, rule: AfterRefinement
) -> Annotated[AfterRefinement, Only("rule")]:
    """Choose what the next round does with a refinement."""
    settings = context.studio.change_settings(project, {"refine": {"next_round": rule}})
    return settings.refine.next_round
