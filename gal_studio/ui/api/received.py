"""Large files that the page sends: streamed to the disk, of which the reserve stays free."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import writing
from gal_studio.state.files.free_space import Disk
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.state.files.unfinished import unfinished_name
from gal_studio.studio import Studio

LOOK_EVERY = 4 << 20  # received bytes between two looks at the free space


class Inbox:
    """Takes large files, all of which leave the reserve free together."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._arriving: set[Path] = set()

    async def answer(
        self, request: Request, largest: int, use: Callable[[Path], Any], too_large: str, lost: str
    ) -> Response:
        """Stream the body to a temporary file, and answer with what `use` makes of it, as JSON.

        A body of more than `largest` bytes is refused as `too_large`, one that broke off as `lost`.
        """
        path, store = temporary_name(self._studio.store.workspace), self._studio.store
        try:
            await run_in_threadpool(store.database.check_there)
            self._arriving.add(path)
            await self._receive(request, path, largest, too_large)
            return JSONResponse(await run_in_threadpool(use, path))
        except ClientDisconnect:
            return PlainTextResponse(lost, 400)
        except StudioError as error:
            return PlainTextResponse(str(error), 409)
        finally:
            self._arriving.discard(path)
            path.unlink(missing_ok=True)

    async def _receive(self, request: Request, path: Path, largest: int, too_large: str) -> None:
        """Stream the body to a file; whatever its length is said to be, the reserve stays free.

        Each of the files that are arriving may bring `LOOK_EVERY` bytes before it is looked at again.
        """
        disk, expected = self._studio.store.disk, int(request.headers.get("content-length", LOOK_EVERY))
        disk.check_folder(path.parent, expected + LOOK_EVERY * (len(self._arriving) - 1))
        with writing(path, path.parent) as file:
            unlooked = received = 0
            async for chunk in request.stream():
                received, unlooked = received + len(chunk), unlooked + len(chunk)
                if received > largest:
                    raise StudioError(too_large)
                if unlooked > LOOK_EVERY:
                    await run_in_threadpool(_look, file, disk, path.parent, len(self._arriving))
                    unlooked = 0
                await run_in_threadpool(file.write, chunk)


def _look(file: BinaryIO, disk: Disk, folder: Path, arriving: int) -> None:
    file.flush()
    disk.check_folder(folder, LOOK_EVERY * arriving)


def temporary_name(workspace: Path) -> Path:
    """A name for a temporary file; one that a killed page left is deleted when the page starts again."""
    folder = temporary_folder(workspace)
    return (folder if folder.is_dir() else workspace) / unfinished_name(workspace)
