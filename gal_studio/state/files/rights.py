"""What of a workspace this user may not write, such as one that another user of the computer has made."""

import os
from pathlib import Path

_WRITTEN = (
    *("", "studio.db", "studio.db-wal", "studio.db-shm", "page.lock", "worker.lock", "page.address"),
    *("images", "adapters", "checkpoints", "exports", "own-adapters", "logs", "temporary", "backups"),
    "uploads",
)  # fmt: skip


def closed_to_user(workspace: Path) -> Path | None:
    """The first file or folder of a workspace that this user may not write; None if there is none."""
    for path in (workspace / name if name else workspace for name in _WRITTEN):
        needed = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
        if os.path.lexists(path) and not path.is_symlink() and not os.access(path, needed):
            return path
    return None


def closed_words(path: Path) -> str:
    """`You may not write PATH, which belongs to USER`, with the user where the system tells it."""
    try:
        whose = f", which belongs to {path.owner()}"
    except (OSError, KeyError, NotImplementedError):  # no such user any more; Windows
        whose = ""
    return f"You may not write {path}{whose}"
