"""Pictures and weights by opaque id, never by path. A picture of an id never changes."""

import re
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, HTTPException, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from gal_studio.assets import demo
from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio

THUMBNAIL_EDGE = 192
KEPT_THUMBNAILS = 2000
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}


def add_picture_routes(app: FastAPI, studio: Studio) -> None:
    """Serve candidates, references, pairs, the demo's covers and LoRAs."""
    thumbnails = Thumbnails(studio)
    _add_pair_routes(app, studio, thumbnails)

    @app.get("/picture/{candidate_id}")
    def picture(candidate_id: str) -> FileResponse:
        return FileResponse(_found(studio.candidate_picture, candidate_id), headers=_FOREVER)

    @app.get("/thumb/{candidate_id}")
    async def thumb(candidate_id: str) -> Response:
        data = thumbnails.kept.get(candidate_id) or await run_in_threadpool(thumbnails.of, candidate_id)
        return Response(data, media_type="image/png", headers=_FOREVER)

    @app.get("/reference/{reference_id}")
    def reference(reference_id: str) -> FileResponse:
        return FileResponse(_found(studio.reference_picture, reference_id), headers=_FOREVER)

    @app.get("/demo/{kind}")
    def demo_cover(kind: str) -> FileResponse:
        return FileResponse(_found(lambda name: demo(name).images[0], kind), headers=_FRESH)  # type: ignore[arg-type]

    @app.get("/adapter/{round_id}")
    def adapter(round_id: str) -> FileResponse:
        path = _found(studio.adapter_path, round_id)
        return FileResponse(path, filename=_adapter_name(studio, round_id), headers=_FRESH)


def _add_pair_routes(app: FastAPI, studio: Studio, thumbnails: "Thumbnails") -> None:
    """Both pictures of a pair; `which` is reference or generated."""

    def find(identity: str) -> Path:
        pair_id, _, which = identity.partition("/")
        pair = studio.store.refinements.pair(pair_id)
        name = {"reference": pair.reference_image, "generated": pair.generated_image}.get(which)
        if name is None:
            raise StudioError(f"This pair has no picture {which!r}.")
        return studio.store.images.path(name)

    @app.get("/pair/{pair_id}/{which}")
    def pair_picture(pair_id: str, which: str) -> FileResponse:
        return FileResponse(_found(find, f"{pair_id}/{which}"), headers=_FOREVER)

    @app.get("/pair-thumb/{pair_id}/{which}")
    def pair_thumbnail(pair_id: str, which: str) -> Response:
        path = _found(find, f"{pair_id}/{which}")
        data = thumbnails.kept.get(path.stem) or thumbnails.make(path.stem, path)
        return Response(data, media_type="image/png", headers=_FOREVER)


class Thumbnails:
    """Small pictures, the last ones kept in memory."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.kept: dict[str, bytes] = {}

    def of(self, candidate_id: str) -> bytes:
        """Make that of a candidate."""
        return self.make(candidate_id, _found(self._studio.candidate_picture, candidate_id))

    def make(self, key: str, path: Path) -> bytes:
        """Make one, keep it under a key, and let the oldest go when there are too many."""
        data = self._studio.store.images.thumbnail(path.stem, THUMBNAIL_EDGE)
        if len(self.kept) >= KEPT_THUMBNAILS:
            self.kept.pop(next(iter(self.kept)), None)
        self.kept[key] = data
        return data


def _found(find: Callable[[str], Path], identity: str) -> Path:
    try:
        path = find(identity)
    except StudioError as error:
        raise HTTPException(404, str(error)) from error
    if path.is_symlink() or not path.is_file():  # a link may lead anywhere
        raise HTTPException(404, "The file is missing from the workspace.")
    return path


def _adapter_name(studio: Studio, round_id: str) -> str:
    view = studio.round_view(round_id)
    plain = re.sub(r"[^a-z0-9]+", "-", view.project.name.lower()).strip("-") or "project"
    return f"{plain}-round-{view.round.number}.safetensors"
