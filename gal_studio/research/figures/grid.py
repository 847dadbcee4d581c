"""What the changes of a grid do, as `gal-studio grid` measured it."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from gal_studio.core.errors import StudioError
from gal_studio.studio.figures.figures import TITLES
from gal_studio.studio.figures.template import MAIN, PALE, PAPER, Theme, error_bars, figure, panels

COLUMNS = 3
CLEAR = 0.05
"""A corrected p below this is drawn filled."""


def effects_figure(told: Mapping[str, Any], theme: Theme = "light") -> go.Figure:
    """A `grid.json` as differences with their intervals, a panel for each figure."""
    rows: Sequence[Mapping[str, Any]] = told.get("effects") or ()
    if not rows:
        raise StudioError("This grid compares nothing: give a setting two values.")
    names = list(dict.fromkeys(row["figure"] for row in rows))
    labels = list(dict.fromkeys(map(_label, rows)))[::-1]
    lines = -(-len(names) // COLUMNS)
    over = sorted({row["difference"]["over"] for row in rows} - {""})
    about = f"with 95% intervals over {' or '.join(over)}" if over else "too few for intervals"
    height = 178 + lines * (90 + 34 * len(labels))
    look = figure(
        "What each change does",
        f"Paired differences, all else equal, {about}; filled: corrected p below {CLEAR}",
        theme,
        width=1080,
        height=height,
    )
    titles = [_TITLES.get(name, name) for name in names]
    made = panels(
        look, titles, COLUMNS, shared_yaxes=True, horizontal_spacing=0.04, vertical_spacing=90 / height
    )
    made.update_yaxes(categoryorder="array", categoryarray=labels)
    for place, name in enumerate(names):
        row, column = place // COLUMNS + 1, place % COLUMNS + 1
        made.add_trace(_panel([each for each in rows if each["figure"] == name], theme), row=row, col=column)
        made.add_vline(x=0, line={"color": PALE[theme], "width": 1.5, "dash": "dot"}, row=row, col=column)
    return made


_TITLES = {str(metric): title for metric, title in TITLES.items()} | {"gain": "gain"}


def _panel(rows: Sequence[Mapping[str, Any]], theme: Theme) -> go.Scatter:
    differences = [row["difference"] for row in rows]
    return go.Scatter(
        x=[one["value"] for one in differences], y=list(map(_label, rows)), mode="markers", showlegend=False,
        marker={
            "size": 11, "line": {"color": MAIN[theme], "width": 2},
            "color": [MAIN[theme] if _is_clear(row) else PAPER[theme] for row in rows],
        },
        error_x=error_bars([(one["low"], one["value"], one["high"]) for one in differences], MAIN[theme]),
        text=[_tested(row) for row in rows], hovertemplate="%{y}<br>%{x:+.3f}%{text}<extra></extra>",
    )  # fmt: skip


def _label(row: Mapping[str, Any]) -> str:
    return f"{row['setting'].rpartition('.')[2]}: {row['value']}, not {row['instead_of']}"


def _is_clear(row: Mapping[str, Any]) -> bool:
    return row["p_holm"] is not None and bool(row["p_holm"] < CLEAR)


def _tested(row: Mapping[str, Any]) -> str:
    return "" if row["p"] is None else f", p {row['p']:.3f}, corrected {row['p_holm']:.3f}"
