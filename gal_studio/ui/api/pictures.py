"""Routes for pictures and LoRAs, by ID and never by path.

An address with `v`, a prefix of the content's hash, always means the same picture.
"""

import functools
from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, HTTPException, Response
from fastapi.responses import FileResponse

from gal_studio.assets import demo
from gal_studio.core.errors import StudioError
from gal_studio.core.naming import file_stem, round_names
from gal_studio.studio import Studio, generation_data
from gal_studio.ui.api.whole_file import METHODS, WholeFile

THUMBNAIL_EDGE = 192
KEPT_THUMBNAILS = 2000
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_FRESH = {"Cache-Control": "no-cache"}
_LOST = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" font-family="sans-serif" font-size="9"
 text-anchor="middle"><rect width="96" height="96" fill="#777"/><g fill="#fff">
<text x="48" y="42">{}</text><text x="48" y="58">{}</text></g></svg>"""
_GENERATE = ("This image is lost:", "press Generate.")
_DRAW_AGAIN = ("This image is lost:", "try its prompt again.")
_DAMAGED = ("This file is damaged:", "run the doctor.")
_GONE = ("This file is gone", "from the workspace.")


def add_picture_routes(app: FastAPI, studio: Studio) -> None:
    """Add the routes for candidates, references, pairs, previews, covers of the demos, and LoRAs."""
    thumbnail = functools.lru_cache(KEPT_THUMBNAILS)(
        lambda name: studio.store.images.thumbnail(name, THUMBNAIL_EDGE)
    )

    def small(path: Path, version: str) -> Response:
        if not is_there(path):
            return _lost()
        try:
            data = thumbnail(path.stem)
        except StudioError:  # the file is not the picture that was stored
            return _lost(_DAMAGED)
        return Response(data, media_type="image/png", headers=_keeping(version, path))

    _add_candidate_routes(app, studio, small)
    _add_reference_routes(app, studio)
    _add_file_routes(app, studio)
    _add_pair_routes(app, studio, small)
    _add_preview_route(app, studio)
    _add_test_picture_routes(app, studio, small)
    _add_trial_routes(app, studio, small)


def _add_candidate_routes(app: FastAPI, studio: Studio, small: Callable[[Path, str], Response]) -> None:
    """Add the routes for the candidates of a round."""

    @app.api_route("/picture/{candidate_id}", methods=METHODS)
    def picture(candidate_id: str, v: str = "") -> Response:
        path = _picture_of(studio, candidate_id)
        if path is None:
            return _lost_candidate(studio, candidate_id)
        return _saying(path, generation_data.of_candidate(studio.store, candidate_id), v)

    @app.api_route("/thumb/{candidate_id}", methods=METHODS)
    def thumb(candidate_id: str, v: str = "") -> Response:
        path = _picture_of(studio, candidate_id)
        return small(path, v) if path else _lost_candidate(studio, candidate_id)


def _add_reference_routes(app: FastAPI, studio: Studio) -> None:
    """Add the routes for references and for the covers of the demos."""

    @app.api_route("/reference/{reference_id}", methods=METHODS)
    def reference(reference_id: str) -> Response:
        path = _path(studio.reference_picture, reference_id)
        return FileResponse(path, headers=_FOREVER) if is_there(path) else _lost()

    @app.api_route("/demo/{kind}", methods=METHODS)
    def demo_cover(kind: str) -> FileResponse:
        return FileResponse(_found(lambda name: demo(name).images[0], kind), headers=_FRESH)  # type: ignore[arg-type]


def _add_file_routes(app: FastAPI, studio: Studio) -> None:
    """Add the routes for a round's LoRA and for its exported forms."""

    @app.api_route("/adapter/{round_id}", methods=METHODS)
    def adapter(round_id: str) -> FileResponse:
        path = _found(studio.adapter_path, round_id)
        return WholeFile(path, filename=f"{_name(studio, round_id)}.safetensors", headers=_FRESH)

    @app.api_route("/export/{round_id}/{form}", methods=METHODS)
    def export(round_id: str, form: str) -> FileResponse:
        path = _found(studio.exported, round_id, form)
        return WholeFile(path, filename=f"{_name(studio, round_id)}-{form}.zip", headers=_FRESH)


def _add_pair_routes(app: FastAPI, studio: Studio, small: Callable[[Path, str], Response]) -> None:
    """Add the routes for the pictures of a pair; `which` is `reference` or `generated`."""

    def find(pair_id: str, which: str) -> Path:
        pair = studio.store.refinements.pair(pair_id)
        name = {"reference": pair.reference_image, "generated": pair.generated_image}.get(which)
        if name is None:
            raise StudioError(f"This pair has no image {which!r}.")
        return studio.store.images.path(name)

    @app.api_route("/pair/{pair_id}/{which}", methods=METHODS)
    def pair_picture(pair_id: str, which: str, v: str = "") -> Response:
        path = _path(find, pair_id, which)
        return FileResponse(path, headers=_keeping(v, path)) if is_there(path) else _lost()

    @app.api_route("/pair-thumb/{pair_id}/{which}", methods=METHODS)
    def pair_thumbnail(pair_id: str, which: str, v: str = "") -> Response:
        return small(_path(find, pair_id, which), v)


def _add_preview_route(app: FastAPI, studio: Studio) -> None:
    """Add the route for the previews of a training."""

    def find(round_id: str, step: str) -> Path:
        for preview in studio.store.rounds.previews(round_id):
            if str(preview.step) == step:
                return studio.store.images.path(preview.image)
        raise StudioError(f"There is no preview of step {step!r} of this training.")

    @app.api_route("/preview/{round_id}/{step}", methods=METHODS)
    def preview_picture(round_id: str, step: str) -> Response:
        path = _path(find, round_id, step)
        return FileResponse(path, headers=_FOREVER) if is_there(path) else _lost()


def _add_test_picture_routes(app: FastAPI, studio: Studio, small: Callable[[Path, str], Response]) -> None:
    """Add the routes for the pictures of the test set."""

    def find(picture_id: str) -> Path:
        return studio.store.images.path(studio.store.measures.image(picture_id))

    @app.api_route("/test-picture/{picture_id}", methods=METHODS)
    def test_picture(picture_id: str, v: str = "") -> Response:
        path = _path(find, picture_id)
        return FileResponse(path, headers=_keeping(v, path)) if is_there(path) else _lost()

    @app.api_route("/test-thumb/{picture_id}", methods=METHODS)
    def test_thumbnail(picture_id: str, v: str = "") -> Response:
        return small(_path(find, picture_id), v)


def _add_trial_routes(app: FastAPI, studio: Studio, small: Callable[[Path, str], Response]) -> None:
    """Add the routes for the pictures of free prompts."""

    @app.api_route("/trial/{trial_id}", methods=METHODS)
    def trial(trial_id: str, v: str = "") -> Response:
        path = _path(studio.trial_picture, trial_id)
        if not is_there(path):
            return _lost(_DRAW_AGAIN)
        return _saying(path, generation_data.of_trial(studio.store, trial_id), v)

    @app.api_route("/trial-thumb/{trial_id}", methods=METHODS)
    def trial_thumbnail(trial_id: str, v: str = "") -> Response:
        path = _path(studio.trial_picture, trial_id)
        return small(path, v) if is_there(path) else _lost(_DRAW_AGAIN)


def _path(find: Callable[..., Path], *identity: str) -> Path:
    """Where a file is stored; it may be gone."""
    try:
        return find(*identity)
    except StudioError as error:
        raise HTTPException(404, str(error)) from error


def _found(find: Callable[..., Path], *identity: str) -> Path:
    path = _path(find, *identity)
    if not is_there(path):
        raise HTTPException(404, "The file is missing from the workspace.")
    return path


def _picture_of(studio: Studio, candidate_id: str) -> Path | None:
    """The path of a candidate's picture; None if the file is missing."""
    try:
        name = studio.store.candidates.get(candidate_id).image
        path = studio.store.images.path(name) if name else None
    except StudioError as error:
        raise HTTPException(404, str(error)) from error
    return path if path and is_there(path) else None


def is_there(path: Path) -> bool:
    """Whether a stored picture may be read."""
    return path.is_file() and not path.is_symlink()  # a link could lead out of the workspace


def _keeping(version: str, path: Path) -> dict[str, str]:
    """Cache forever if the address has the version of the picture."""
    return _FOREVER if version == path.stem[:8] else _FRESH


def _saying(path: Path, text: str, version: str) -> Response:
    """A picture that says in its file how it was generated, for those who save it."""
    data = generation_data.png_with(path.read_bytes(), text)
    return Response(data, media_type="image/png", headers=_keeping(version, path))


def _lost(words: tuple[str, str] = _GONE) -> Response:
    """A placeholder for a missing picture, with two lines of words."""
    return Response(_LOST.format(*words), 404, _FRESH, "image/svg+xml")


def _lost_candidate(studio: Studio, candidate_id: str) -> Response:
    """A drawn one comes back with Generate; a person's own one with its prompt."""
    return _lost(_DRAW_AGAIN if studio.store.candidates.get(candidate_id).own else _GENERATE)


def _name(studio: Studio, round_id: str) -> str:
    """A plain name for the files of a round; a whole denoiser is called so."""
    project_id = studio.store.rounds.get(round_id).project_id
    name = round_names(studio.store.rounds.of_project(project_id))[round_id]
    project = studio.store.projects.name(project_id)
    is_whole = studio.store.rounds.settings(round_id).tune.method == "full"
    ending = "-denoiser" if is_whole else ""
    return f"{file_stem(project, project_id)}-{file_stem(name, round_id)}{ending}"
