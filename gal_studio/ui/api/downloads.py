"""The routes to download the log of choices, and figures: each as an HTML file, or as JSON for the page."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem
from gal_studio.studio import Studio
from gal_studio.studio.choices_table import choices_table
from gal_studio.ui.api.whole_file import METHODS, Words

FigureForm = Literal["html", "json"]
_MEDIA = {
    "csv": "text/csv; charset=utf-8", "html": "text/html",
    "json": "application/json", "jsonl": "application/jsonl; charset=utf-8",
}  # fmt: skip


def add_download_routes(app: FastAPI, studio: Studio) -> None:
    """Serve the log of a project as CSV or JSON lines, and figures as HTML files or JSON."""

    @app.api_route("/project/{project_id}/choices.{format_}", methods=METHODS)
    def choices(project_id: str, format_: str) -> Response:
        def made() -> tuple[str, str | bytes]:
            name = file_stem(studio.project(project_id).name, project_id)
            return f"{name}-choices", choices_table(studio.choices(project_id), format_)

        return _file(made, format_)

    @app.api_route("/figure/{name}/{identity}", methods=METHODS)
    def figure(
        name: str, identity: str, theme: Words = "light", form: FigureForm = "html", current: Words = ""
    ) -> Response:
        """The figure of a round or, by its second name, of a project; `current` is a round that stands out.

        What has nothing to show yet is 404 as a file, and `{"missing": sentence}` as JSON.
        """
        drawn = studio.figures
        known: Mapping[str, Callable[[Any], Any]] = {
            "map": lambda look: drawn.map(identity, look),
            "rates": lambda look: drawn.rates(identity, look),
            "clock-arms": lambda look: drawn.clock_arms(identity, theme=look, current=current),
            "gains": lambda look: drawn.gains(identity, theme=look),
            "copy-curves": lambda look: drawn.copy_curves(identity, look),
            "training": lambda look: drawn.training(identity, look),
            "progress": lambda look: drawn.progress(identity, look),
            "agreement": lambda look: drawn.agreement(identity, look),
        }
        from gal_studio.studio.figures.template import as_page

        def made() -> tuple[str, str | bytes]:
            if name not in known:
                raise StudioError(f"There is no figure {name!r}: choose one of {', '.join(known)}.")
            drawing = known[name](theme)
            return name, as_page(drawing) if form == "html" else drawing.to_json()

        answer = _file(made, form)
        if form == "json" and answer.status_code == 404:
            return Response(json.dumps({"missing": bytes(answer.body).decode()}), media_type=_MEDIA["json"])
        return answer


def _file(make: Callable[[], tuple[str, str | bytes]], ending: str) -> Response:
    """A file by its name and what is in it; 404 with the sentence if it cannot be made."""
    try:
        name, data = make()
    except StudioError as error:
        return PlainTextResponse(str(error), 404)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(data, media_type=_MEDIA[ending], headers=headers)
