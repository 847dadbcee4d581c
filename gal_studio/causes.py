"""What a file's refusal is due to, as far as it can be seen: asked before a sentence blames the file.

A file that cannot be read may be none of its kind: downloads leave pages, messages and pointers in its
place. One that is not there may be behind a folder that may not be opened, or on a drive that is not
connected. Each has a sentence of its own, which says what to do.
"""

import errno
import html
import os
import re
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.drive_errors import drive_sentence
from gal_studio.core.errors import NO_MEMORY, first_line, is_lack_of_memory
from gal_studio.core.models.weights_header import parse_header

HEAD = 1 << 16  # bytes of a file that are looked at
HELD = frozenset({5, 32, 33})
"""Errors of Windows for a file that another program holds; 5 is also that of missing rights."""
_IN_USE = HELD - {5}
_QUOTED = 100  # characters of what a page or a server says
_LARGEST_TEXT = 1 << 14  # bytes: a longer text is no message
_LARGEST_HEADER = 32 << 20
_UNFINISHED = (
    ".crdownload",
    ".part",
    ".partial",
    ".download",
    ".opdownload",
    ".aria2",
    ".!qB",
    ".incomplete",
)
_MOUNTS = re.compile(r"/(Volumes|mnt|media(/[^/]+)?|run/media/[^/]+)")
"""Folders in which drives are connected."""
_POINTERS: Mapping[bytes, tuple[str, str]] = {
    b"version https://git-lfs": ("Git LFS", "git lfs pull"),
    b"# xet version": ("Xet", "git xet pull"),
    b"/annex/objects/": ("git-annex", "git annex get ."),
}
_ARCHIVES: Mapping[bytes, str] = {
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf\x27\x1c": "7z",
}
_WEIGHTS = (".safetensors", ".json", ".txt", ".model", ".bin")
_MOST_FILES = 500
_MACOS = b"\x00\x05\x16\x07"
_SAYS = ("message", "error_description", "detail", "error", "title", "reason")


def instead(head: bytes, size: int) -> tuple[str, str] | None:
    """What a file of another kind is by its first bytes, and what to do; None if that is not known.

    The first part follows the file's name: `is a web page (“Sign in”), not the file itself`.
    """
    if not size:
        return "is empty", "it was not copied or downloaded completely; do that again"
    if not head.strip(b"\0"):
        return "contains only zeros", "its download is unfinished; download it again"
    for begins, (program, command) in _POINTERS.items():
        if head.startswith(begins):
            step = f"run `{command}` in its folder, or download the file itself from its page"
            return f"is a pointer of {program}, not the file itself", step
    if head.startswith(_MACOS):
        return "is a file that macOS keeps beside another", "choose the file whose name has no ._ before it"
    for begins, kind in _ARCHIVES.items():
        if head.startswith(begins):
            return f"is a {kind} archive", "unpack it, and choose a file in it"
    return _text_instead(head, size)


def _text_instead(head: bytes, size: int) -> tuple[str, str] | None:
    """What a text in place of a file is: a page, or what a server said."""
    text = head.removeprefix(b"\xef\xbb\xbf").decode(errors="replace").strip()
    start = text[:1000].lower()
    if start.startswith(("<!doctype html", "<html")) or "<head" in start or "<title" in start:
        step = "open its address in a browser, sign in there if that is asked, and download it again"
        return f"is a web page{_quoted(_between(text, 'title'))}, not the file itself", step
    if size > _LARGEST_TEXT or text.startswith("<svg") or not _is_message(text):
        return None
    is_xml = start.startswith("<")
    said = (_between(text, "message") or _between(text, "code")) if is_xml else _said_in(text)
    if not start.startswith(("<", "{")):
        step = "choose the file itself; if a download left this, do what it says"
        return f"is a text{_quoted(said)}, not the file itself", step
    step = "do what it says, such as to sign in, and download it again"
    return f"is a server’s answer{_quoted(said)}, not the file itself", step


def _is_message(text: str) -> bool:
    """Whether a text is what servers answer: an error in XML or JSON, or one printable line."""
    if text.startswith("<"):
        return "<error" in text[:1000].lower()
    if text.startswith("{"):
        return bool(_said_in(text))
    return bool(text) and "\n" not in text and text.isprintable() and "\ufffd" not in text and " " in text


def said_by(answer: bytes) -> str:
    """What an answer of a server says in JSON, of a web page its title, or its one line; "" for nothing."""
    text = answer[:HEAD].decode(errors="replace").strip()
    if text.startswith("<"):
        return _one_line(_between(text, "title") or _between(text, "message"))
    said = _said_in(text)
    return _one_line(said) if said.isprintable() and "\ufffd" not in said else ""


def _said_in(text: str) -> str:
    """The message in an object of JSON; of another line, that line."""
    if not text.startswith("{"):
        return text.splitlines()[0] if text else ""
    value: Any = None
    with suppress(Exception):  # of strict_json: no JSON, or nested too deeply
        value = strict_json.loads(text)
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((value[name] for name in _SAYS if value.get(name)), "")
    return value if isinstance(value, str) else ""


def _between(text: str, tag: str) -> str:
    found = re.search(rf"<{tag}[^>]*>(.*?)</{tag}", text, re.IGNORECASE | re.DOTALL)
    return html.unescape(found[1]) if found else ""


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 1]}…"


def _quoted(said: str) -> str:
    line = _one_line(said)
    return f" (“{line}”)" if line else ""


def unread(
    path: Path,
    error: Exception,
    step: str = "download it again",
    shown: object = None,
    called: str = "file",
) -> str:
    """The sentence for a file that could not be read: what is there instead, or else that it is damaged.

    `shown` is how the sentence calls the file, by default its path; `step` is what to do with a damaged one.
    """
    name = f"{called} {shown or path}"
    if isinstance(error, OSError) and (said := refused(path, error, name)):
        return said
    if is_lack_of_memory(error):
        return f"There is not enough memory to read the {name}: close other programs, then try again."
    is_plain = os.path.isfile(path)  # nothing waits at a pipe
    try:
        head, size = _head(path) if is_plain else (b"", 0)
    except OSError as again:
        return refused(path, again, name) or f"The {name} cannot be read ({first_line(again)}): {step}."
    found = (instead(head, size) or cut_off(path)) if is_plain else None
    what, step = found or (f"is damaged ({first_line(error)})", step)
    return f"The {name} {what}: {step}."


def _head(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file, and how many it has."""
    with path.open("rb") as file:
        return file.read(HEAD), path.stat().st_size


def refused(path: Path, error: OSError, name: str) -> str:
    """What the system refused of a file that is read; "" if it is not there, or nothing is known of it."""
    if getattr(error, "winerror", None) in _IN_USE:
        return f"The {name} is in use by another program: close that program, or wait, then try again."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"You may not read the {name}{_whose(path)}: {_how_to_be_allowed(error)}."
    return drive_sentence(error, path.parent) or ""


def _whose(path: Path) -> str:
    with suppress(OSError, KeyError, NotImplementedError):  # no such user any more; Windows
        return f", which belongs to {path.owner()}"
    return ""


def _how_to_be_allowed(error: OSError) -> str:
    if sys.platform == "darwin" and error.errno == errno.EPERM:
        return (
            "allow the terminal to use this folder in System Settings › Privacy & Security › Files and "
            "Folders, or copy it elsewhere"
        )
    return "change its permissions, or copy it to a folder of yours"


def cut_off(path: Path) -> tuple[str, str] | None:
    """What is said of a safetensors file that ends before its tensors do; None for others."""
    with suppress(OSError, ValueError, RecursionError), path.open("rb") as file:
        size = path.stat().st_size
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= min(_LARGEST_HEADER, size - 8):
            return None
        entries = parse_header(file.read(length)).tensors.values()
        whole = 8 + length + max((one.end for one in entries), default=0)
        if size < whole:
            shown = f"{size / 2**20:,.1f} of its {whole / 2**20:,.1f} MB"
            return f"is cut off: {shown} are here", "download it again, or copy it once more"
    return None


def missing(path: Path, called: str = "file", step: str = "check the path", shown: object = None) -> str:
    """The sentence for a path at which no plain file or folder was found: why, as far as the system tells.

    `called` says what was looked for, such as `file`, `folder` or `workspace`.
    """
    name = str(shown or path)
    with suppress(ValueError):  # no path of this system
        try:
            mode = path.stat().st_mode
        except PermissionError as error:
            closed = _closed_folder(path.absolute())
            how = _how_to_be_allowed(error)
            return f"You may not open the folder {closed}, so {name} cannot be seen: {how}."
        except OSError as error:
            if reason := _why_missing(path, name) or drive_sentence(error, path.parent):
                return reason
        else:
            if stat.S_ISDIR(mode):
                return f"{name} is a folder: give a file in it."
            if stat.S_ISREG(mode):
                return f"{name} is a file: give the folder that it is in."
    return f"There is no {called} {name}: {step}."


def _closed_folder(path: Path) -> Path:
    """The first folder on the way to a path that this user may not open."""
    return next((each for each in reversed(path.parents) if not os.access(each, os.X_OK)), path.parent)


def _why_missing(path: Path, name: str) -> str | None:
    if path.is_symlink():
        return f"{name} is a link to {path.readlink()}, which is not there: correct it, or connect its drive."
    beside = next((path.name + end for end in _UNFINISHED if path.with_name(path.name + end).exists()), "")
    if beside:
        return f"{name} is still being downloaded ({beside}): wait until it is done, or download it again."
    if path.with_name(f".{path.name}.icloud").exists():
        return f"{name} is only in iCloud: download it in Finder (the cloud beside its name) first."
    there = next((each for each in path.absolute().parents if each.exists()), None)
    if there is None:
        return f"There is no drive {path.anchor or name}: connect it, or check the path."
    if _MOUNTS.fullmatch(there.as_posix()) and path.absolute().parent != there:
        drive = path.absolute().relative_to(there).parts[0]
        return f"The drive {there / drive} of {name} is not connected: connect it, or check the path."
    return None


def in_folder(folder: Path, error: BaseException | None = None) -> str:
    """The sentence for the first file of a model's folder that is none of its kind, or cut off; "" without.

    Downloads and clones leave such files in folders whose libraries say only that they cannot be read. Of an
    `error` that came of it, what the system refused and a lack of memory are told first.
    """
    if isinstance(error, OSError) and (said := refused(folder, error, f"folder {folder}")):
        return said
    if error is not None and is_lack_of_memory(error):
        return NO_MEMORY
    for path in _files_of(folder):
        try:
            head, size = _head(path)
        except OSError as error:
            if said := refused(path, error, f"file {path}"):
                return said
            continue
        is_pointer = any(map(head.startswith, _POINTERS))
        found = instead(head, size) if is_pointer or path.suffix != ".txt" else None
        if path.suffix == ".json" and head.lstrip().startswith(b"{"):
            found = None
        if path.suffix == ".bin" and head.startswith(b"PK"):  # as PyTorch writes them
            found = None
        if found or (found := cut_off(path)):
            return f"The file {path} {found[0]}: {found[1]}."
    return ""


def _files_of(folder: Path) -> list[Path]:
    with suppress(OSError, ValueError):
        found = (path for pattern in ("*", "*/*") for path in sorted(folder.glob(pattern)))
        named = (path for path in found if path.suffix in _WEIGHTS and path.is_file())
        return list(islice(named, _MOST_FILES))
    return []


def unread_folder(folder: Path, error: OSError, called: str = "folder", step: str = "check its path") -> str:
    """The sentence for a folder, or a text, whose content cannot be read."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return missing(folder, called)
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"You may not read the {called} {folder}{_whose(folder)}: {_how_to_be_allowed(error)}."
    said = drive_sentence(error, folder)
    return said or f"The {called} {folder} cannot be read ({first_line(error)}): {step}."
