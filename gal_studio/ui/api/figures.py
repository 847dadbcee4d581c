"""The route to download a figure as a page of its own, where Plotly is installed."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio


def add_figure_route(app: FastAPI, studio: Studio) -> None:
    """Serve what a view shows as one HTML file that needs no network."""

    @app.get("/figure/{name}/{identity}")
    def figure(name: str, identity: str, theme: str = "light") -> Response:
        """The figure of a round or, by its second name, of a project."""
        drawn = studio.figures
        known: Mapping[str, Callable[[Any], Any]] = {
            "map": lambda look: drawn.map(identity, look),
            "rates": lambda look: drawn.rates(identity, look),
            "clock-arms": lambda look: drawn.clock_arms(identity, theme=look),
            "gains": lambda look: drawn.gains(identity, theme=look),
            "agreement": lambda look: drawn.agreement(identity, look),
        }
        from gal_studio.studio.figures.page import as_page

        try:
            if name not in known:
                raise StudioError(f"There is no figure {name!r}: choose one of {', '.join(known)}.")
            page = as_page(known[name](theme))
        except StudioError as error:
            return PlainTextResponse(str(error), 404)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.html"'}
        return Response(page, media_type="text/html", headers=headers)
