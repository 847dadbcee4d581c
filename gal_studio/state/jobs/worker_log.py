"""Read the end of the logs."""

from collections.abc import Iterator
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.inside import own_file

LOG, OUTPUT, PAGE = "worker.log", "worker-output.log", "page.log"
_BLOCK = 1 << 18  # bytes read from each file


def last_lines(workspace: Path, count: int, name: str = LOG) -> tuple[str, ...]:
    """The last `count` lines of a log, rotated file included."""
    folder = workspace / "logs"
    lines: list[str] = []
    for path in _newest_first(folder, name):
        lines = [*_tail(path), *lines]
        if len(lines) >= count:
            break
    return tuple(lines[-count:]) if count else ()


def _newest_first(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    yield folder / f"{name}.1"


def _tail(path: Path) -> list[str]:
    """The last complete lines of a file; none if it is missing, a link or no plain file."""
    try:
        with own_file(path).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _BLOCK))
            text = file.read().decode("utf-8", "replace")
    except (OSError, StudioError):
        return []
    lines = text.splitlines()
    return lines[1:] if size > _BLOCK else lines
