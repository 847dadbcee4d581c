"""Routes to export projects, references and replays, and to import projects, as zip files."""

import uuid
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import writing
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.studio import Studio
from gal_studio.studio.reports.replay_files import replay_zip
from gal_studio.ui.payloads import slug
from gal_studio.workspace.archive.reader import Check

IMPORT_PATH = "/import-project"
LARGEST_ARCHIVE = 8 << 30  # bytes; the command line accepts larger ones


def add_archive_routes(app: FastAPI, studio: Studio, check: Check) -> None:
    """Add the routes to download and upload zip files; `check` sees a project before it is imported."""

    @app.get("/project/{project_id}/archive")
    def archive(project_id: str, raw: str = "") -> Response:
        path = _temporary(studio, ".export-")
        try:
            name = studio.store.projects.name(project_id)
        except StudioError as error:
            return PlainTextResponse(str(error), 404)
        try:
            studio.export_project(project_id, path, raw=bool(raw))
        except StudioError as error:
            return PlainTextResponse(str(error), 409)
        return FileResponse(
            path,
            filename=f"{slug(name)[:60] or 'project'}.zip",
            headers={"Cache-Control": "no-store"},
            background=BackgroundTask(path.unlink, missing_ok=True),
        )

    @app.get("/project/{project_id}/references")
    def references(project_id: str) -> Response:
        try:
            name, made = studio.project(project_id).name, studio.references_zip(project_id)
        except StudioError as error:
            return PlainTextResponse(str(error), 404)
        file = f'attachment; filename="{slug(name)[:60] or "project"}-references.zip"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": file}
        return Response(made, media_type="application/zip", headers=headers)

    @app.get("/project/{project_id}/replay")
    def replay(project_id: str) -> Response:
        try:
            name = studio.store.projects.name(project_id)
        except StudioError as error:
            return PlainTextResponse(str(error), 404)
        try:
            made = replay_zip(studio, project_id)
        except StudioError as error:
            return PlainTextResponse(str(error), 409)
        file = f'attachment; filename="{slug(name)[:60] or "replay"}.zip"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": file}
        return Response(made, media_type="application/zip", headers=headers)

    @app.post(IMPORT_PATH)
    async def import_archive(request: Request) -> Response:
        path = _temporary(studio, ".upload-")
        try:
            studio.store.disk.check_folder(path.parent, int(request.headers.get("content-length", "0")))
            await _receive(request, path)
            project = await run_in_threadpool(studio.import_project, path, check)
            return JSONResponse({"project": project})
        except ClientDisconnect:
            return PlainTextResponse("The archive did not arrive whole: send it again.", 400)
        except StudioError as error:
            return PlainTextResponse(str(error), 409)
        finally:
            path.unlink(missing_ok=True)


async def _receive(request: Request, path: Path) -> None:
    """Stream the body of a request to a file."""
    with writing(path, path.parent) as file:
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)


def _temporary(studio: Studio, prefix: str) -> Path:
    """A name for a temporary file; one that a killed page left is deleted when the page starts again."""
    workspace = studio.store.workspace
    folder = temporary_folder(workspace)
    return (folder if folder.is_dir() else workspace) / f"{prefix}{uuid.uuid4().hex}.part"
