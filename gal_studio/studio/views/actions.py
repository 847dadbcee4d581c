"""The buttons of a round: which are there, which comes next, and why one does nothing now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc

from gal_studio.core.jobs.kinds import offered_kinds
from gal_studio.core.jobs.states import ACTIVE
from gal_studio.core.records.round import RoundSummary
from gal_studio.core.variants.registry import offered_variants
from gal_studio.core.variants.variant import Action
from gal_studio.rounds.closed import MAKE_ROUND
from gal_studio.studio.views.types import FullRound, JobView, QueueView

BUSY = "The studio is busy: wait, or press Stop"
QUEUED = "It is already in the queue and starts by itself"
FOLLOWED = "The next round already exists"
_WORK = ("fine_tune", "generate")


@dataclass(frozen=True, kw_only=True)
class ActionsView:
    """What the page shows of the buttons of a round."""

    next: Annotated[
        str,
        Doc(
            "The next action, or what else is to be done: wait, resume, by_itself, differ (from a round "
            "that it would repeat), choose (images, without which the next round would repeat this one)."
        ),
    ]
    there: Annotated[tuple[Action, ...], Doc("The buttons that apply now.")]
    closed: Annotated[Mapping[Action, str], Doc("Why one of them does nothing now, and what to do instead.")]
    goes_to: Annotated[Mapping[Action, str], Doc("The round that a button goes to, since it is there.")]
    by_itself: Annotated[str, Doc("Why nothing is decided by hand in the project; empty where it is.")]


def actions_view(
    view: FullRound, rounds: Sequence[RoundSummary], job: JobView | None, queue: QueueView, by_itself: str
) -> ActionsView:
    """The buttons of one of a project's `rounds`, while its `job` is the current one."""
    own = next(one for one in rounds if one.id == view.id)
    goes_to = _goes_to(view, rounds)
    after = goes_to.get("next_round")
    is_followed = after is not None and not after.empty
    said = dict(_closed(view, job, queue, by_itself, is_followed))
    closed = {name: why for name, why in said.items() if why and name not in goes_to}
    if job and job.state in ("paused", "interrupted") and not job.background and job.round_id == view.id:
        step = "resume"
    elif by_itself:
        step = "by_itself"
    elif view.repeats:
        step = "differ"
    else:
        step = _next(view, own, "accept" not in closed, is_followed, after is None)
    return ActionsView(
        next=step,
        there=tuple(name for name in view.actions if _is_there(name, view, step)),
        closed=closed,
        goes_to={name: one.id for name, one in goes_to.items()},
        by_itself=by_itself,
    )


def _goes_to(view: FullRound, rounds: Sequence[RoundSummary]) -> dict[Action, RoundSummary]:
    """By action the round that it would make: what is kept, else what was carried on, else the newest."""
    parents = {one.parent_id for one in rounds}
    found: dict[Action, tuple[int, RoundSummary]] = {}
    for one in reversed(rounds):
        if one.parent_id != view.id or one.made_by is None or (view.with_references and one.empty):
            continue  # behind a round with references one is there from the start
        is_kept = bool(one.kept) and not one.aside
        if one.copy_of and not is_kept:
            continue  # What if? begins it
        rank = 2 if is_kept else int(one.id in parents)
        if one.made_by not in found or rank > found[one.made_by][0]:
            found[one.made_by] = rank, one
    return {name: one for name, (_, one) in found.items()}


def _closed(
    view: FullRound, job: JobView | None, queue: QueueView, by_itself: str, is_followed: bool
) -> Iterator[tuple[Action, str]]:
    """Each action with why it does nothing now; empty if it does."""
    is_busy = job is not None and job.state in ACTIVE and not job.background
    here = {one.kind for one in (*queue.working, *queue.waiting) if one.round_id == view.id}
    if job and job.round_id != view.id:
        can_follow = bool(view.candidates) and view.complete
    else:
        can_follow = view.refines and not here.isdisjoint(("refine", "generate"))
    variants = offered_variants()
    for name in (*view.actions, *offered_kinds(), *variants):
        if by_itself:
            yield name, by_itself
        elif is_busy:
            yield name, "" if name == "next_round" and can_follow else BUSY  # the next round waits for it
        elif name in ("run", *_WORK) and not here.isdisjoint(_WORK):
            yield name, QUEUED
        elif name == "accept" and is_followed:
            yield name, FOLLOWED
        else:
            yield name, view.closed.get(MAKE_ROUND if name in variants else name, "")


def _next(view: FullRound, own: RoundSummary, accepts: bool, is_followed: bool, makes: bool) -> str:
    """The next step; where the next round would only repeat this one, no button is it."""
    step = view.own_step or view.step
    if "run" in view.actions and step in _WORK:
        return "run"
    if step not in ("accept", "next_round", "done"):
        return step
    if view.source:
        return "done"  # nothing is accepted where LoRAs are judged
    if is_followed:
        return "next_round"
    if accepts and own.accepted < max(1, own.suggested):
        return "accept"
    if own.accepted:
        return "next_round"  # as many as were suggested, of one's own choice, are enough
    return "choose" if step == "next_round" and view.tunes and makes else step


def _is_there(name: Action, view: FullRound, step: str) -> bool:
    if name == "done":
        return step == "done" or (view.trained and view.complete)
    if name == "fine_tune" and view.source:
        return False
    if name == "accept" and view.refines:
        return bool(view.candidates)
    return not (name == "generate" and view.refines and view.complete)
