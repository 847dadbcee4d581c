"""The route by which the page has the captions read that come with pictures."""

import json
from dataclasses import asdict

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.studio.create.caption_lists import LARGEST_LIST
from gal_studio.studio.create.captions import captions_among

CAPTIONS_PATH = "/read-captions"
LARGEST_CAPTIONS = 2 * LARGEST_LIST  # bytes of all files together
MOST_FILES = 2000
_UNKNOWN = "the request is not complete: choose the files again."


def add_captions_route(app: FastAPI) -> None:
    """Add the route that reads `files` for the `pictures` whose names are given as a JSON list.

    The answer has `found`, a caption and its source by the name of each picture, and `problems`, sentences.
    """

    @app.post(CAPTIONS_PATH)
    async def read(request: Request) -> Response:
        try:
            async with request.form(max_files=MOST_FILES, max_fields=1, max_part_size=1 << 20) as form:
                files = [
                    (one.filename or "", await one.read())
                    for one in form.getlist("files")
                    if isinstance(one, UploadFile)
                ]
                pictures = json.loads(str(form.get("pictures", "")))
        except (ClientDisconnect, HTTPException, ValueError):
            return PlainTextResponse(_UNKNOWN, 400)
        if not isinstance(pictures, list) or not all(isinstance(name, str) for name in pictures):
            return PlainTextResponse(_UNKNOWN, 400)
        captions = await run_in_threadpool(captions_among, files, pictures)
        return JSONResponse(asdict(captions))
