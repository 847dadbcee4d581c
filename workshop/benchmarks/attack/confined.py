"""Keep commands with hostile arguments from writing anywhere but in a folder of their own."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PATHS = {
    "os.chmod": 1, "os.chown": 1, "os.link": 2, "os.mkdir": 1, "os.remove": 1, "os.rename": 2, "os.rmdir": 1,
    "os.symlink": 2, "os.truncate": 1, "os.utime": 1, "shutil.rmtree": 1, "sqlite3.connect": 1,
}  # fmt: skip
"""How many of the first arguments of each audit event are paths that are written."""
_allowed: list[Path] = []
_is_watching: list[bool] = []


@contextlib.contextmanager
def confined(folder: Path) -> Iterator[None]:
    """Work in a folder; this process can write nowhere else meanwhile: it gets a PermissionError."""
    if not _is_watching:
        sys.addaudithook(_watch)  # it cannot be removed
        _is_watching.append(True)
    _allowed.append(folder.resolve())
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        _allowed.pop()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _allowed:
        return
    if event == "open":
        path, mode, flags = arguments
        writes = bool(set(mode or "") & set("wax+")) or bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        paths = [path] if writes else []
    else:
        paths = list(arguments[: _PATHS.get(event, 0)])
    for path in paths:
        if isinstance(path, str | bytes | os.PathLike) and not _is_inside(os.fsdecode(path)):
            raise PermissionError(1, "The attack may not write here", os.fsdecode(path))


def _is_inside(path: str) -> bool:
    if path in (":memory:", os.devnull) or "?mode=ro" in path:
        return True
    return Path(os.path.realpath(path)).is_relative_to(_allowed[-1])
