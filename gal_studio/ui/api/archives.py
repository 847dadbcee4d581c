"""Routes to export projects, references and replays, and to import projects, as zip files."""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem
from gal_studio.state.files.content_store import writing
from gal_studio.state.files.free_space import Disk
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.studio import Studio
from gal_studio.studio.reports.replay_files import replay_zip
from gal_studio.ui.api.whole_file import METHODS, WholeFile
from gal_studio.workspace.archive.reader import Check

IMPORT_PATH = "/import-project"
LARGEST_ARCHIVE = 8 << 30  # bytes; the command line accepts larger ones
LOOK_EVERY = 4 << 20  # received bytes between two looks at the free space
_ZIP = "application/zip"


def add_archive_routes(app: FastAPI, studio: Studio, check: Check) -> None:
    """Add the routes to download and upload zip files; `check` sees a project before it is imported."""
    _add_downloads(app, studio)
    arriving: set[Path] = set()

    @app.post(IMPORT_PATH)
    async def import_archive(request: Request) -> Response:
        path = _temporary(studio)
        try:
            await run_in_threadpool(studio.store.database.check_there)
            arriving.add(path)
            await _receive(request, path, studio.store.disk, arriving)
            notes: list[str] = []
            project = await run_in_threadpool(studio.import_project, path, check, notes.append)
            return JSONResponse({"project": project, "notes": notes})
        except ClientDisconnect:
            return PlainTextResponse("The archive did not arrive whole: send it again.", 400)
        except StudioError as error:
            return PlainTextResponse(str(error), 409)
        finally:
            arriving.discard(path)
            path.unlink(missing_ok=True)


def _add_downloads(app: FastAPI, studio: Studio) -> None:
    """Add the routes that answer with a zip file of a project, which is made for each request."""

    @app.api_route("/project/{project_id}/archive", methods=METHODS)
    def archive(request: Request, project_id: str, raw: str = "") -> Response:
        def written() -> Response:
            path = studio.export_project(project_id, _temporary(studio), raw=bool(raw))
            done = BackgroundTask(path.unlink, missing_ok=True)
            return WholeFile(path, resumes=False, media_type=_ZIP, background=done)

        return _zip_file(studio, request, project_id, "", written)

    @app.api_route("/project/{project_id}/references", methods=METHODS)
    def references(request: Request, project_id: str) -> Response:
        def packed() -> Response:
            return Response(studio.references_zip(project_id), media_type=_ZIP)

        return _zip_file(studio, request, project_id, "-references", packed)

    @app.api_route("/project/{project_id}/replay", methods=METHODS)
    def replay(request: Request, project_id: str) -> Response:
        def packed() -> Response:
            return Response(replay_zip(studio, project_id), media_type=_ZIP)

        return _zip_file(studio, request, project_id, "", packed)


def _zip_file(
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
    answer = Response(media_type=_ZIP, headers={"Accept-Ranges": "none"})
    del answer.headers["Content-Length"]
    return answer


async def _receive(request: Request, path: Path, disk: Disk, arriving: Collection[Path]) -> None:
    """Stream the body of a request to a file; whatever its length is said to be, the reserve stays free.

    Each archive of those that are `arriving` may bring `LOOK_EVERY` bytes before it is looked at again.
    """
    expected = int(request.headers.get("content-length", LOOK_EVERY))
    disk.check_folder(path.parent, expected + LOOK_EVERY * (len(arriving) - 1))
    with writing(path, path.parent) as file:
        unlooked = received = 0
        async for chunk in request.stream():
            received, unlooked = received + len(chunk), unlooked + len(chunk)
            if received > LARGEST_ARCHIVE:
                raise StudioError("The archive is too large for the page: use gal-studio import-project.")
            if unlooked > LOOK_EVERY:
                await run_in_threadpool(_look, file, disk, path.parent, len(arriving))
                unlooked = 0
            await run_in_threadpool(file.write, chunk)


def _look(file: BinaryIO, disk: Disk, folder: Path, arriving: int) -> None:
    file.flush()
    disk.check_folder(folder, LOOK_EVERY * arriving)


def _temporary(studio: Studio) -> Path:
    """A name for a temporary file; one that a killed page left is deleted when the page starts again."""
    workspace = studio.store.workspace
    folder = temporary_folder(workspace)
    return (folder if folder.is_dir() else workspace) / unfinished_name(workspace)
