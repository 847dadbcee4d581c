"""Unpack an untrusted zip: what its manifest names is written, each file by its hash, and nothing else."""

import errno
import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from gal_studio.causes import HEAD, instead, missing
from gal_studio.core.errors import StudioError
from gal_studio.state.images.sandbox import DecoderError, decoder
from gal_studio.workspace.archive import format as limits
from gal_studio.workspace.archive.format import MANIFEST, ArchivedFile, Manifest, damaged, read_manifest
from gal_studio.workspace.archive.safetensors_header import check_weights

_CHUNK = 1 << 20
_INVALID = "The archive is not a valid zip file: copy it again, or export the project again."
_PROJECT = "tables/projects.jsonl"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IHDR", b"IDAT", b"IEND"}
_BROKEN = (
    BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, ValueError, OverflowError,
    MemoryError,
)  # fmt: skip


class Unpacking:
    """An open archive, and how many bytes were unpacked so far."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive, self._unpacked = archive, 0
        self._all = {info.filename.replace("\\", "/"): info for info in archive.infolist()}
        tops = [name.removesuffix(_PROJECT) for name in self._all if f"/{name}".endswith(f"/{_PROJECT}")]
        if len(tops) > 1:
            raise StudioError("The archive holds several projects: pack and import each one separately.")
        self._top = tops[0] if tops else ""  # another one than "" if it was packed again

    def manifest(self) -> Manifest:
        """Read the manifest."""
        if self._top + MANIFEST not in self._all:
            raise StudioError(
                "The archive has no manifest: choose a zip file that was exported from GAL Studio."
            )
        return read_manifest(b"".join(self._read(MANIFEST, limits.MOST_MANIFEST)))

    def unpack(self, manifest: Manifest, folder: Path) -> None:
        """Write every file of the manifest under the folder, and nothing else."""
        names = {file.name for file in manifest.files}
        lost = {name for name in names if self._top + name not in self._all}
        if lost or len(names) < len(manifest.files):
            what = min(lost, default="a name")
            raise damaged(f"its files do not match its manifest ({what[:60]})")
        for file in manifest.files:
            self._unpack(file, folder / file.name)
            os.utime(folder)  # a page that starts meanwhile deletes what has been left alone for long

    def passed_over(self, manifest: Manifest) -> list[str]:
        """The names of all other files, such as those that Finder and Explorer add."""
        ours = {self._top + name for name in (MANIFEST, *(file.name for file in manifest.files))}
        return [name for name in self._all if name not in ours and not name.endswith("/")]

    def _unpack(self, file: ArchivedFile, path: Path) -> None:
        digest = hashlib.sha256()
        with path.open("xb") as target:
            for chunk in self._read(file.name, min(file.size, limits.MOST[path.parent.name])):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if path.stat().st_size != file.size or digest.hexdigest() != file.sha256:
            raise damaged(f"its file {file.name[:24]}… was changed")
        if file.name.startswith("images/"):
            _check_picture(path.read_bytes())
        elif file.name.startswith("adapters/"):
            check_weights(path, f"The file {file.name[:24]}… of the archive")

    def _read(self, name: str, most: int) -> Iterator[bytes]:
        """The bytes of a file, counted while they are read; the size in its header is not trusted."""
        came = 0
        with broken_zip(), self._archive.open(self._all[self._top + name]) as source:
            while chunk := source.read(_CHUNK):
                came += len(chunk)
                self._unpacked += len(chunk)
                if came > most or self._unpacked > limits.MOST_IN_ALL:
                    raise damaged(f"its file {name[:24]}… is too large")
                yield chunk


@contextmanager
def opened(path: Path) -> Iterator[Unpacking]:
    """Open the archive and read its directory."""
    if path.is_dir():
        raise StudioError(f"{path.name!r} is a folder: zip it, and import the zip file.")
    if not os.path.isfile(path):
        raise StudioError(missing(path, shown=repr(path.name), step="check its path"))
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.startswith(b"PK") and (found := instead(head, path.stat().st_size)):
        raise StudioError(f"The archive {found[0]}: {found[1]}.")
    with _Bounded(path) as file:
        with broken_zip():
            archive = ZipFile(file)
        with archive:
            yield Unpacking(archive)


@contextmanager
def broken_zip() -> Iterator[None]:
    """Turn any error of a broken or hostile zip into one sentence."""
    try:
        yield
    except _BROKEN as error:
        raise StudioError(_INVALID) from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place before the file, as broken directories have it
            raise
        raise StudioError(_INVALID) from error


class _Bounded(io.FileIO):
    """A file that refuses to read more at once than the largest allowed zip directory."""

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        if size is not None and size > limits.MOST_DIRECTORY:
            raise BadZipFile("the directory is too long")
        return super().read(-1 if size is None else size) or b""


def _check_picture(data: bytes) -> None:
    """Refuse a picture unless it is a PNG that decodes and has no metadata."""
    place, kinds = len(_SIGNATURE), set()
    while place + 8 <= len(data):
        kinds.add(data[place + 4 : place + 8])
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    if not data.startswith(_SIGNATURE) or kinds != _PIXELS or place != len(data):
        raise damaged("it has an image that GAL Studio did not write")
    try:
        decoder.check_stored(data)
    except DecoderError:
        raise
    except StudioError as error:
        raise damaged("it has an image that cannot be read") from error
