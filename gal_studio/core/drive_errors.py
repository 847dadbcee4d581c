"""What a drive refuses, by the names of the system's errors: one true sentence for each, with what to do."""

import errno

_GONE = ("The drive of the folder {} is no longer connected", "connect it again, then try again")
_SAID: dict[str, tuple[str, str]] = {
    "EFBIG": (
        "The drive of the folder {} does not accept files this large, or this account may not write them",
        "choose a folder on a drive without FAT32, or raise the limit (`ulimit -f`)",
    ),
    "EDQUOT": (
        "Your quota on the drive of the folder {} is used up",
        "delete some of your files there, or have the quota raised",
    ),
    "EMFILE": (
        "Too many files are open in this program to use the folder {}",
        "raise the limit (`ulimit -n`) and start it again",
    ),
    "ENFILE": (
        "Too many files are open on this computer to use the folder {}",
        "close other programs, then try again",
    ),
    "ESTALE": (
        "The folder {} was moved or unmounted on its network drive (stale file handle)",
        "connect the drive again, then try again",
    ),
    "EROFS": (
        "The folder {} cannot be written because its drive is read-only",
        "make it writable, or choose another folder",
    ),
    "EIO": ("The drive of the folder {} reported an error", "check the drive, then try again"),
    "ENAMETOOLONG": (
        "A name is too long for the drive of the folder {}",
        "choose a folder with a shorter path",
    ),
    **dict.fromkeys(("ENODEV", "ENXIO", "ENOTCONN"), _GONE),
}
_BY_NUMBER = {getattr(errno, name): said for name, said in _SAID.items() if hasattr(errno, name)}
_LASTING = {getattr(errno, name, None) for name in ("EFBIG", "EROFS", "ENAMETOOLONG")}


def drive_sentence(error: OSError, folder: object) -> str | None:
    """What the drive of a folder refused; None for errors that other sentences name, such as a full disk."""
    said = _BY_NUMBER.get(error.errno or 0)
    return f"{said[0].format(folder)}: {said[1]}." if said else None


def may_pass(error: OSError) -> bool:
    """Whether the same may work later without a change of settings."""
    return error.errno not in _LASTING


def advice(error: OSError, otherwise: str = "check the disk, then try again") -> str:
    """What to do about a file that could not be written, or a process that could not be started."""
    if error.errno == errno.ENOSPC:
        return "free some disk space"
    return _BY_NUMBER.get(error.errno or 0, ("", otherwise))[1]
