"""Free disk space: the reserve that is kept, and the space that work needs on top."""

import os
import shutil
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import ROOM, NoRoomError, disk_problem, megabytes

RESERVE = 200 << 20
"""Bytes that are kept free for the database, the logs and other programs."""

RESERVE_VARIABLE = "GAL_STUDIO_RESERVE_MB"
_FOLDERS = (".", "images", "adapters", "checkpoints", "exports")


class Disk:
    """The disk of a workspace; if its folders are on several disks, the fullest one counts."""

    def __init__(self, workspace: Path, reserve: int | None = None) -> None:
        """`reserve` in bytes; None takes it from the environment, in MB, or `RESERVE`."""
        self._workspace = workspace
        self.reserve = _reserve_of_the_environment() if reserve is None else reserve

    def free(self) -> int:
        """Free bytes, reserve included."""
        try:
            folders = [path for name in _FOLDERS if (path := self._workspace / name).is_dir()]
            return min(shutil.disk_usage(path).free for path in folders or [self._workspace])
        except OSError as error:
            raise disk_problem(error, self._workspace) from error

    def has_room(self, needed: int) -> bool:
        """Whether `needed` bytes are free besides the reserve."""
        return self.free() >= needed + self.reserve

    def check(self, needed: int = 0) -> None:
        """Refuse work that needs more space than there is."""
        if not self.has_room(needed):
            raise NoRoomError(self.sentence(needed), needed)

    def check_folder(self, folder: Path, needed: int) -> None:
        """Refuse to write `needed` bytes to a folder that has no space for them.

        The reserve counts on the disk of the workspace only.
        """
        try:
            free = shutil.disk_usage(folder).free
            is_ours = folder.stat().st_dev == self._workspace.stat().st_dev
        except OSError as error:
            raise disk_problem(error, folder) from error
        reserve = self.reserve if is_ours else 0
        if needed + ROOM + reserve > free:
            raise StudioError(
                f"The disk of the folder {folder} is full ({megabytes(needed + ROOM)} are needed"
                f"{_besides(reserve)} and {megabytes(free)} are free): free some space and try again."
            )

    @staticmethod
    def wanted(trouble: NoRoomError) -> int:
        """The bytes to wait for before refused work is tried again; a little if it is not known how many.

        It does not depend on what is free at this moment: what filled the disk may be gone already.
        """
        return ROOM if trouble.needed is None else trouble.needed

    def was_full(self) -> str:
        """The error message of work that the disk refused in the middle, so that its need is not known."""
        return (
            f"The disk was full, and {megabytes(self.free())} are free now. The job is tried again by itself "
            "as long as there is some space."
        )

    def sentence(self, needed: int | None) -> str:
        """The error message, with the free space and what is needed, if that was computed."""
        if needed is None:
            return (
                f"The disk is full (nothing more can be written, and {megabytes(self.free())} are free): "
                "free some space, and the job resumes by itself."
            )
        if not needed:
            return (
                f"The disk is nearly full ({megabytes(self.reserve)} must stay free, and "
                f"{megabytes(self.free())} are free): free some space, and the job resumes by itself."
            )
        return (
            f"The disk is full ({megabytes(needed)} are needed{_besides(self.reserve)}, and "
            f"{megabytes(self.free())} are free): free some space, and the job resumes by itself."
        )


def _besides(reserve: int) -> str:
    return f" besides the {megabytes(reserve)} that must stay free" if reserve else ""


def _reserve_of_the_environment() -> int:
    given = os.environ.get(RESERVE_VARIABLE, "").strip()
    if not given:
        return RESERVE
    if not given.isdecimal():
        raise StudioError(f"{RESERVE_VARIABLE} is {given!r}: give a whole number of megabytes.")
    return int(given) << 20
