"""Routes for pictures and LoRAs, by ID and never by path.

An address with `v`, a prefix of the content's hash, always means the same picture.
"""

import functools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, HTTPException, Query, Response
from fastapi.responses import FileResponse
from PIL import Image

from gal_studio.assets import demo, finished_cover
from gal_studio.core import features
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem, round_names
from gal_studio.state import Store
from gal_studio.state.files.content_store import png_of
from gal_studio.studio import Studio, generation_data
from gal_studio.studio.reports.sharpened import SMALL, shown_at
from gal_studio.ui.api.whole_file import METHODS, WholeFile, Words

THUMBNAIL_EDGE = 192
KEPT_THUMBNAILS = 2000
KEPT_ENLARGED = 60
LARGEST_SIDE = 1024
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}
_LOST = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" font-family="sans-serif" font-size="9"
 text-anchor="middle"><rect width="96" height="96" fill="#777"/><g fill="#fff">
<text x="48" y="42">{}</text><text x="48" y="58">{}</text></g></svg>"""
_GENERATE = ("This image is lost:", "press Generate.")
DRAW_AGAIN = ("This image is lost:", "try its prompt again.")
_DAMAGED = ("This file is damaged:", "run the doctor.")
_GONE = ("This file is gone", "from the workspace.")


Find = Callable[[Studio, str, str], Path]
"""The file of a round in a form; refused where there is none."""


@dataclass(frozen=True)
class PictureKind:
    """A kind of pictures by their address, `/NAME/ID`; an ID may have two parts.

    `find` says where the file of one is stored, None where it is lost, and `lost` what stands in its place
    then. Thumbnails are at `/THUMBS/ID`, if there are any; small images are enlarged and sharpened for
    `?side=PIXELS`. `text` is what a file says of how it was
    generated. One that is `fixed` is always the same picture at its address.
    """

    find: Callable[..., Path | None]
    thumbs: str = ""
    text: Callable[[Store, str], str] | None = None
    lost: Callable[[str], tuple[str, str]] = lambda _: _GONE
    fixed: bool = False


def kinds_of_pictures(studio: Studio) -> Mapping[str, PictureKind]:
    """The pictures of a workspace by the first part of their addresses."""
    store, images = studio.store, studio.store.images

    def candidate(identity: str) -> Path | None:
        name = store.candidates.image(identity)
        return images.path(name) if name else None

    def lost_candidate(identity: str) -> tuple[str, str]:
        """A drawn one comes back with Generate; a person's own one with its prompt."""
        return DRAW_AGAIN if store.candidates.get(identity).own else _GENERATE

    def preview(round_id: str, step: str) -> Path:
        for one in store.snapshots.node(round_id).record.previews:
            if str(one.step) == step:
                return images.path(one.image)
        raise StudioError(f"There is no preview of step {step!r} of this training.")

    def measured(identity: str) -> Path:
        return images.path(store.measures.image(identity))

    own = {
        "picture": PictureKind(candidate, "thumb", generation_data.of_candidate, lost_candidate),
        "reference": PictureKind(studio.reference_picture, fixed=True),
        "preview": PictureKind(preview, fixed=True),
        "test-picture": PictureKind(measured, "test-thumb"),
    }
    for file in features.modules("pictures"):
        own |= file.kinds_of_pictures(studio)
    return own


def add_picture_routes(app: FastAPI, studio: Studio) -> None:
    """Add the routes for pictures and their thumbnails, covers of the demos, and LoRAs."""
    thumbnail = functools.lru_cache(KEPT_THUMBNAILS)(
        lambda name: studio.store.images.thumbnail(name, THUMBNAIL_EDGE)
    )
    enlarged = functools.lru_cache(KEPT_ENLARGED)(_enlarged)
    for name, kind in kinds_of_pictures(studio).items():
        _add_routes(app, studio, name, kind, thumbnail, enlarged)
    _add_file_routes(app, studio)


def _enlarged(path: Path, side: int) -> bytes | None:
    """A small image at so many pixels a side, as PNG; None for one that is as large, or for none."""
    with suppress(OSError, ValueError), Image.open(path) as found:
        if max(found.size) <= min(SMALL, side - 1):
            return png_of(shown_at(found, side))
    return None


def _add_routes(
    app: FastAPI,
    studio: Studio,
    name: str,
    kind: PictureKind,
    thumbnail: Callable[[str], bytes],
    enlarged: Callable[[Path, int], bytes | None],
) -> None:
    """Add the routes of one kind of pictures."""

    def found(identity: str) -> Path | None:
        try:
            path = kind.find(*identity.split("/"))
        except TypeError as error:  # an ID of more or fewer parts
            raise HTTPException(404, "There is no such image.") from error
        except StudioError as error:
            raise HTTPException(404, str(error)) from error
        return path if path and is_there(path) else None

    def told(identity: str) -> str:
        """What it was generated with; "" if rows or files of that are damaged: the image is still shown."""
        try:
            return kind.text(studio.store, identity) if kind.text is not None else ""
        except (StudioError, OSError):
            return ""

    def headers(path: Path, version: str) -> dict[str, str]:
        return _FOREVER if kind.fixed or version == path.stem[:8] else _FRESH

    @app.api_route(f"/{name}/{{identity:path}}", methods=METHODS)
    def picture(
        identity: str, v: Words = "", side: Annotated[int | None, Query(ge=1, le=LARGEST_SIDE)] = None
    ) -> Response:
        path = found(identity)
        if path is None:
            return _lost(kind.lost(identity))
        large = None if side is None else enlarged(path, side)
        if kind.text is None and large is None:
            return FileResponse(path, headers=headers(path, v))
        data = path.read_bytes() if large is None else large
        if text := told(identity):
            data = generation_data.png_with(data, text)
        return Response(data, media_type="image/png", headers=headers(path, v))

    if not kind.thumbs:
        return

    @app.api_route(f"/{kind.thumbs}/{{identity:path}}", methods=METHODS)
    def small(identity: str, v: Words = "") -> Response:
        path = found(identity)
        if path is None:
            return _lost(kind.lost(identity))
        try:
            return Response(thumbnail(path.stem), media_type="image/png", headers=headers(path, v))
        except StudioError:  # the file is not the picture that was stored
            return _lost(_DAMAGED)


def _add_file_routes(app: FastAPI, studio: Studio) -> None:
    """Add the routes for a demo's cover, a round's LoRA and what features make of it."""

    @app.api_route("/demo/{kind}", methods=METHODS)
    def demo_cover(kind: str) -> FileResponse:
        return FileResponse(_found(lambda name: demo(name).images[0], kind), headers=_FRESH)  # type: ignore[arg-type]

    @app.api_route("/finished", methods=METHODS)
    def cover_of_finished() -> FileResponse:
        return FileResponse(_found(finished_cover), headers=_FRESH)

    @app.api_route("/adapter/{round_id}", methods=METHODS)
    def adapter(round_id: str) -> FileResponse:
        path = _found(studio.adapter_path, round_id)
        return WholeFile(path, filename=f"{_name(studio, round_id)}.safetensors", headers=_FRESH)

    for module in features.modules("files"):
        module.add_routes(app, studio)


def zip_of_round(studio: Studio, round_id: str, form: str, find: Find) -> FileResponse:
    """What a feature made of a round in a form, as a download; 404 without it."""
    path = _found(functools.partial(find, studio), round_id, form)
    return WholeFile(path, filename=f"{_name(studio, round_id)}-{form}.zip", headers=_FRESH)


def _found(find: Callable[..., Path], *identity: str) -> Path:
    """Where a file is stored; 404 if it is not."""
    try:
        path = find(*identity)
    except StudioError as error:
        raise HTTPException(404, str(error)) from error
    if not is_there(path):
        raise HTTPException(404, "The file is missing from the workspace.")
    return path


def is_there(path: Path) -> bool:
    """Whether a stored picture may be read."""
    return path.is_file() and not path.is_symlink()  # a link could lead out of the workspace


def _lost(words: tuple[str, str]) -> Response:
    """A placeholder for a missing picture, with two lines of words."""
    return Response(_LOST.format(*words), 404, _FRESH, "image/svg+xml")


def _name(studio: Studio, round_id: str) -> str:
    """A plain name for the files of a round; a whole denoiser is called so."""
    round_ = studio.store.rounds.get(round_id)
    name = round_names(studio.store.rounds.of_project(round_.project_id))[round_id]
    project = studio.store.projects.name(round_.project_id)
    ending = "-denoiser" if round_.settings.tune.method == "full" else ""
    return f"{file_stem(project, round_.project_id)}-{file_stem(name, round_id)}{ending}"
