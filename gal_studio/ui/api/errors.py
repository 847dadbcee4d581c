"""Turn exceptions of handlers into error messages for the page."""

import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gal_studio.core.errors import NO_MEMORY, StudioError, is_lack_of_memory
from gal_studio.state.files.errors import DiskError, GoneError, NoRoomError, disk_problem

Handler = Callable[[Any], dict[str, Any]]
_log = logging.getLogger(__name__)
UNEXPECTED = "The studio has run into a bug: see its log for details. Stored data is intact."


async def refuse(_: Request, error: Exception) -> Response:
    """The answer of a route that is refused: what it asks for is not there, or cannot be had now."""
    return PlainTextResponse(str(error), 409 if isinstance(error, DiskError | GoneError) else 404)


async def refuse_disk(request: Request, error: Exception) -> Response:
    """The answer of a route whose file cannot be read or written: no bug, and not always a lack of room."""
    _log.warning("%s could not use a file", request.url.path, exc_info=error)
    named = error.filename if isinstance(error, OSError) else None
    problem = disk_problem(error, Path(named or ".")) if isinstance(error, OSError) else UNEXPECTED
    return PlainTextResponse(str(problem), 507 if isinstance(problem, NoRoomError) else 409)


async def refuse_memory(request: Request, error: Exception) -> Response:
    """The answer of a route for which there is no memory; any other error is passed on."""
    if not is_lack_of_memory(error):
        raise error
    _log.warning("%s had not enough memory", request.url.path)
    return PlainTextResponse(NO_MEMORY, 503)


def guarded(handler: Handler, explain: Callable[[], str] = str) -> Handler:
    """Wrap a handler so that it returns errors as `{"error": sentence}`.

    `explain` says which stored data are damaged, if any: what fails because of them is no bug.
    """

    @functools.wraps(handler)
    def call(request: Any) -> dict[str, Any]:
        try:
            return handler(request)
        except StudioError as error:
            return {"error": str(error)}
        except OSError as error:
            _log.warning("the handler %s failed", getattr(handler, "__name__", handler), exc_info=True)
            return {"error": str(disk_problem(error, Path(error.filename or ".")))}
        except Exception as error:
            if is_lack_of_memory(error):
                return {"error": NO_MEMORY}
            _log.exception("the handler %s failed", getattr(handler, "__name__", handler))
            return {"error": explain() or UNEXPECTED}

    return call
