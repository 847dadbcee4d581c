"""A workspace with a sign-in is readable by its owner alone, unless it is shared with a group on purpose."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.inside import own_file

_SECRET = ("sessions.json", "studio.db", "studio.db-wal", "studio.db-shm")
_OTHERS = stat.S_IRWXO
_GROUP = stat.S_IRWXG


def keep_private(workspace: Path) -> None:
    """Take a workspace and the files with its content away from everybody else; call it again for new files.

    A folder that its group may write and hands on (setgid), or that has another group than this user's own,
    is shared on purpose: the group keeps what it has.
    """
    if os.name != "posix":
        return
    taken = _OTHERS if _is_shared(workspace.stat()) else _OTHERS | _GROUP
    for path in (workspace, *(workspace / name for name in _SECRET)):
        with suppress(OSError, StudioError):  # not there, or another's, who says who reads it
            if path != workspace:
                own_file(path)  # not the mode of a file that is elsewhere, too
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~taken)


def private_mode(folder: Path) -> int:
    """The mode of a new file with secrets: the owner reads and writes, and the group of a shared folder."""
    return 0o600 | (folder.stat().st_mode & 0o060 if _is_shared(folder.stat()) else 0)


def _is_shared(found: os.stat_result) -> bool:
    handed_on = found.st_mode & stat.S_ISGID or found.st_gid != os.getegid()
    return bool(found.st_mode & stat.S_IWGRP and handed_on)
