"""The files of a database, which SQLite believes wherever they lead: a workspace may be somebody else's."""

import os
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.json_files import open_plain
from gal_studio.state.files.inside import own_file

ENDINGS = ("", "-wal", "-shm", "-journal")
"""Of the names of its files."""
_NAMES_ANOTHER = bytes.fromhex("d9d505f920a163d7")
"""How a journal ends that names the journal of several databases, which SQLite deletes."""


def check_files(path: Path) -> None:
    """Refuse a database that cannot be opened without changing what is not the studio's.

    SQLite writes through links, and deletes whatever file a journal names as its super-journal.
    """
    for ending in ENDINGS:
        own_file(path.with_name(f"{path.name}{ending}"))
    journal = path.with_name(f"{path.name}-journal")
    if _end(journal) == _NAMES_ANOTHER:
        raise StudioError(f"{journal} names a file of another database: move it away, then try again.")


def _end(path: Path) -> bytes:
    """The last 8 bytes of a file; b"" if there is none: another process may delete it meanwhile."""
    try:
        with open_plain(path, follow=False) as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - len(_NAMES_ANOTHER)))
            return file.read()
    except FileNotFoundError:
        return b""
