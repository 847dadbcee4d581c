"""The route that makes a file to send of stored pictures."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Literal

from fastapi import FastAPI, Query
from PIL import Image
from starlette.responses import PlainTextResponse, Response

from gal_studio.causes import refused
from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.studio.reports.strip import Frame, animation, strip
from gal_studio.ui.api.pictures import PictureKind, is_there, kinds_of_pictures
from gal_studio.ui.api.whole_file import METHODS
from gal_studio.ui.payloads import Id

MOST = 40
"""Pictures of a file."""
_MAKERS = {"png": (strip, "image/png"), "gif": (animation, "image/gif")}


def add_strip_route(app: FastAPI, studio: Studio) -> None:
    """Serve the pictures at some of the page's addresses as one PNG, or as a GIF that shows one by one."""
    picture = partial(_picture, kinds_of_pictures(studio))

    @app.api_route("/strip.{ending}", methods=METHODS)
    def made(
        ending: Literal["png", "gif"],
        picture_: Annotated[list[Id], Query(alias="picture", min_length=1, max_length=MOST)],
        name: Annotated[list[Id], Query(max_length=MOST)],
        title: Annotated[str, Query(max_length=2000)] = "",
        sharpened: bool = False,
    ) -> Response:
        """A file of the pictures at these addresses, each with its name; small ones are `sharpened`."""
        make, media = _MAKERS[ending]
        try:
            if len(name) != len(picture_):
                raise StudioError("Each image needs a name.")
            pairs = zip(name, picture_, strict=True)
            frames = [Frame(words, picture(one), sharpened) for words, one in pairs]
        except StudioError as error:
            return PlainTextResponse(str(error), 404)
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="before-and-after.{ending}"',
        }
        return Response(make(frames, title), media_type=media, headers=headers)


def _picture(kinds: Mapping[str, PictureKind], address: str) -> Image.Image:
    """The picture at an address of the page; refused if there is none, or its file is lost or damaged."""
    kind, *identity = address.split("/")
    path = None
    try:
        path = kinds[kind].find(*identity)
        if path is None or not is_there(path):
            raise OSError(path)
        with Image.open(path) as found:
            return found.convert("RGB")
    except (KeyError, TypeError) as error:
        raise StudioError(f"There is no image {address!r}.") from error
    except (OSError, ValueError) as error:
        why = refused(path, error, "image") if path and isinstance(error, OSError) else ""
        raise StudioError(why or "An image of these is lost or damaged: generate it again.") from error
