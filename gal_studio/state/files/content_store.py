"""Files under the name of their own content: written whole, or not at all."""

import hashlib
import io
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import disk_problem

_NAME = re.compile(r"[0-9a-f]{64}")
_DOCTOR = "Run gal-studio doctor --workspace FOLDER --repair on this workspace: it says what can be mended."


def write_whole(path: Path, data: bytes, workspace: Path) -> None:
    """Write to a temporary name, sync, rename, sync the folder; a failure leaves nothing behind."""
    with writing(path, workspace) as file:
        file.write(data)


@contextmanager
def writing(path: Path, workspace: Path) -> Iterator[BinaryIO]:
    """The same for what is written bit by bit: the file has its name when all of it is on the disk."""
    with writing_beside(path, workspace) as temporary, temporary.open("wb") as file:
        yield file


@contextmanager
def writing_beside(path: Path, workspace: Path) -> Iterator[Path]:
    """The same for what others write: to the name given here, which becomes `path` at the end."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        yield temporary
        with temporary.open("r+b") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
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
    """Have the names in a folder on the disk."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def log_folder(workspace: Path) -> Path:
    """The folder of the worker's logs."""
    folder = workspace / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_problem(error, workspace) from error
    return folder


class Files:
    """A folder whose files are named by the sha256 of what they hold."""

    def __init__(self, workspace: Path, folder: str, suffix: str) -> None:
        self._workspace = workspace
        self.folder = workspace / folder
        self._suffix = suffix
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_problem(error, workspace) from error

    def path(self, name: str) -> Path:
        """Where the file of this content hash lies; anything but a hash is refused."""
        if not name:  # what the doctor writes in the place of a picture that is lost
            raise StudioError("A picture was lost and is not drawn again yet: press Generate in its round.")
        if not _NAME.fullmatch(name):
            raise StudioError(f"{name!r} is not the name of a stored file.")
        return self.folder / f"{name}{self._suffix}"

    def has(self, name: str) -> bool:
        """Whether the workspace holds this file."""
        return bool(_NAME.fullmatch(name)) and self.path(name).is_file()

    def intact(self, name: str) -> bool:
        """Whether the file is here and still holds what its name says."""
        if not self.has(name):
            return False
        with self.path(name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == name

    def renewed(self, name: str) -> bool:
        """The same, for a row that is still to come: what no row names may be removed unless it is new."""
        intact = self.intact(name)
        if intact:
            with suppress(OSError):
                os.utime(self.path(name))
        return intact

    def is_own(self, path: Path) -> bool:
        """Whether a path in the folder is named as the studio names its files."""
        return path.suffix == self._suffix and bool(_NAME.fullmatch(path.stem))

    def add(self, data: bytes) -> str:
        """Keep these bytes; returns their name. Twice the same bytes are one file; a broken one is mended."""
        name = hashlib.sha256(data).hexdigest()
        if not self.renewed(name):
            write_whole(self.path(name), data, self._workspace)
        return name

    def read(self, name: str) -> bytes:
        """The bytes under this name."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise StudioError(
                f"A stored file is missing from {self.folder}: {name[:12]}. {_DOCTOR}"
            ) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StudioError(f"The stored file {name[:12]} cannot be read ({reason}). {_DOCTOR}") from error


class Images(Files):
    """Pictures, kept losslessly so that what is scored, shown and trained on is the same."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace, "images", ".png")

    def add_picture(self, picture: Image.Image) -> str:
        """Keep an RGB picture, or a mask of one channel, as PNG without metadata; its content hash."""
        mode = "L" if picture.mode == "L" else "RGB"
        clean = Image.frombytes(mode, picture.size, picture.convert(mode).tobytes())
        buffer = io.BytesIO()
        clean.save(buffer, "PNG", compress_level=4)
        return self.add(buffer.getvalue())

    def picture(self, name: str) -> Image.Image:
        """The picture under this name, in memory."""
        return self._opened(name, "RGB")

    def mask(self, name: str) -> Image.Image:
        """The mask or painting under this name, in memory: one channel, mode L."""
        return self._opened(name, "L")

    def _opened(self, name: str, mode: str) -> Image.Image:
        try:
            with Image.open(io.BytesIO(self.read(name))) as picture:
                return picture.convert(mode)
        except (OSError, SyntaxError, ValueError) as error:  # what the library says of broken files
            raise StudioError(f"The stored picture {name[:12]} is damaged. {_DOCTOR}") from error

    def thumbnail(self, name: str, edge: int) -> bytes:
        """A PNG whose longer edge is at most `edge` pixels; a smaller picture as it is."""
        data = self.read(name)
        with Image.open(io.BytesIO(data)) as picture:
            if max(picture.size) <= edge:
                return data
            picture.thumbnail((edge, edge), Image.Resampling.LANCZOS)
            buffer = io.BytesIO()
            picture.save(buffer, "PNG")
        return buffer.getvalue()


class Adapters(Files):
    """The LoRA of each round, as safetensors."""

    def __init__(self, workspace: Path) -> None:
        super().__init__(workspace, "adapters", ".safetensors")

    def add_file(self, path: Path) -> str:
        """Keep a copy of a written file."""
        return self.add(path.read_bytes())
