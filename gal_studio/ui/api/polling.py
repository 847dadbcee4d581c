"""The poll: returns the parts of the page that have changed since the last poll, and new candidates."""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, NotRequired, get_type_hints

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.reasons import short_names
from gal_studio.core.records.candidate import CandidateView, Tile
from gal_studio.core.records.round import RoundSummary
from gal_studio.core.records.views import version
from gal_studio.core.types import Verdict
from gal_studio.state.files.errors import DiskError, GoneError
from gal_studio.state.hooks import why_not_by_hand
from gal_studio.studio.views.actions import ActionsView, actions_view
from gal_studio.studio.views.broken import what_is_broken
from gal_studio.studio.views.json_types import Ts
from gal_studio.studio.views.measures import MeasuresView
from gal_studio.studio.views.round import candidate_view, positions
from gal_studio.studio.views.scores import open_scores
from gal_studio.studio.views.types import FullRound, JobView, QueueView, RoundView, ScoreView
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.payloads import Id, Payload, projects
from gal_studio.ui.requests import Context


class CandidateMark(TypedDict):
    """How many candidates are known, a digest of them, and what a person calls a copy."""

    count: int
    digest: Id
    marks: NotRequired[Annotated[dict[Id, bool], Field(max_length=100_000)]]


class Known(TypedDict, total=False):
    """What the page has already: the digests of the parts, and the mark of the candidates."""

    parts: Annotated[dict[Id, Id], Field(max_length=200)]
    candidates: CandidateMark


class Poll(TypedDict):
    """A poll of the parts that have changed; without a project, of the queue alone."""

    project: NotRequired[Id | None]
    round: NotRequired[Id | None]
    known: NotRequired[Known | None]


class NewCandidates(TypedDict):
    """The candidates that the page does not have yet; all of them after a `reset`."""

    reset: bool
    items: tuple[CandidateView, ...]
    mark: CandidateMark


@dataclass(frozen=True)
class ArchivedRound:
    """A round that is hidden, with those after it."""

    id: str
    name: str


class Parts(TypedDict):
    """The parts of the page; unchanged ones are left out of an answer."""

    project: projects.Project
    rounds: tuple[RoundSummary, ...]
    archived: tuple[ArchivedRound, ...]
    job: JobView | None
    queue: QueueView
    round: RoundView
    actions: ActionsView
    measures: MeasuresView
    scores: tuple[ScoreView, ...]
    positions: Annotated[dict[str, tuple[float, float]], Ts("Record<string, [x: number, y: number]>")]
    verdicts: dict[str, Verdict]
    masks: dict[str, str]
    weights: dict[str, float]
    tags: dict[str, tuple[str, ...]]


class PollAnswer(TypedDict):
    """What has changed since the last poll; `gone` says why the project cannot be shown."""

    parts: Annotated[dict[str, Any], Ts("Partial<Parts>")]
    digests: dict[str, str]
    round: str | None
    candidates: Annotated[dict[str, Any] | None, Ts("NewCandidates | null")]
    gone: NotRequired[str]


@dataclass(frozen=True)
class Page:
    """A round as the page gets it: its view, all rounds, its parts as JSON with digests, its images' mark."""

    view: FullRound
    rounds: tuple[RoundSummary, ...]
    parts: Mapping[str, Any]
    digests: Mapping[str, str]
    mark: CandidateMark
    actions: dict[object, ActionsView] = field(default_factory=dict)


_CANDIDATES: TypeAdapter[NewCandidates | None] = TypeAdapter(NewCandidates | None)


def poll(views: ViewCache, asked: Poll) -> PollAnswer:
    """What has changed in a project and in one of its rounds (None: the newest) since the last poll."""
    known, project_id = asked.get("known") or {}, asked.get("project")
    now: dict[str, Any] = {"queue": views.queue()}
    if not project_id:
        return _answer(*_written(now), known)
    names = views.studio.store.projects.names
    missing = f"There is no project {project_id!r} in this workspace."
    if project_id not in names():
        return _gone(missing)
    try:
        page = _page(views, project_id, asked.get("round"))
        mark, fresh = known.get("candidates"), None
        if mark != page.mark:
            fresh = _CANDIDATES.dump_python(new_candidates(page.view, mark), mode="json")
            digest(fresh)  # like the parts, they must be strict JSON
        added = {name: act(Context(views), page.view) for name, act in _added().items()}
        now |= {name: part for name, part in added.items() if part is not None}
        job, by_itself = views.studio.job_view(project_id), why_not_by_hand(views.studio.store, project_id)
        actions = _actions(page, job, now["queue"], by_itself)
        parts, digests = _written({**now, "job": job, "actions": actions})
        answer = _answer(
            {**page.parts, **parts}, {**page.digests, **digests}, known, page.view.round.id, fresh
        )
    except (DiskError, GoneError):
        raise
    except Exception as error:
        if (name := names().get(project_id)) is None:
            return _gone(missing)
        return _gone(f"{name}: {what_is_broken(project_id, error)}")
    return answer


def _gone(why: str) -> PollAnswer:
    return PollAnswer(parts={}, digests={}, round=None, candidates=None, gone=why)


def _page(views: ViewCache, project_id: str, round_id: str | None) -> Page:
    """What the page shows of a round; it is made once for each version of the project."""

    def make() -> Page:
        summaries = views.rounds(project_id)
        if not summaries:
            raise StudioError("It has no round.")
        shown = next((one for one in summaries if one.id == round_id), _newest(summaries))
        view = views.round_view(project_id, shown.id)
        return Page(view, summaries, *_written(parts_of(views, view, summaries)), mark_of(view))

    return views.for_page(project_id, round_id, make)


def _actions(page: Page, job: JobView | None, queue: QueueView, by_itself: str) -> ActionsView:
    """The buttons of a page, made once for what is at work or waits."""
    work = frozenset([(one.kind, one.round_id) for one in (*queue.working, *queue.waiting)])
    now = job and (job.state, job.round_id, job.background), work, by_itself
    if now not in page.actions:
        page.actions.clear()
        page.actions[now] = actions_view(page.view, page.rounds, job, queue, by_itself)
    return page.actions[now]


def _newest(summaries: tuple[RoundSummary, ...]) -> RoundSummary:
    """The newest round of the main line; the instant one before it, as long as nothing was done in it."""
    newest = next((one for one in reversed(summaries) if not one.aside), summaries[-1])
    if newest.step == "fine_tune" and newest.adapter is None and not newest.candidates:
        for one in summaries:
            if one.id == newest.parent_id and one.variant.training is None:
                return one
    return newest


def parts_of(views: ViewCache, view: FullRound, summaries: tuple[RoundSummary, ...]) -> dict[str, Any]:
    """The parts that change with the version of the project: no job, actions, queue, parts of features."""
    studio, project_id, tiles = views.studio, view.project.id, view.candidates
    return dict(
        project=projects.project_payload(view.project),
        rounds=summaries,
        archived=tuple(ArchivedRound(*one) for one in studio.archived_rounds(project_id).items()),
        round=view,
        measures=views.measures(project_id),
        scores=open_scores(view),
        positions=positions(view),
        verdicts={one.candidate.id: one.verdict for one in tiles if one.verdict != "undecided"},
        masks={one.candidate.id: version(one.mask) for one in tiles if one.mask is not None},
        weights={one.candidate.id: one.weight for one in tiles if one.weight is not None},
        tags=studio.store.candidates.tags(view.round.id),
    )


def _added() -> Mapping[str, Callable[..., Any]]:
    """The parts that files of `ui/panels` and of features add, by name."""
    from gal_studio.ui.panels.everything import REQUESTS  # which has requests that poll

    return REQUESTS.parts


@functools.cache
def all_parts() -> Any:
    """`Parts` with those added, which not every round has."""
    more = {name: NotRequired[get_type_hints(act)["return"]] for name, act in _added().items()}
    return TypedDict("Parts", get_type_hints(Parts, include_extras=True) | more)  # type: ignore[operator]


@functools.cache
def part_types() -> Mapping[str, TypeAdapter[Any]]:
    """The type of each part."""
    return {name: TypeAdapter(kind) for name, kind in get_type_hints(all_parts()).items()}


def _written(parts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The parts as JSON, and their digests."""
    writers = part_types()
    written = {name: writers[name].dump_python(part, mode="json") for name, part in parts.items()}
    return written, {name: digest(part) for name, part in written.items()}


def _answer(
    parts: dict[str, Any],
    digests: dict[str, str],
    known: Known,
    round_id: str | None = None,
    candidates: Payload | None = None,
) -> PollAnswer:
    """The parts that have changed, and the digests of all parts."""
    seen = known.get("parts") or {}
    fresh = {name: part for name, part in parts.items() if seen.get(name) != digests[name]}
    return PollAnswer(parts=fresh, digests=digests, round=round_id, candidates=candidates)


def digest(part: Any) -> str:
    """A short hash of a part."""
    return hashlib.sha256(json.dumps(part, sort_keys=True, allow_nan=False).encode()).hexdigest()[:16]


def new_candidates(view: FullRound, mark: CandidateMark | None) -> NewCandidates | None:
    """The candidates after the mark; all candidates, with `reset`, if those before it have changed.

    The mark has their number, since new ones follow the others, and what a person said of which candidate:
    those of which something else is said now come again.
    """
    old = view.candidates[: mark["count"] if mark else 0]
    same = _digest(old) == (mark["digest"] if mark else _digest([]))
    marks = mark.get("marks", {}) if mark else {}
    ids = {
        tile.candidate.id
        for tile in old
        if same and marks.get(tile.candidate.id) == tile.candidate.marked_copy
    }
    fresh = [tile for tile in view.candidates if tile.candidate.id not in ids]
    if same and not fresh:
        return None
    heads = short_names(view.project.anchors)
    return NewCandidates(
        reset=not same,
        items=tuple(candidate_view(tile, heads.get(tile.candidate.anchor_id, tile.prompt)) for tile in fresh),
        mark=mark_of(view),
    )


def mark_of(view: FullRound) -> CandidateMark:
    """The mark of all candidates of a round."""
    copies = {tile.candidate.id: tile.candidate.marked_copy for tile in view.candidates}
    marks = {name: copy for name, copy in copies.items() if copy is not None}
    return CandidateMark(count=len(view.candidates), digest=_digest(view.candidates), marks=marks)


def _digest(tiles: Sequence[Tile]) -> str:
    drawn = [tile.candidate for tile in tiles]
    return digest([[one.id, one.image, one.overfit_by_detectors] for one in drawn])
