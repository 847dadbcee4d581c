"""The room on the disk: what stays free whatever is done, and what work needs beside it."""

import os
import shutil
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import ROOM, NoRoomError, disk_problem, megabytes

RESERVE = 200 << 20
"""Bytes that stay free on the disk, so that the database, the log and other programs can go on."""

RESERVE_VARIABLE = "GAL_STUDIO_RESERVE_MB"
_FOLDERS = (".", "images", "adapters", "checkpoints")


class Disk:
    """The disk of a workspace; where its folders lie on several, the one with the least room counts."""

    def __init__(self, workspace: Path, reserve: int | None = None) -> None:
        """`reserve` in bytes; None takes it from the environment, in MB, or `RESERVE`."""
        self._workspace = workspace
        self.reserve = _reserve_of_the_environment() if reserve is None else reserve

    def free(self) -> int:
        """Bytes that may still be written, the reserve included."""
        try:
            folders = [path for name in _FOLDERS if (path := self._workspace / name).is_dir()]
            return min(shutil.disk_usage(path).free for path in folders or [self._workspace])
        except OSError as error:
            raise disk_problem(error, self._workspace) from error

    def has_room(self, needed: int) -> bool:
        """Whether so many bytes fit beside the reserve."""
        return self.free() >= needed + self.reserve

    def check(self, needed: int = 0) -> None:
        """Refuse work for which there is too little room, with the figures."""
        if not self.has_room(needed):
            raise NoRoomError(self.sentence(needed), needed)

    def check_folder(self, folder: Path, needed: int) -> None:
        """Refuse what does not fit into a folder, before anything is written; `needed` in bytes.

        On the workspace's disk the reserve stays free; another one may be filled.
        """
        try:
            free = shutil.disk_usage(folder).free
            is_ours = folder.stat().st_dev == self._workspace.stat().st_dev
        except OSError as error:
            raise disk_problem(error, folder) from error
        reserve = self.reserve if is_ours else 0
        if needed + ROOM + reserve > free:
            raise StudioError(
                f"The disk of the folder {folder} is full: {megabytes(needed)} are needed{_beside(reserve)} "
                f"and {megabytes(free)} are free; make room and try again."
            )

    def wanted(self, trouble: NoRoomError) -> int:
        """What must fit before refused work is tried again: more than is free now, if nobody knows better."""
        if trouble.needed is not None:
            return trouble.needed
        return max(0, self.free() - self.reserve) + ROOM

    def sentence(self, needed: int) -> str:
        """What is needed and what is free."""
        if not needed:
            return (
                f"The disk is nearly full: {megabytes(self.reserve)} are to stay free, and "
                f"{megabytes(self.free())} are free; make room, and the work goes on by itself."
            )
        return (
            f"The disk is full: {megabytes(needed)} are needed{_beside(self.reserve)}, and "
            f"{megabytes(self.free())} are free; make room, and the work goes on by itself."
        )


def _beside(reserve: int) -> str:
    return f" beside the {megabytes(reserve)} that stay free" if reserve else ""


def _reserve_of_the_environment() -> int:
    given = os.environ.get(RESERVE_VARIABLE, "").strip()
    if not given:
        return RESERVE
    if not given.isdecimal():
        raise StudioError(f"{RESERVE_VARIABLE} is {given!r}: give a whole number of megabytes.")
    return int(given) << 20
