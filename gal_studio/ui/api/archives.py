"""Routes to export projects and references, and to import projects, as zip files."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem
from gal_studio.studio import Studio
from gal_studio.ui.api.received import Inbox, temporary_name
from gal_studio.ui.api.whole_file import METHODS, WholeFile, Words

IMPORT_PATH = "/import-project"
LARGEST_ARCHIVE = 8 << 30  # bytes; the command line accepts larger ones
ZIP = "application/zip"
_TOO_LARGE = "The archive is too large for the page: use gal-studio import-project."


def add_archive_routes(app: FastAPI, studio: Studio, inbox: Inbox) -> None:
    """Add the routes to download and upload zip files."""
    _add_downloads(app, studio)

    @app.post(IMPORT_PATH)
    async def import_archive(request: Request) -> Response:
        def imported(path: Path) -> dict[str, str | list[str]]:
            notes: list[str] = []
            return {"project": studio.import_project(path, notes.append), "notes": notes}

        lost = "The archive did not arrive completely: send it again."
        return await inbox.answer(request, LARGEST_ARCHIVE, imported, _TOO_LARGE, lost)


def _add_downloads(app: FastAPI, studio: Studio) -> None:
    """Add the routes that answer with a zip file of a project, which is made for each request."""

    @app.api_route("/project/{project_id}/archive", methods=METHODS)
    def archive(request: Request, project_id: str, raw: Words = "") -> Response:
        def written() -> Response:
            path = studio.export_project(project_id, temporary_name(studio.store.workspace), raw=bool(raw))
            done = BackgroundTask(path.unlink, missing_ok=True)
            return WholeFile(path, resumes=False, media_type=ZIP, background=done)

        return zip_file(studio, request, project_id, "", written)

    @app.api_route("/project/{project_id}/references", methods=METHODS)
    def references(request: Request, project_id: str) -> Response:
        def packed() -> Response:
            return Response(studio.references_zip(project_id), media_type=ZIP)

        return zip_file(studio, request, project_id, "-references", packed)


def zip_file(
    studio: Studio, request: Request, project_id: str, ending: str, make: Callable[[], Response]
) -> Response:
    """What `make` answers, named after the project; 404 without the project, 409 if `make` refuses.

    `HEAD` asks whether there is one: nothing is made for it, and its length is not known.
    """
    try:
        name = studio.store.projects.name(project_id)
    except StudioError as error:
        return PlainTextResponse(str(error), 404)
    try:
        answer = _head() if request.method == "HEAD" else make()
    except StudioError as error:
        return PlainTextResponse(str(error), 409)
    answer.headers["Cache-Control"] = "no-store"
    file = f"{file_stem(name, project_id)}{ending}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


def _head() -> Response:
    answer = Response(media_type=ZIP, headers={"Accept-Ranges": "none"})
    del answer.headers["Content-Length"]
    return answer
