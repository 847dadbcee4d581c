"""The routes to download the log of choices, and a figure as a page of its own, where Plotly is installed."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem
from gal_studio.studio import Studio
from gal_studio.studio.choices_table import choices_table
from gal_studio.ui.api.whole_file import METHODS

_MEDIA = {
    "csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8", "html": "text/html",
}  # fmt: skip


def add_download_routes(app: FastAPI, studio: Studio) -> None:
    """Serve the log of a project as CSV or JSON lines, and figures as HTML files that need no network."""

    @app.api_route("/project/{project_id}/choices.{format_}", methods=METHODS)
    def choices(project_id: str, format_: str) -> Response:
        def made() -> tuple[str, str | bytes]:
            name = file_stem(studio.project(project_id).name, project_id)
            return f"{name}-choices", choices_table(studio.choices(project_id), format_)

        return _file(made, format_)

    @app.api_route("/figure/{name}/{identity}", methods=METHODS)
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

        def made() -> tuple[str, str | bytes]:
            if name not in known:
                raise StudioError(f"There is no figure {name!r}: choose one of {', '.join(known)}.")
            return name, as_page(known[name](theme))

        return _file(made, "html")


def _file(make: Callable[[], tuple[str, str | bytes]], ending: str) -> Response:
    """A file by its name and what is in it; 404 with the sentence if it cannot be made."""
    try:
        name, data = make()
    except StudioError as error:
        return PlainTextResponse(str(error), 404)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(data, media_type=_MEDIA[ending], headers=headers)
