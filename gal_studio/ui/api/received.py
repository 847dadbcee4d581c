"""Large files that the page sends: streamed to the disk, of which the reserve stays free."""

from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import writing
from gal_studio.state.files.free_space import Disk
from gal_studio.state.files.temporary import temporary_folder
from gal_studio.state.files.unfinished import unfinished_name

LOOK_EVERY = 4 << 20  # received bytes between two looks at the free space


async def receive(
    request: Request, path: Path, disk: Disk, arriving: Collection[Path], largest: int, too_large: str
) -> None:
    """Stream the body of a request to a file; whatever its length is said to be, the reserve stays free.

    Each of the files that are `arriving` may bring `LOOK_EVERY` bytes before it is looked at again. One of
    more than `largest` bytes is refused with the sentence `too_large`.
    """
    expected = int(request.headers.get("content-length", LOOK_EVERY))
    disk.check_folder(path.parent, expected + LOOK_EVERY * (len(arriving) - 1))
    with writing(path, path.parent) as file:
        unlooked = received = 0
        async for chunk in request.stream():
            received, unlooked = received + len(chunk), unlooked + len(chunk)
            if received > largest:
                raise StudioError(too_large)
            if unlooked > LOOK_EVERY:
                await run_in_threadpool(_look, file, disk, path.parent, len(arriving))
                unlooked = 0
            await run_in_threadpool(file.write, chunk)


def _look(file: BinaryIO, disk: Disk, folder: Path, arriving: int) -> None:
    file.flush()
    disk.check_folder(folder, LOOK_EVERY * arriving)


def temporary_name(workspace: Path) -> Path:
    """A name for a temporary file; one that a killed page left is deleted when the page starts again."""
    folder = temporary_folder(workspace)
    return (folder if folder.is_dir() else workspace) / unfinished_name(workspace)
