"""One look for all figures, light or dark, in the colours of Okabe and Ito, safe for colour-blind eyes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gal_studio.core import checks

Theme = Literal["light", "dark"]
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
_YELLOW = "#F0E442"
COLOURS: Mapping[Theme, tuple[str, ...]] = {
    "light": (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY),
    "dark": (SKY, VERMILION, GREEN, PURPLE, ORANGE, _YELLOW),
}
"""Of series; blue is hard to see on dark paper, and yellow on light one."""
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star-triangle-down")
"""Colour is never the only sign: series have symbols as well."""
INK = {"light": "#1f2933", "dark": "#e6e9ed"}
PALE = {"light": "#c3cad2", "dark": "#76838f"}
"""Of axes and lines behind the data."""
MUTED = {"light": "#7b8794", "dark": "#8f9ba7"}
"""Of data that stand back."""
MAIN = {"light": BLUE, "dark": SKY}
PAPER = {"light": "#ffffff", "dark": "#14181d"}
_GRID = {"light": "#e7ebef", "dark": "#2a323b"}
_SHADES = {
    "light": ((0.0, "#f4f7fa"), (0.5, "#7fb2d6"), (1.0, "#08416b")),
    "dark": ((0.0, "#1b222a"), (0.5, "#2c79ad"), (1.0, "#cfe8fa")),
}
FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


def shades(theme: Theme) -> list[list[float | str]]:
    """The colours of a map of numbers, from low to high."""
    return [[place, colour] for place, colour in _SHADES[theme]]


def panels(look: go.Figure, titles: Sequence[str], columns: int, **spacing: Any) -> go.Figure:
    """Several panels in rows, each with a title, that look like this empty figure."""
    made = make_subplots(
        rows=-(-len(titles) // columns), cols=columns, subplot_titles=list(titles), **spacing
    )
    layout = look.layout.to_plotly_json()
    made.update_layout({name: layout[name] for name in layout if name not in ("xaxis", "yaxis")})
    made.update_xaxes(**layout["xaxis"])
    made.update_yaxes(**layout["yaxis"])
    made.update_layout(margin={"t": 124})
    made.update_annotations(font={"size": 15, "color": layout["font"]["color"]})
    return made


def figure(title: str, subtitle: str, theme: Theme, width: int = 820, height: int = 520) -> go.Figure:
    """An empty figure; `subtitle` says in one sentence what is drawn and of how much."""
    checks.one_of("The theme", theme, Theme)
    axis = {
        "gridcolor": _GRID[theme], "zeroline": False, "linecolor": PALE[theme], "automargin": True,
        "ticks": "outside", "tickcolor": PALE[theme], "title": {"standoff": 10},
    }  # fmt: skip
    made = go.Figure()
    made.update_layout(
        template="none",
        colorway=COLOURS[theme],
        font={"family": FONT, "size": 14, "color": INK[theme]},
        title={
            "text": title, "subtitle": {"text": subtitle, "font": {"size": 13}},
            "x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 24}, "font": {"size": 20},
        },
        paper_bgcolor=PAPER[theme],
        plot_bgcolor=PAPER[theme],
        width=width,
        height=height,
        margin={"l": 72, "r": 32, "t": 96, "b": 64},
        legend={"orientation": "h", "x": 0, "y": -0.16, "yanchor": "top"},
        xaxis=axis,
        yaxis=axis,
        hoverlabel={"font": {"family": FONT}},
    )  # fmt: skip
    return made


def error_bars(
    ends: Iterable[tuple[float | None, float, float | None]],
    colour: str,
    thickness: float = 2,
    width: int | None = 5,
) -> dict[str, Any]:
    """(low, value, high) of each point as error bars; a point without ends has none."""
    found = [(value if low is None else low, value, value if high is None else high)
             for low, value, high in ends]  # fmt: skip
    return {
        "type": "data", "symmetric": False, "thickness": thickness, "width": width, "color": colour,
        "array": [high - value for _, value, high in found],
        "arrayminus": [value - low for low, value, _ in found],
    }  # fmt: skip


def as_page(made: go.Figure) -> bytes:
    """The page, with Plotly (5 MB) in it."""
    page: str = made.to_html(
        config={"toImageButtonOptions": {"format": "svg"}},
        full_html=True, div_id="figure",
    )  # fmt: skip
    background = made.layout.paper_bgcolor
    return page.replace("<body>", f'<body style="margin:0;background:{background}">', 1).encode()
