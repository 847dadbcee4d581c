"""A figure as an HTML page that needs no network."""

from typing import Literal

import plotly.graph_objects as go


def as_page(made: go.Figure, script: bool | Literal["directory"] = True) -> bytes:
    """The page; Plotly (5 MB) is in it, or with "directory" in `plotly.min.js` beside it."""
    page: str = made.to_html(include_plotlyjs=script, full_html=True, div_id="figure")
    background = made.layout.paper_bgcolor
    return page.replace("<body>", f'<body style="margin:0;background:{background}">', 1).encode()
