"""The replays of a project: how far each is, what it cannot repeat, and how its rounds were measured."""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from gal_studio.core.errors import StudioError
from gal_studio.core.intervals import outcome
from gal_studio.core.jobs.kinds import describe_job
from gal_studio.core.jobs.states import ACTIVE, WORKING
from gal_studio.core.measures.compare import change
from gal_studio.core.measures.pictures import METRICS, Metric
from gal_studio.core.measures.report import Change, Report
from gal_studio.core.types import Job
from gal_studio.core.words import counted
from gal_studio.research.replays.not_replayed import not_replayed
from gal_studio.research.replays.record import Replay, replays_of
from gal_studio.state import Store
from gal_studio.state.database.versions import Version
from gal_studio.studio.views.drawn_again import title_of, why_not_compared
from gal_studio.studio.views.measures import FullMeasures, MeasuredRound, measures_view

_log = logging.getLogger(__name__)
Measures = Callable[[Store, str], FullMeasures]
"""`measures_view`, or what keeps its answers."""
ReplayState = Literal["working", "halted", "done"]


@dataclass(frozen=True, kw_only=True)
class ReplayView(Replay):
    """A replay, its rounds as measured, the base model left out, and what is known beside the project.

    `differences` are those of its last round to the project's round of the same number, paired by prompt and
    seed; empty until both are measured, and `difference` says the clear ones. `incomparable` says why they
    are not compared, `far` how far it is.
    """

    name: str
    title: str
    state: ReplayState
    message: str
    drawn: int
    wanted: int
    has_source: bool
    not_replayed: str
    rounds: tuple[MeasuredRound, ...]
    differences: Mapping[Metric, Change]
    incomparable: str
    far: str
    difference: str


@dataclass(frozen=True)
class ReplaysView:
    """The replays of a project, the oldest first, and what it draws again itself, if it is one."""

    made: tuple[ReplayView, ...]
    own: ReplayView | None


def replay_views(store: Store, source_id: str, measures: Measures = measures_view) -> tuple[ReplayView, ...]:
    """The replays of a project, the oldest first; archived and damaged ones are left out."""
    replays, views = replays_of(store).of_source(source_id), []
    own = _measured(store, source_id, measures) if replays else None
    for replay in replays:
        try:
            views.append(_view(store, replay, own, measures(store, replay.project_id)))
        except StudioError as error:
            _log.warning("the replay %s cannot be shown: %s", replay.project_id, error)
    return tuple(views)


def replay_view(store: Store, project_id: str, measures: Measures = measures_view) -> ReplayView:
    """One replay beside the project that it draws again, if that is still in the workspace."""
    replay = replays_of(store).get(project_id)
    if replay is None:
        raise StudioError(f"{store.projects.name(project_id)} is not a replay of another project.")
    own = _measured(store, replay.source_id, measures)
    return _view(store, replay, own, measures(store, project_id))


def all_replays(store: Store, project_id: str, measures: Measures = measures_view) -> ReplaysView:
    """The replays of a project, and what it draws again if it is one itself."""
    own = None
    if replays_of(store).get(project_id) is not None:
        own = replay_view(store, project_id, measures)
    return ReplaysView(replay_views(store, project_id, measures), own)


def versions(store: Store, project_id: str) -> tuple[Version, ...]:
    """The versions of all projects of `all_replays`, none if there are no replays."""
    own, others = replays_of(store).get(project_id), replays_of(store).of_source(project_id)
    related = [other.project_id for other in others] + ([] if own is None else [own.source_id])
    return tuple(store.projects.version(one) for one in [project_id, *related] if related)


def _measured(store: Store, project_id: str, measures: Measures) -> FullMeasures | None:
    """What was measured of a project; None if it is not in the workspace, or cannot be read."""
    try:
        return measures(store, project_id)
    except StudioError:
        return None


def _view(store: Store, replay: Replay, own: FullMeasures | None, measured: FullMeasures) -> ReplayView:
    wanted = len(replays_of(store).rounds(replay.project_id))
    rounds = tuple(each for each in measured.rounds if each.id is not None)
    state, message = _state(store, replay.project_id, rounds, wanted)
    drawn = sum(each.report is not None for each in rounds)
    incomparable = why_not_compared(own, measured)
    before = own.reports.get(replay.source_round) if own and not incomparable else None
    after = measured.reports.get(rounds[-1].id) if len(rounds) == wanted else None
    differences = _differences(before, after)
    return ReplayView(
        **vars(replay),
        name=store.projects.name(replay.project_id),
        title=title_of(replay.policy),
        state=state,
        message=message,
        drawn=drawn,
        wanted=wanted,
        has_source=own is not None,
        not_replayed=not_replayed(store, replay),
        rounds=rounds,
        differences=differences,
        incomparable=incomparable,
        far=_far(state, message, drawn, wanted),
        difference=difference_words(differences, wanted),
    )


def _state(
    store: Store, project_id: str, rounds: tuple[MeasuredRound, ...], wanted: int
) -> tuple[ReplayState, str]:
    """How far a replay is, with what runs now, or with the message of the job that halted it."""
    jobs = store.jobs.of_project(project_id)
    if any(job.state in ACTIVE for job in jobs):
        running = next((job for job in jobs if job.state in WORKING), None)
        return "working", _what(store, running) if running else "waiting"
    if len(rounds) >= wanted and all(each.report is not None for each in rounds):
        return "done", ""
    halted = [job for job in jobs if job.state in ("error", "paused", "interrupted", "stopped")]
    last = max(halted, key=lambda job: (job.state == "error", job.finished or 0.0), default=None)
    return "halted", last.message if last else ""


def _far(state: ReplayState, message: str, drawn: int, wanted: int) -> str:
    """How far a replay is, in words."""
    if state == "done":
        return f"{counted(wanted, 'round')}, measured"
    far = f"{drawn} of {wanted} rounds measured"
    if state == "halted":
        return f"stopped, {far}: {message}" if message else f"stopped, {far}"
    return f"{far} · {message}" if message else far


def difference_words(differences: Mapping[Metric, Change], wanted: int) -> str:
    """The clear differences of the last round; that there is none, if there is none."""
    if "copies" not in differences:
        return ""
    if all([one.value == one.low == one.high == 0 for one in differences.values()]):
        return f"Round {wanted} came out the same as yours."
    named: tuple[tuple[Metric, str, str], ...]
    named = ("as_asked", "more prompt match", "less prompt match"), ("copies", "more copies", "fewer copies")
    clear = []
    for metric, more, less in named:
        found = differences.get(metric)
        if found and found.verdict != "unclear":
            points = math.floor(100 * abs(found.value) + 0.5)
            much = counted(points, "percentage point") if points else "less than one percentage point"
            clear.append(f"{much} {more if found.value > 0 else less}")
    return f"Round {wanted} compared with yours: {', '.join(clear) or 'no clear difference'}."


def _what(store: Store, job: Job) -> str:
    return f"round {store.rounds.get(job.round_id).number}: {describe_job(job.kind).noun}"


def _differences(before: Report | None, after: Report | None) -> dict[Metric, Change]:
    """The last round of a replay minus the project's, paired by prompt and seed, with 95 % intervals."""
    if before is None or after is None:
        return {}
    drawn = before.arm.part("held_out"), after.arm.part("held_out")
    found = {metric: change(*drawn, metric) for metric in METRICS}
    return {
        metric: Change(**vars(figure), verdict=outcome(figure.value, figure.is_clear, sense=0))
        for metric, figure in found.items()
        if figure is not None
    }
