"""The route by which the page sends a LoRA from the machine that it is shown on."""

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response

from gal_studio.core.errors import StudioError
from gal_studio.studio import Studio
from gal_studio.ui.api.received import receive, temporary_name
from gal_studio.ui.api.uploads import uploads

LORA_PATH = "/upload-lora"
LARGEST_LORA = 4 << 30  # bytes
LORA_TOO_LARGE = "it is larger than 4 GB: write the path of the file."


def add_lora_route(app: FastAPI, studio: Studio) -> None:
    """Add the route that stores the body as a file called `name`, and answers with what names it in a form.

    The file is a copy, kept until a week has passed; a project converts it when it is created.
    """
    arriving: set[Path] = set()

    @app.post(LORA_PATH)
    async def upload(request: Request, name: str) -> Response:
        path = temporary_name(studio.store.workspace)
        try:
            await run_in_threadpool(studio.store.database.check_there)
            arriving.add(path)
            await receive(request, path, studio.store.disk, arriving, LARGEST_LORA, LORA_TOO_LARGE)
            kept = await run_in_threadpool(uploads().take, path, name)
            return JSONResponse({"path": kept})
        except ClientDisconnect:
            return PlainTextResponse("it did not arrive whole: choose it again.", 400)
        except StudioError as error:
            return PlainTextResponse(str(error), 409)
        finally:
            arriving.discard(path)
            path.unlink(missing_ok=True)
