"""The route for calls: the page's handlers that only read, each by its name.

It takes the place of Gradio's route, which keeps a session for each caller and answers odd ones with 500.
"""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.ui.api.errors import Handler, guarded

CALL_PATH = "/gradio_api/component_server"


def add_call_route(app: FastAPI, handlers: Mapping[str, Handler]) -> None:
    """Accept `{fn_name, data}` as Gradio's page sends it; who calls from where does not matter."""

    async def call(request: Request) -> Response:
        try:
            body = strict_json.loads(await request.body())
        except ClientDisconnect:
            return PlainTextResponse("The request is not complete.", 400)
        except StudioError as error:
            return PlainTextResponse(str(error), 400)
        name = body.get("fn_name") if isinstance(body, dict) else None
        handler = handlers.get(name) if isinstance(name, str) else None
        if handler is None:
            return PlainTextResponse("There is no such function: reload the page.", 404)
        return json_response(await run_in_threadpool(handler, body.get("data")))

    for path in (CALL_PATH, f"{CALL_PATH}/"):
        app.post(path)(call)


def json_response(value: object) -> Response:
    """A value as strict JSON; one that is not is answered as an error."""

    def write(_: object) -> dict[str, object]:
        return {"text": strict_json.dumps(value)}

    written = guarded(write)({})
    return Response(written.get("text") or strict_json.dumps(written), media_type="application/json")
