"""Uploaded pictures before there is a project: what is noted of them, and routes that show them."""

import functools
from dataclasses import replace

from fastapi import FastAPI, HTTPException, Response

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import png_of
from gal_studio.state.images.read import read_picture
from gal_studio.state.tables.reconstructions import SUBJECT, Reconstruction
from gal_studio.studio import Studio
from gal_studio.studio.create.looks import (
    LOST_AGAIN,
    Examined,
    examine,
    notes_on,
    reconstruction_warning,
    short_model_name,
)
from gal_studio.ui.api.mask_runs import runs_of
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.api.whole_file import METHODS
from gal_studio.ui.payloads import forms
from gal_studio.ui.payloads.forms import ExaminedNote, ExaminedSet, UploadedPicture

KEPT_EXAMINED = 512  # pictures
KEPT_DECODED = 16  # pictures
_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@functools.lru_cache(KEPT_EXAMINED)
def examined(identity: str) -> Examined:
    """What is known of an upload; it is decoded once."""
    return examine(uploads().path(identity))


@functools.lru_cache(KEPT_DECODED)
def decoded(identity: str) -> bytes:
    """An upload as the studio would store it, as PNG."""
    return png_of(read_picture(uploads().path(identity))[0], compress_level=1)


def look(studio: Studio, identities: list[str], base_model: str, is_object: bool = False) -> dict[str, str]:
    """Request how a model sees uploads, and where an object is in them; returns the hash of each picture, by
    which `seen` knows it.
    """
    paths = {one: uploads().path(one) for one in identities}
    for path in paths.values() if is_object else ():
        studio.find_subject(path)
    return {one: studio.reconstruct(path, base_model).image for one, path in paths.items()}


def seen(studio: Studio, sets: list[list[UploadedPicture]], base_model: str) -> tuple[ExaminedSet, ...]:
    """The warnings about the pictures of each set, and how the model sees those that it was asked about."""
    shown, is_explained = [], False
    for pictures in sets:
        notes = notes_on([examined(one["path"]) for one in pictures], [one["name"] for one in pictures])
        answers = []
        for one, note in zip(pictures, notes.pictures, strict=True):
            image = one.get("image")
            found = studio.reconstruction(image, base_model) if image and base_model else None
            subject = studio.store.reconstructions.get(image, SUBJECT) if image else None
            answers.append(_with_subject(studio, _seen(one["path"], note, found, is_explained), subject))
            is_explained = is_explained or bool(answers[-1].sentence)
        several = (
            ExaminedNote(note.text, tuple(pictures[place]["path"] for place in note.places))
            for note in notes.several
        )
        shown.append(ExaminedSet(tuple(several), tuple(answers)))
    return tuple(shown)


def _seen(path: str, note: str, found: Reconstruction | None, is_explained: bool) -> forms.ExaminedPicture:
    """How the model sees a picture; briefly if the whole sentence stands at another one already."""
    if found is None or found.answered is None:
        return forms.ExaminedPicture(path, note, waiting=found is not None)
    sentence = reconstruction_warning(found)
    return forms.ExaminedPicture(
        path,
        note,
        sentence=LOST_AGAIN if sentence and is_explained else sentence,
        address=f"seen/{found.image}/{found.seen_image}" if sentence else None,
        model=short_model_name(found.base_model),
    )


def _with_subject(
    studio: Studio, seen: forms.ExaminedPicture, found: Reconstruction | None
) -> forms.ExaminedPicture:
    """Add the subject that was asked for."""
    if found is None:
        return seen
    mask = found.seen_image and studio.store.images.mask(found.seen_image)
    waiting = seen.waiting or found.answered is None
    return replace(seen, waiting=waiting, subject=runs_of(mask) if mask else None)


def add_uploaded_routes(app: FastAPI, studio: Studio) -> None:
    """Add the routes for uploads, as they would be stored, and for what an autoencoder gives back of them."""

    @app.api_route("/uploaded/{identity}", methods=METHODS)
    def uploaded(identity: str) -> Response:
        try:
            return Response(decoded(identity), media_type="image/png", headers=_FOREVER)
        except StudioError as error:
            raise HTTPException(404, str(error)) from error

    @app.api_route("/seen/{image}/{returned}", methods=METHODS)
    def seen_picture(image: str, returned: str) -> Response:
        try:
            if not studio.store.reconstructions.is_answer(image, returned):
                raise StudioError("This image was not looked at.")
            return Response(studio.store.images.read(returned), media_type="image/png", headers=_FOREVER)
        except StudioError as error:
            raise HTTPException(404, str(error)) from error
