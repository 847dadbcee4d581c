"""Read the end of the logs."""

from collections.abc import Iterator
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.inside import open_inside, own_file

LOG, OUTPUT, PAGE = "worker.log", "worker-output.log", "page.log"
_BLOCK = 1 << 18  # bytes read from each file


def last_lines(workspace: Path, count: int, name: str = LOG) -> tuple[str, ...]:
    """The last `count` lines of a log, rotated file included."""
    lines: list[str] = []
    for path in _newest_first(workspace / "logs", name):
        lines = [*_tail(workspace, path), *lines]
        if len(lines) >= count:
            break
    return tuple(lines[-count:]) if count else ()


def _newest_first(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    yield folder / f"{name}.1"


def _tail(workspace: Path, path: Path) -> list[str]:
    """The last complete lines of a file; none if it is missing, behind a link, or no plain file."""
    try:
        with open_inside(workspace, own_file(path)) as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _BLOCK))
            text = file.read().decode("utf-8", "replace")
    except (OSError, StudioError):
        return []
    lines = text.splitlines()
    return lines[1:] if size > _BLOCK else lines
