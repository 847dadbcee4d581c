"""The benchmark as JSON: figures of each round, what changed, the verdict, and the pictures."""

from collections.abc import Sequence

from gal_studio.core.intervals import Interval, is_down, is_up
from gal_studio.core.measures.pictures import MeasuredPicture, Metric, Part
from gal_studio.core.measures.report import Report
from gal_studio.studio.views.measures import MeasuredRound, MeasuresView
from gal_studio.studio.views.replays import ReplayView
from gal_studio.studio.views.types import ProjectView
from gal_studio.ui.payloads import Payload

_PARTS: tuple[Part, ...] = ("held_out", "accepted", "plain")


def measures_payload(
    view: MeasuresView,
    project: ProjectView,
    replays: Sequence[ReplayView] = (),
    own: ReplayView | None = None,
) -> Payload:
    """Everything about the measurements except the pictures; `own` says what a replay draws again."""
    held_out = [prompt.prompt for prompt in view.prompts if prompt.part == "held_out"]
    return {
        "chosen": view.is_chosen,
        "prompts": held_out,
        "seeds": view.chosen.seeds,
        "when": view.chosen.measured,
        "left_out": list(view.left_out),
        "asking": list(view.asking),
        "called": view.called,
        "best": view.verdict.best,
        "headline": view.verdict.headline,
        "sentence": view.verdict.sentence,
        "warnings": [
            {"round": found.round_id, "kind": found.kind, "sentence": found.sentence}
            for found in view.warnings
        ],
        "rounds": [_round(each, project) for each in view.rounds],
        "drawn": len(view.pictures),
        "replays": [_replay(replay, project) for replay in replays],
        "replay_of": _replay_of(own) if own else None,
    }


def _replay(view: ReplayView, project: ProjectView) -> Payload:
    return {
        "project": view.replay.project_id,
        "name": view.name,
        "policy": view.replay.policy,
        "title": view.title,
        "state": view.state,
        "message": view.message,
        "drawn": view.drawn,
        "wanted": view.wanted,
        "not_replayed": view.not_replayed,
        "incomparable": view.incomparable,
        "rounds": [_round(each, project) for each in view.rounds],
        "differences": {metric: _interval(figure) for metric, figure in view.differences.items()},
    }


def _replay_of(own: ReplayView) -> Payload:
    return {
        "project": own.replay.source_id if own.has_source else None,
        "name": own.replay.source_name,
        "title": own.title,
        "state": own.state,
        "not_replayed": own.not_replayed,
    }


def _round(measured: MeasuredRound, project: ProjectView) -> Payload:
    return {
        "id": measured.id,
        "name": measured.name,
        "parent_id": measured.parent,
        "plain": measured.is_plain,
        "trained": measured.trained,
        "drawn": measured.drawn,
        "wanted": measured.wanted,
        "report": _report(measured.report, project.kind) if measured.report else None,
    }


def _report(report: Report, kind: str) -> Payload:
    leak = report.leak
    return {
        "as_asked": report.count("as_asked"),
        "copies": report.copies,
        "pictures": report.pictures,
        "figures": {name: _interval(figure) for name, figure in report.figures.items()},
        "changes": {name: _change(name, figure, kind) for name, figure in report.changes.items()},
        "gain": _interval(report.gain) if report.gain else None,
        "learned": _interval(report.learned) if report.learned else None,
        "learned_change": _change("as_asked", report.learned_change, kind) if report.learned_change else None,
        "leak": {**_interval(leak.difference), "share": leak.share} if leak else None,
    }


def _interval(figure: Interval) -> Payload:
    numbers = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {**{name: round(number, 5) for name, number in numbers.items()}, "pictures": figure.pictures}


def _change(metric: Metric, change: Interval, kind: str) -> Payload:
    return {**_interval(change), "verdict": _verdict(metric, change, kind)}


def _verdict(metric: Metric, change: Interval, kind: str) -> str:
    """Whether a change is an improvement; more likeness is one for an object, and for a style it depends."""
    if not (is_up(change) or is_down(change)):
        return "unclear"
    if metric == "clip_i" and kind == "style":
        return "more" if change.value > 0 else "less"
    return "better" if change.value > 0 else "worse"


def sheet_payload(view: MeasuresView) -> Payload:
    """The contact sheet: a row for each prompt of each part, with pictures by round and number."""
    drawn: dict[str, dict[str, dict[str, Payload]]] = {}
    for picture in view.pictures:
        by_round = drawn.setdefault(picture.prompt_id, {}).setdefault(picture.round_id or "", {})
        by_round[str(picture.candidate.index)] = _picture(picture)
    return {
        "rows": [
            {"part": part, "prompt": prompt.prompt, "pictures": drawn.get(prompt.id, {})}
            for part in _PARTS
            for prompt in view.prompts
            if prompt.part == part and prompt.id in drawn
        ]
    }


def _picture(picture: MeasuredPicture) -> Payload:
    candidate = picture.candidate
    return {
        "id": candidate.id,
        "version": candidate.image[:8],
        "seed": str(candidate.seed),
        "copy": picture.copies,
        "blank": candidate.is_blank,
        "clip_t": round(candidate.similarity_anchor, 4),
        "clip_i": round(picture.likeness, 4),
    }
