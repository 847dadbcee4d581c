"""One look for all figures, light or dark, in the colours of Okabe and Ito, safe for colour-blind eyes."""

from typing import Literal

import plotly.graph_objects as go

from gal_studio.core import checks

Theme = Literal["light", "dark"]
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star-triangle-down")
"""Colour is never the only sign: series have symbols as well."""
INK = {"light": "#1f2933", "dark": "#e6e9ed"}
PALE = {"light": "#c3cad2", "dark": "#76838f"}
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
        colorway=COLOURS,
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
