"""Uploaded pictures and LoRAs, kept under random IDs in a folder of their own until a project uses them."""

import atexit
import functools
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from PIL import Image
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from gal_studio.core.drive_errors import advice
from gal_studio.core.errors import StudioError
from gal_studio.state.files.errors import GoneError, is_full, make_folder
from gal_studio.state.files.free_space import Disk
from gal_studio.state.files.inside import remove
from gal_studio.state.files.own_folder import DATABASE
from gal_studio.state.images.decode import HEIC, is_unreadable_heic, known_formats
from gal_studio.state.images.read import LARGEST_FILE, too_long

UPLOAD_PATH = "/gradio_api/upload"
LARGEST_REQUEST = LARGEST_FILE + (1 << 20)
MOST_FILES = 16
LONGEST_KEPT = 7 * 24 * 3600.0
FOLDER = "uploads"
_UPLOADED = "upload:"  # before the ID and the name of one that stands in place of a path
_workspace: list[Path] = []  # the workspace that this process serves, if it does
_ID = re.compile(r"[0-9a-f]{32}")
_ODD = re.compile(r"[^\w .()+-]")
_HEAD = 32
LARGEST_HEADER = 100_000_000  # bytes, as safetensors says
_opening = Lock()
_UNKNOWN = "it is not an image in a known format: use PNG, JPEG or WebP."


class Uploads:
    """A folder with one subfolder for each upload, which holds the file under a safe form of its name."""

    def __init__(self, folder: Path, workspace: Path | None = None) -> None:
        self.folder, self._workspace = folder, workspace

    def add(self, upload: UploadFile) -> str:
        """Store a file and return its ID; refused if it is not a picture, or too large."""
        size = upload.size or 0
        if size > LARGEST_FILE:
            raise HTTPException(413, f"the file {too_long(size)}.")
        head = upload.file.read(_HEAD)
        if not is_picture(head):
            raise HTTPException(415, f"it is {HEIC}." if is_unreadable_heic(head) else _UNKNOWN)
        upload.file.seek(0)
        try:
            self._check_room(size)
            return self._keep(upload)
        except StudioError as error:
            raise HTTPException(409 if isinstance(error, GoneError) else 507, str(error)) from error

    def _keep(self, upload: UploadFile) -> str:
        identity = secrets.token_hex(16)
        place = self.folder / identity
        try:
            make_folder(self.folder, self._workspace)
            place.mkdir(mode=0o700)
            with (place / safe_name(upload.filename or "")).open("xb") as file:
                shutil.copyfileobj(upload.file, file)
        except OSError as error:
            self._drop(identity)
            raise HTTPException(*_not_stored(error)) from error
        return identity

    def take(self, received: Path, name: str) -> str:
        """Move a LoRA that has been received to a folder of its own; returns what `as_path` understands.

        Refused if it is no safetensors file.
        """
        if not is_lora(_head_of(received)):
            raise StudioError("it is not a .safetensors file: choose the file of a LoRA.")
        place = self.folder / secrets.token_hex(16)
        make_folder(self.folder, self._workspace)
        place.mkdir(mode=0o700)
        kept = Path(shutil.move(received, place / safe_name(name)))
        return f"{_UPLOADED}{place.name}/{kept.name}"

    def path(self, identity: str) -> Path:
        """The file with this ID; other files cannot be reached."""
        if _ID.fullmatch(identity):
            for path in (self.folder / identity).glob("*"):
                if path.is_file() and not path.is_symlink():
                    return path
        raise StudioError("This image was not uploaded to this studio: choose it again.")

    def drop(self, identities: Iterable[str]) -> None:
        """Delete uploads that nobody was told about."""
        for identity in identities:
            if _ID.fullmatch(identity):
                self._drop(identity)

    def _drop(self, identity: str) -> None:
        with suppress(StudioError):  # a link, which is not the studio's
            remove(self.folder, self.folder / identity)

    def _check_room(self, size: int) -> None:
        """Refused without room, or if the workspace is no longer there."""
        if self._workspace is not None and not (self._workspace / DATABASE).is_file():
            raise GoneError(self._workspace)
        if self._workspace is not None and self.folder.is_dir():
            Disk(self._workspace).check_folder(self.folder, size)


def is_upload(place: Path, *kinds: Callable[[bytes], bool]) -> bool:
    """Whether the studio made this folder for an upload of such a kind; others stay, whatever their names."""
    if not _ID.fullmatch(place.name) or place.is_symlink() or not place.is_dir():
        return False
    inside = list(place.iterdir())
    if len(inside) != 1 or not inside[0].is_file():
        return not inside
    head = _head_of(inside[0])
    return any(is_kind(head) for is_kind in kinds)


def _head_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _not_stored(error: OSError) -> tuple[int, str]:
    """The status and the sentence for a file that could not be written."""
    what = advice(error, otherwise="see that the studio can write to its workspace")
    return 507 if is_full(error) else 409, f"it could not be stored ({error.strerror}): {what}."


def is_picture(head: bytes) -> bool:
    """Whether a file with these first bytes has a format that the studio reads; nothing is decoded."""
    known = [Image.OPEN[name][1] for name in known_formats()]
    return any(accept is not None and accept(head) is True for accept in known)


def is_lora(head: bytes) -> bool:
    """Whether a file with these first bytes can be a safetensors file: a header's length, and the header."""
    return len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < LARGEST_HEADER


def safe_name(name: str) -> str:
    """A safe form of a file name: no folders or special characters, 1 to 60 characters, not hidden."""
    last = re.split(r"[/\\]", name)[-1]
    return _ODD.sub("_", last).lstrip(". ")[-60:].lstrip(". ") or "picture"


def uploads() -> Uploads:
    """The uploads of this process: in the workspace that it serves, or else in a folder that ends with it."""
    with _opening:  # of two first uploads at once, each would get a folder of its own
        return _opened()


@functools.cache
def _opened() -> Uploads:
    if _workspace:
        return Uploads(_workspace[0] / FOLDER, workspace=_workspace[0])
    folder = Path(tempfile.mkdtemp(prefix="gal-studio-uploads-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Uploads(folder)


def as_path(given: str) -> str:
    """The path that a field names: that of an upload that is still there, or what is given."""
    place = given.partition("/")[0]
    with suppress(StudioError):
        return str(uploads().path(place.removeprefix(_UPLOADED))) if place.startswith(_UPLOADED) else given
    return given


def keep_uploads_in(workspace: Path) -> None:
    """Keep the uploads in a workspace from now on, so that an unfinished form outlives a restart.

    Uploads of which no project was made for a week are deleted.
    """
    folder = make_folder(workspace / FOLDER, workspace)
    with suppress(OSError):
        folder.chmod(0o700)
    for place in folder.iterdir():
        if is_upload(place, is_picture, is_lora) and time.time() - place.stat().st_mtime > LONGEST_KEPT:
            remove(workspace, place)
    _workspace[:] = [workspace]
    with _opening:
        _opened.cache_clear()


def _keep_all(files: Sequence[UploadFile]) -> list[str]:
    """Store all of the files, or none."""
    identities: list[str] = []
    try:
        for file in files:
            identities.append(uploads().add(file))
    except BaseException:
        uploads().drop(identities)
        raise
    return identities


def add_upload_route(app: FastAPI) -> None:
    """Replace Gradio's route for uploads, so that the page gets an ID instead of a path."""

    @app.post(UPLOAD_PATH, response_model=None)
    async def upload(request: Request) -> Response | list[str]:
        try:
            async with request.form(max_files=MOST_FILES, max_fields=0) as form:
                files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
                if not files:
                    return PlainTextResponse("the request has no file.", 400)
                return await run_in_threadpool(_keep_all, files)
        except HTTPException as refusal:
            return PlainTextResponse(refusal.detail, refusal.status_code)
        except OSError as error:  # large files lie on the disk while they come
            status, said = _not_stored(error)
            return PlainTextResponse(said, status)
        except ClientDisconnect:
            return PlainTextResponse("the upload was broken off.", 400)
