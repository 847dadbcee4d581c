"""The route by which the page sends a LoRA from the machine that it is shown on."""

from typing import Annotated

from fastapi import FastAPI, Query, Request
from starlette.responses import Response

from gal_studio.ui.api.received import Inbox
from gal_studio.ui.api.uploads import uploads

LORA_PATH = "/upload-lora"
LARGEST_LORA = 4 << 30  # bytes
LORA_TOO_LARGE = "it is larger than 4 GB: write the path of the file."


def add_lora_route(app: FastAPI, inbox: Inbox) -> None:
    """Add the route that stores the body as a file called `name`, and answers with what names it in a form.

    The file is a copy, kept until a week has passed; a project converts it when it is created.
    """

    @app.post(LORA_PATH)
    async def upload(request: Request, name: Annotated[str, Query(max_length=1000)]) -> Response:
        lost = "it did not arrive completely: choose it again."
        return await inbox.answer(
            request, LARGEST_LORA, lambda path: {"path": uploads().take(path, name)}, LORA_TOO_LARGE, lost
        )
