"""Files out of a zip that nobody vouches for: every name, length and byte is checked while it is read."""

import hashlib
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gal_studio.core.errors import StudioError
from gal_studio.state.images.sandbox import decoder
from gal_studio.workspace.archive.format import (
    MANIFEST,
    Entry,
    Limits,
    Manifest,
    damaged,
    read_manifest,
)
from gal_studio.workspace.archive.safetensors_header import check_weights

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IHDR", b"IDAT", b"IEND"}
_BROKEN = (
    BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, ValueError, OverflowError,
    MemoryError,
)  # fmt: skip


class Unpacking:
    """One archive, and how much came out of it so far."""

    def __init__(self, archive: ZipFile, length: int, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._length = length
        self._came_out = 0
        self._entries = _checked(archive.infolist())

    def manifest(self) -> Manifest:
        """What the archive says of itself."""
        if MANIFEST not in self._entries:
            raise StudioError("The archive has no manifest: choose a zip that export-project wrote.")
        return read_manifest(b"".join(self._read(MANIFEST, self._limits.manifest)))

    def unpack(self, manifest: Manifest, folder: Path) -> None:
        """Write every file of the manifest under the folder, and nothing else."""
        names = {entry.name for entry in manifest.files}
        odd = names ^ (self._entries.keys() - {MANIFEST})
        if odd or len(names) < len(manifest.files):
            what = min(odd, default="a name")
            raise damaged(f"what it holds is not what its manifest says ({what[:60]})")
        for entry in manifest.files:
            self._unpack(entry, folder / entry.name)

    def _unpack(self, entry: Entry, path: Path) -> None:
        digest = hashlib.sha256()
        with path.open("xb") as file:
            for chunk in self._read(entry.name, self._most(entry)):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if path.stat().st_size != entry.size or digest.hexdigest() != entry.sha256:
            raise damaged(f"the file {entry.name[:24]}… in it is not the one that was exported")
        if entry.name.startswith("images/"):
            _check_picture(path.read_bytes())
        elif entry.name.startswith("adapters/"):
            check_weights(path, f"The file {entry.name[:24]}… of the archive")

    def _most(self, entry: Entry) -> int:
        kinds = {"tables": self._limits.tables, "images": self._limits.picture}
        return min(entry.size, kinds.get(entry.name.partition("/")[0], self._limits.weights))

    def _read(self, name: str, most: int) -> Iterator[bytes]:
        """The bytes of an entry, counted as they come; what its header says of their number is not used."""
        came, info = 0, self._entries[name]
        with broken_zip(), self._archive.open(info) as source:
            while chunk := source.read(_CHUNK):
                came += len(chunk)
                self._came_out += len(chunk)
                if came > most or self._came_out > self._limits.total:
                    raise damaged(f"the file {name[:24]} in it is larger than it may be")
                self._check_ratio(came, info.compress_size)
                self._check_ratio(self._came_out, self._length)
                yield chunk

    def _check_ratio(self, came: int, went: int) -> None:
        if came > self._limits.free + self._limits.ratio * went:
            raise damaged("far more comes out of it than went in, as in a zip bomb")


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[ZipFile]:
    """The archive, of which nothing was read yet but its list of entries."""
    if not path.is_file():
        raise StudioError(f"There is no file {path.name!r}: check its path.")
    with _Bounded(path, limits.directory) as file:
        with broken_zip():
            archive = ZipFile(file)
        with archive:
            yield archive


@contextmanager
def broken_zip() -> Iterator[None]:
    """Whatever the reading of a broken or hostile zip throws becomes one sentence."""
    try:
        yield
    except _BROKEN as error:
        raise StudioError("The archive is broken or no zip: export the project again.") from error


class _Bounded(io.FileIO):
    """A file of which nobody reads more at once than a zip's list of entries may take."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self._most = most
        self._length = os.fstat(self.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        wanted = self._length - self.tell() if size is None or size < 0 else size
        if wanted > self._most:
            raise BadZipFile("the list of entries is too long")
        return super().read(wanted) or b""


def _checked(infos: list[ZipInfo]) -> dict[str, ZipInfo]:
    """The entries by name; refuses names that lead elsewhere, links, and two of one name."""
    entries: dict[str, ZipInfo] = {}
    for info in infos:
        name = info.orig_filename
        if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or ":" in name:
            raise damaged(f"the name {name[:60]!r} in it leads out of its folder")
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise damaged(f"{name[:60]!r} in it is a link or a folder")
        if name != info.filename or name in entries:
            raise damaged(f"it holds {name[:60]!r} twice, or under two names")
        if info.flag_bits & _ENCRYPTED or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise damaged(f"{name[:60]!r} in it is encrypted, or packed in a way that is not ours")
        entries[name] = info
    return entries


def _check_picture(data: bytes) -> None:
    """A PNG that decodes and holds pixels alone: no place, no camera, no text."""
    place, kinds = len(_SIGNATURE), set()
    while place + 8 <= len(data):
        kinds.add(data[place + 4 : place + 8])
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    if not data.startswith(_SIGNATURE) or kinds != _PIXELS or place != len(data):
        raise damaged("a picture in it is no PNG as the studio writes them")
    try:
        decoder.check_stored(data)
    except StudioError as error:
        raise damaged("a picture in it cannot be read") from error
