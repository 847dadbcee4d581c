"""Unpack an untrusted zip: every name, length and byte is checked while it is read."""

import errno
import hashlib
import io
import os
import re
import stat
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from gal_studio.causes import HEAD, instead, missing
from gal_studio.core.errors import StudioError
from gal_studio.state.images.sandbox import DecoderError, decoder
from gal_studio.workspace.archive.format import (
    MANIFEST,
    ArchivedFile,
    ArchiveLimits,
    Manifest,
    damaged,
    read_manifest,
)
from gal_studio.workspace.archive.safetensors_header import check_weights

_CHUNK = 1 << 20
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_INVALID = "The archive is not a valid zip file: copy it whole once more, or export the project again."
_DRIVE = re.compile(r"[A-Za-z]:/")
_OTHERS = {
    b"7z\xbc\xaf": "a 7-Zip file",
    b"Rar!": "a RAR file",
    b"\x1f\x8b": "a gzip file",
    b"\xfd7zXZ": "an xz file",
    b"BZh": "a bzip2 file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
}
"""Archives of other kinds by how they begin."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = {b"IHDR", b"IDAT", b"IEND"}
_BROKEN = (
    BadZipFile, NotImplementedError, RuntimeError, zlib.error, EOFError, ValueError, OverflowError,
    MemoryError,
)  # fmt: skip


class Unpacking:
    """An open archive, and how many bytes were unpacked so far."""

    def __init__(self, archive: ZipFile, length: int, limits: ArchiveLimits) -> None:
        self._archive = archive
        self._limits = limits
        self._length = length
        self._unpacked = 0
        self._all = _checked(archive.infolist())
        top = _top_folder(self._all)
        self._infos = {name.removeprefix(top): self._all[name] for name in self._all if name.startswith(top)}

    def manifest(self) -> Manifest:
        """Read the manifest."""
        if MANIFEST not in self._infos:
            inner = next((name for name in self._all if name.endswith(".zip")), None)
            if inner is not None:
                raise StudioError(f"The archive holds {inner[:60]!r}: unzip it, and import that file.")
            raise StudioError(
                "The archive has no manifest: choose a zip file that was exported from GAL Studio."
            )
        return read_manifest(b"".join(self._read(MANIFEST, self._limits.manifest)))

    def unpack(self, manifest: Manifest, folder: Path) -> None:
        """Write every file of the manifest under the folder, and nothing else."""
        names = {file.name for file in manifest.files}
        lost = names - self._infos.keys()
        if lost or len(names) < len(manifest.files):
            what = min(lost, default="a name")
            raise damaged(f"its files do not match its manifest ({what[:60]})")
        for file in manifest.files:
            self._unpack(file, folder / file.name)
            os.utime(folder)  # a page that starts meanwhile deletes what has been left alone for long

    def passed_over(self, manifest: Manifest) -> list[str]:
        """The names of all other files, such as those that Finder and Explorer add."""
        ours = {MANIFEST, *(file.name for file in manifest.files)}
        taken = {id(self._infos[name]) for name in ours}
        return [name for name, info in self._all.items() if id(info) not in taken]

    def _unpack(self, file: ArchivedFile, path: Path) -> None:
        digest = hashlib.sha256()
        with path.open("xb") as target:
            for chunk in self._read(file.name, self._most(file)):
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

    def _most(self, file: ArchivedFile) -> int:
        kinds = {"tables": self._limits.tables, "images": self._limits.picture}
        return min(file.size, kinds.get(file.name.partition("/")[0], self._limits.weights))

    def _read(self, name: str, most: int) -> Iterator[bytes]:
        """The bytes of a file, counted while they are read; the size in its header is not trusted."""
        came, info = 0, self._infos[name]
        with broken_zip(), self._archive.open(info) as source:
            while chunk := source.read(_CHUNK):
                came += len(chunk)
                self._unpacked += len(chunk)
                if came > most or self._unpacked > self._limits.total:
                    raise damaged(f"its file {name[:24]}… is too large")
                self._check_ratio(came, info.compress_size)
                self._check_ratio(self._unpacked, self._length)
                yield chunk

    def _check_ratio(self, came: int, went: int) -> None:
        if came > self._limits.free + self._limits.ratio * went:
            raise damaged("it looks like a zip bomb: it unpacks to far more than its size")


@contextmanager
def opened(path: Path, limits: ArchiveLimits) -> Iterator[ZipFile]:
    """Open the archive and read its directory."""
    if path.is_dir():
        raise StudioError(f"{path.name!r} is a folder: zip it, and import the zip file.")
    if not os.path.isfile(path):
        raise StudioError(missing(path, shown=repr(path.name), step="check its path"))
    with path.open("rb") as start:
        head, size = start.read(HEAD), path.stat().st_size
    other = next((what for begins, what in _OTHERS.items() if head.startswith(begins)), None)
    other = "a tar file" if head[257:262] == b"ustar" else other
    if other is not None:
        raise StudioError(f"The archive is {other}: unpack it, and zip its files.")
    if not head.startswith(b"PK") and (found := instead(head, size)):
        raise StudioError(f"The archive {found[0]}: {found[1]}.")
    with _Bounded(path, limits.directory) as file:
        with broken_zip():
            archive = ZipFile(file)
        with archive:
            yield archive


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

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(path)
        self._most = most
        self._length = os.fstat(self.fileno()).st_size

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        wanted = self._length - self.tell() if size is None or size < 0 else size
        if wanted > self._most:
            raise BadZipFile("the directory is too long")
        return super().read(wanted) or b""


def _checked(infos: list[ZipInfo]) -> dict[str, ZipInfo]:
    """The files by name, with `/` between folders; refuses paths out of the folder, links, and duplicates."""
    checked: dict[str, ZipInfo] = {}
    for info in infos:
        name = _written_name(info).replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or _DRIVE.match(name):
            raise damaged(f"the path {name[:60]!r} in it leads out of its folder")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if name.endswith("/") and kind in (0, stat.S_IFDIR):
            continue
        if kind not in (0, stat.S_IFREG):
            raise damaged(f"{name[:60]!r} in it is a link")
        if "\0" in name or name in checked:
            raise damaged(f"it has {name[:60]!r} twice, or under two names")
        if info.flag_bits & _ENCRYPTED:
            raise StudioError("The archive is encrypted: zip the project without a password.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise StudioError("The archive is not compressed by Deflate: zip the project with that method.")
        checked[name] = info
    return checked


def _written_name(info: ZipInfo) -> str:
    """The name of a file; Finder and `zip` write UTF-8 without saying so."""
    name: str = info.orig_filename
    if not info.flag_bits & _UTF_8:
        with suppress(UnicodeError):
            return name.encode("cp437").decode("utf-8")
    return name


def _top_folder(names: Collection[str]) -> str:
    """The folder of the manifest, with `/` at its end: "" as exported, another one if packed again."""
    folders = [name.removesuffix(MANIFEST) for name in names if f"/{name}".endswith(f"/{MANIFEST}")]
    folders = [folder for folder in folders if not folder.startswith("__MACOSX/")]
    folders = [folder for folder in folders if f"{folder}tables/projects.jsonl" in names] or folders
    depths = sorted(folder.count("/") for folder in folders)
    if len(depths) > 1 and depths[0] == depths[1]:
        raise StudioError("The archive holds several projects: pack and import each one by itself.")
    return min(folders, key=lambda folder: folder.count("/"), default="")


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
