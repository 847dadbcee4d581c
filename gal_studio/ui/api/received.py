"""Large files that the page sends, streamed to the disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import writing
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.studio import Studio


class Inbox:
    """Takes large files."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def answer(
        self, request: Request, largest: int, use: Callable[[Path], Any], too_large: str, lost: str
    ) -> Response:
        """Stream the body to a temporary file, and answer with what `use` makes of it, as JSON.

        A body of more than `largest` bytes is refused as `too_large`, one that broke off as `lost`.
        """
        path, store = temporary_name(self._studio.store.workspace), self._studio.store
        try:
            await run_in_threadpool(store.database.check_there)
            await self._receive(request, path, largest, too_large)
            return JSONResponse(await run_in_threadpool(use, path))
        except ClientDisconnect:
            return PlainTextResponse(lost, 400)
        except StudioError as error:
            return PlainTextResponse(str(error), 409)
        finally:
            path.unlink(missing_ok=True)

    async def _receive(self, request: Request, path: Path, largest: int, too_large: str) -> None:
        """Stream the body to a file, if the disk has room for its length, or else for the `largest`."""
        disk, received = self._studio.store.disk, 0
        disk.check_folder(path.parent, int(request.headers.get("content-length", largest)))
        with writing(path, path.parent) as file:
            async for chunk in request.stream():
                received += len(chunk)
                if received > largest:
                    raise StudioError(too_large)
                await run_in_threadpool(file.write, chunk)


def temporary_name(workspace: Path) -> Path:
    """A name for a temporary file; one that a killed page left is deleted when the page starts again."""
    folder = temporary_folder(workspace)
    return (folder if folder.is_dir() else workspace) / unfinished_name(workspace)
