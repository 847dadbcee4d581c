"""Clock arms: text against image alignment, from the base model round by round."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gal_studio.core.intervals import Interval
from gal_studio.studio.figures.template import COLOURS, PALE, SYMBOLS, Theme, error_bars, figure
from gal_studio.studio.views.measures import MeasuredRound

ROOM = 0.32
"""Of the range, beside the first and the last point, for their names."""


@dataclass(frozen=True)
class ArmPoint:
    """CLIP-I (x) and CLIP-T (y) of a round, with their intervals if those are known.

    `kind` is "base" for the base model. `opens` names project and round.
    """

    name: str
    x: float
    y: float
    intervals: tuple[Interval, Interval] | None = None
    kind: str = "round"
    opens: tuple[str, str] | None = None


@dataclass(frozen=True)
class FigureArm:
    """A line of rounds. It comes from `start`, which another arm draws; a replay is dashed."""

    name: str
    points: tuple[ArmPoint, ...]
    start: ArmPoint | None = None
    is_replay: bool = False


def arms_of(name: str, project_id: str, rounds: Sequence[MeasuredRound]) -> tuple[FigureArm, ...]:
    """The measured rounds of a project as arms, the base model first.

    A round's first child goes on with its arm; every other child starts one, named by its last round.
    """
    parents = {one.id: one.parent_id for one in rounds}
    known: dict[str | None, ArmPoint] = {}
    arms: list[tuple[ArmPoint | None, list[ArmPoint]]] = []
    ends: dict[str | None, list[ArmPoint]] = {}  # the arm of each round that nothing went on from
    for one in rounds:
        point = _point(one, project_id)
        if point is None:
            continue
        above = one.parent_id
        while above is not None and above not in known:
            above = parents.get(above)
        arm = ends.pop(above, None) if one.id is not None else None
        if arm is None:
            arms.append((None if one.id is None else known.get(above), arm := []))
        arm.append(point)
        known[one.id], ends[one.id] = point, arm
    return tuple(
        FigureArm(name if not number else points[-1].name, tuple(points), start)
        for number, (start, points) in enumerate(arms)
    )


def replay_arm(
    title: str, project_id: str, rounds: Sequence[MeasuredRound], own: Sequence[FigureArm]
) -> FigureArm | None:
    """The arm of a replay, which shares the points of rounds that came out alike; None if all did."""
    shown = {(point.x, point.y): point for arm in own for point in arm.points}
    start = next((point for arm in own for point in arm.points if point.kind == "base"), None)
    points = []
    for point in filter(None, (_point(one, project_id) for one in rounds)):
        if (point.x, point.y) in shown:
            start = shown[point.x, point.y]
        else:
            points.append(replace(point, name=f"{title}, {point.name}"))
    return FigureArm(title, tuple(points), start, is_replay=True) if points else None


def arms_figure(
    arms: Sequence[FigureArm], about: str, theme: Theme = "light", current: str = "", best: str | None = None
) -> go.Figure:
    """Each arm by its name; the base model is hollow, `best` has a star, the `current` round is larger."""
    made = figure("Rounds on the benchmark", about, theme)
    colours = COLOURS[theme]
    for number, arm in enumerate(arms):
        colour, symbol = colours[number % len(colours)], SYMBOLS[number % len(SYMBOLS)]
        points = arm.points if arm.start is None else (arm.start, *arm.points)
        own = [point is not arm.start for point in points]
        ids = [point.opens[1] if point.opens else None for point in points]
        made.add_scatter(
            x=[point.x for point in points], y=[point.y for point in points],
            mode="lines+markers+text", name=arm.name, cliponaxis=False,
            text=["" if point is arm.start else _label(point, arm, best) for point in points],
            textposition=beside([(point.x, point.y) for point in points]),
            line={"color": colour, "width": 2, "dash": "dash" if arm.is_replay else "solid"},
            **_spread(points, own, theme),
            customdata=[[*(point.opens or ("", "")), point.name] for point in points],
            hovertemplate="%{customdata[2]}: CLIP-I %{x:.3f}, CLIP-T %{y:.3f}<extra></extra>",
            showlegend=len(arms) > 1,
            marker={
                "size": [(15 if current and one == current else 11) if is_own else 0
                         for one, is_own in zip(ids, own, strict=True)],
                "line": {"color": colour, "width": 2},
                "symbol": [f"{symbol}-open" if point.kind == "base" or arm.is_replay else symbol
                           for point in points],
            },
        )  # fmt: skip
    values = [point.x for arm in arms for point in arm.points]
    room = ROOM * (max(values) - min(values))
    spread = [min(values) - room, max(values) + room] if room else None
    made.update_xaxes(title_text="CLIP-I (references)", range=spread)
    made.update_yaxes(title_text="CLIP-T (prompt)")
    return made


def beside(points: Sequence[tuple[float, float]]) -> list[str]:
    """Where the name of each point of a line stands: away from its neighbours, so that no line crosses it."""
    spread = np.ptp(np.array(points), axis=0)
    places = np.array(points) / np.where(spread > 0, spread, 1.0)
    found = []
    for row, place in enumerate(places):
        near = [places[other] - place for other in (row - 1, row + 1) if 0 <= other < len(places)]
        units = [step / length for step in near if (length := np.linalg.norm(step))]
        across, up = (-np.sum(units, axis=0)).tolist() if units else (0.0, 1.0)
        upright = "middle" if abs(across) > 2 * abs(up) else "top" if up >= 0 else "bottom"
        side = "center" if abs(across) < 0.4 and upright != "middle" else "right" if across > 0 else "left"
        found.append(f"{upright} {side}")
    return found


def _point(one: MeasuredRound, project_id: str) -> ArmPoint | None:
    """None for a round without both figures."""
    found = {} if one.decides is None else one.decides.figures
    across, up = found.get("clip_i"), found.get("clip_t")
    if across is None or up is None:
        return None
    kind = "base" if one.id is None else "round"
    opens = None if one.id is None else (project_id, one.id)
    return ArmPoint(one.name, across.value, up.value, (across, up), kind, opens)


def _label(point: ArmPoint, arm: FigureArm, best: str | None) -> str:
    """A replay is named once, at its last point."""
    if arm.is_replay:
        return arm.name if point is arm.points[-1] else ""
    star = "★ " if best is not None and point.opens is not None and point.opens[1] == best else ""
    return f"{star}{point.name}"


def _spread(points: Sequence[ArmPoint], own: Sequence[bool], theme: Theme) -> dict[str, Any]:
    """The intervals of the points that the arm draws itself."""

    def bars(axis: int, values: Sequence[float]) -> dict[str, Any]:
        ends = [
            (one.low, value, one.high) if is_own and point.intervals and (one := point.intervals[axis])
            else (None, value, None)
            for point, value, is_own in zip(points, values, own, strict=True)
        ]  # fmt: skip
        return error_bars(ends, PALE[theme], 1, 0)

    return {
        "error_x": bars(0, [point.x for point in points]),
        "error_y": bars(1, [point.y for point in points]),
    }
