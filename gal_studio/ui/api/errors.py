"""One wrapper for everything that the page calls: an expected error becomes one sentence."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from gal_studio.core.errors import StudioError

Handler = Callable[[dict[str, Any]], dict[str, Any]]
_log = logging.getLogger(__name__)
UNEXPECTED = "Something went wrong inside the studio: its log says what; nothing that was stored is lost."


def guarded(handler: Handler) -> Handler:
    """The handler as Gradio wants it: a plain function whose errors arrive as `{"error": sentence}`."""

    @functools.wraps(handler)
    def call(request: dict[str, Any]) -> dict[str, Any]:
        try:
            return handler(request or {})
        except StudioError as error:
            return {"error": str(error)}
        except Exception:
            _log.exception("the handler %s failed", getattr(handler, "__name__", handler))
            return {"error": UNEXPECTED}

    return call
