"""Clock arms: text against image alignment, from the base model round by round."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from gal_studio.studio.figures.template import COLOURS, SYMBOLS, Theme, figure

Point = tuple[str, float, float]
"""A name with CLIP-I and CLIP-T."""
ROOM = 0.14
"""Of the range, beside the first and the last point, for their names."""


def arms_figure(arms: Sequence[tuple[str, Sequence[Point]]], about: str, theme: Theme = "light") -> go.Figure:
    """Each arm by its name; the first point of each is the base model, drawn hollow."""
    made = figure("Clock arms", about, theme)
    colours = COLOURS[theme]
    for number, (name, points) in enumerate(arms):
        colour, symbol = colours[number % len(colours)], SYMBOLS[number % len(SYMBOLS)]
        made.add_scatter(
            x=[x for _, x, _ in points], y=[y for _, _, y in points],
            mode="lines+markers+text", name=name, text=[point for point, _, _ in points],
            cliponaxis=False, textposition=beside([(x, y) for _, x, y in points]),
            line={"color": colour, "width": 2},
            hovertemplate="%{text}: %{x:.3f}, %{y:.3f}<extra></extra>",
            marker={
                "size": 11, "line": {"color": colour, "width": 2},
                "symbol": [symbol if row else f"{symbol}-open" for row in range(len(points))],
            },
        )  # fmt: skip
    values = [x for _, points in arms for _, x, _ in points]
    room = ROOM * (max(values) - min(values))
    spread = [min(values) - room, max(values) + room] if room else None
    made.update_xaxes(title_text="CLIP-I, likeness to the references", range=spread)
    made.update_yaxes(title_text="CLIP-T, likeness to the prompt")
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
