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
    """Serve candidates, references, the demo's covers and LoRAs."""
    thumbnails = Thumbnails(studio)

    @app.get("/picture/{candidate_id}")
    def picture(candidate_id: str) -> FileResponse:
        return FileResponse(_found(studio.candidate_picture, candidate_id), headers=_FOREVER)

    @app.get("/thumb/{candidate_id}")
    async def thumb(candidate_id: str) -> Response:
        data = thumbnails.kept.get(candidate_id) or await run_in_threadpool(thumbnails.make, candidate_id)
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


class Thumbnails:
    """Small pictures, the last ones kept in memory."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.kept: dict[str, bytes] = {}

    def make(self, candidate_id: str) -> bytes:
        """Make one, and let the oldest go when there are too many."""
        path = _found(self._studio.candidate_picture, candidate_id)
        data = self._studio.store.images.thumbnail(path.stem, THUMBNAIL_EDGE)
        if len(self.kept) >= KEPT_THUMBNAILS:
            self.kept.pop(next(iter(self.kept)), None)
        self.kept[candidate_id] = data
        return data


def _found(find: Callable[[str], Path], identity: str) -> Path:
    try:
        path = find(identity)
    except StudioError as error:
        raise HTTPException(404, str(error)) from error
    if not path.is_file():
        raise HTTPException(404, "The file is missing from the workspace.")
    return path


def _adapter_name(studio: Studio, round_id: str) -> str:
    view = studio.round_view(round_id)
    plain = re.sub(r"[^a-z0-9]+", "-", view.project.name.lower()).strip("-") or "project"
    return f"{plain}-round-{view.round.number}.safetensors"
