"""Content-addressed files, written atomically."""

import hashlib
import io
import os
import re
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image

from gal_studio.causes import refused
from gal_studio.core.errors import StudioError, is_lack_of_memory
from gal_studio.second_try import renamed
from gal_studio.state.files.errors import disk_problem, make_folder
from gal_studio.state.files.inside import open_inside, own_file
from gal_studio.state.files.unfinished import unfinished_name

_NAME = re.compile(r"[0-9a-f]{64}")
_DOCTOR = "Run gal-studio doctor --repair on this workspace."


def write_whole(path: Path, data: bytes, workspace: Path, mode: int | None = None) -> None:
    """Write atomically: temporary name, sync, rename, sync of the folder. A failure leaves nothing behind.

    With a `mode`, the file has it before its content.
    """
    with writing(path, workspace) as file:
        if mode is not None:
            Path(file.name).chmod(mode)
        file.write(data)


@contextmanager
def writing(path: Path, workspace: Path) -> Iterator[BinaryIO]:
    """Like `write_whole`, for a file that is written in parts."""
    with writing_beside(path, workspace) as temporary, temporary.open("wb") as file:
        yield file


@contextmanager
def writing_beside(path: Path, workspace: Path) -> Iterator[Path]:
    """Like `write_whole`, for other code that writes to the temporary path given here."""
    temporary = path.with_name(unfinished_name(workspace))
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        renamed(temporary, path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise disk_problem(error, workspace) from error
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder to the disk."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def log_folder(workspace: Path) -> Path:
    """The folder of the logs; it is created if needed."""
    return make_folder(workspace / "logs", workspace)


def log_file(workspace: Path, name: str) -> Path:
    """The path of a log; what lies there and is not one file of the studio's own is moved beside."""
    path = log_folder(workspace) / name
    try:
        return own_file(path)
    except StudioError:
        try:
            renamed(path, path.with_name(f"{name} {uuid.uuid4().hex[:8]}"))
        except OSError as error:
            raise disk_problem(error, workspace) from error
    return path


class Files:
    """A folder of files named by the SHA-256 of their content."""

    def __init__(self, workspace: Path, folder: str, suffix: str) -> None:
        self._workspace = workspace
        self.folder = make_folder(workspace / folder, workspace)
        self._suffix = suffix

    def path(self, name: str) -> Path:
        """The path of the file with this hash; anything but a hash is refused."""
        if not name:  # the doctor writes this in the place of a lost picture
            raise StudioError(
                "An image was lost and has not been generated again: press Generate in its round, or undo "
                "your acceptance if its prompt was your own."
            )
        if not _NAME.fullmatch(name):
            raise StudioError(f"{name!r} is not the name of a stored file.")
        return self.folder / f"{name}{self._suffix}"

    def has(self, name: str) -> bool:
        """Whether the workspace holds this file; a link or a pipe is none."""
        try:
            return bool(_NAME.fullmatch(name)) and stat.S_ISREG(self.path(name).lstat().st_mode)
        except OSError:
            return False

    def open(self, name: str) -> io.BufferedReader:
        """Open a file for reading; refused if it is a link or no plain file."""
        return open_inside(self._workspace, self.path(name))

    def plain(self, name: str) -> Path:
        """The path of a stored file for a library that opens it by its path; refused if it is no plain file.

        A file that is missing is what the library says of it.
        """
        path = self.path(name)
        if os.path.lexists(path) and not self.has(name):
            raise StudioError(f"The stored file {name[:12]} is a link or not a plain file. {_DOCTOR}")
        return path

    def intact(self, name: str) -> bool:
        """Whether the file exists and its content has this hash."""
        if not self.has(name):
            return False
        with self.open(name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == name

    def renewed(self, name: str) -> bool:
        """Whether the file is intact; its time is renewed, since old files without a row may be removed."""
        intact = self.intact(name)
        if intact:
            with suppress(OSError):
                os.utime(self.path(name))
        return intact

    def is_own(self, path: Path) -> bool:
        """Whether this path is named like a stored file."""
        return path.suffix == self._suffix and bool(_NAME.fullmatch(path.stem))

    def add(self, data: bytes) -> str:
        """Store these bytes and return their name; equal bytes share a file, a broken file is replaced."""
        name = hashlib.sha256(data).hexdigest()
        if not self.renewed(name):
            write_whole(self.path(name), data, self._workspace)
        return name

    def read(self, name: str) -> bytes:
        """The content of a file."""
        self.plain(name)
        try:
            with self.open(name) as file:
                return file.read()
        except FileNotFoundError as error:
            raise StudioError(
                f"A stored file is missing from {self.folder}: {name[:12]}. {_DOCTOR}"
            ) from error
        except OSError as error:
            if said := refused(self.path(name), error, f"stored file {name[:12]}"):
                raise StudioError(said) from error
            reason = error.strerror or type(error).__name__
            raise StudioError(f"The stored file {name[:12]} cannot be read ({reason}). {_DOCTOR}") from error


def png_of(picture: Image.Image, **options: Any) -> bytes:
    """A picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **options)
    return buffer.getvalue()


class Images(Files):
    """Pictures, stored losslessly, so that the same pixels are scored, shown and trained on."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace, "images", ".png")

    def add_picture(self, picture: Image.Image) -> str:
        """Store an RGB picture, or a mask of one channel, as PNG without metadata; returns its name."""
        mode = "L" if picture.mode == "L" else "RGB"
        clean = Image.frombytes(mode, picture.size, picture.convert(mode).tobytes())
        return self.add(png_of(clean, compress_level=4))

    def picture(self, name: str) -> Image.Image:
        """Load a picture as RGB."""
        return self._opened(name, "RGB")

    def mask(self, name: str) -> Image.Image:
        """Load a mask or a painting as one channel (mode L)."""
        return self._opened(name, "L")

    def _opened(self, name: str, mode: str) -> Image.Image:
        data = self.read(name)
        with self._damages(name), Image.open(io.BytesIO(data)) as picture:
            return picture.convert(mode)

    @staticmethod
    @contextmanager
    def _damages(name: str) -> Iterator[None]:
        """Turn what Pillow raises for broken files into one sentence."""
        try:
            yield
        except Exception as error:
            if is_lack_of_memory(error):
                raise
            raise StudioError(f"The stored image {name[:12]} is damaged. {_DOCTOR}") from error

    def thumbnail(self, name: str, edge: int) -> bytes:
        """A PNG with edges of at most `edge` pixels; a smaller picture is not changed."""
        data = self.read(name)
        with self._damages(name), Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            picture.load()
            if max(picture.size) <= edge:
                return data
            picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
            return png_of(picture)


class Adapters(Files):
    """The adapters of rounds, as safetensors."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace, "adapters", ".safetensors")

    def add_file(self, path: Path) -> str:
        """Store a copy of a file."""
        return self.add(path.read_bytes())
