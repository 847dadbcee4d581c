"""The route to download the log of choices."""

from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem
from gal_studio.studio import Studio
from gal_studio.studio.choices_table import choices_table

_MEDIA = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def add_choices_route(app: FastAPI, studio: Studio) -> None:
    """Serve the log of a project as CSV or JSON lines."""

    @app.get("/project/{project_id}/choices.{format_}")
    def choices(project_id: str, format_: str) -> Response:
        try:
            name = file_stem(studio.project(project_id).name, project_id)
            text = choices_table(studio.choices(project_id), format_)
        except StudioError as error:
            return PlainTextResponse(str(error), 404)
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}-choices.{format_}"',
        }
        return Response(text, media_type=_MEDIA[format_], headers=headers)
