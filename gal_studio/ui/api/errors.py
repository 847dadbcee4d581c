"""Turn exceptions of handlers into error messages for the page."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from gal_studio.core.errors import StudioError

Handler = Callable[[Any], dict[str, Any]]
_log = logging.getLogger(__name__)
UNEXPECTED = "The studio has run into a bug: see its log for details; stored data is intact."


def guarded(handler: Handler, check: Callable[[Any], dict[str, Any]] | None = None) -> Handler:
    """Wrap a handler so that it returns errors as `{"error": sentence}`; `check` refuses wrong requests."""

    @functools.wraps(handler)
    def call(request: Any) -> dict[str, Any]:
        try:
            return handler(check(request) if check else request or {})
        except StudioError as error:
            return {"error": str(error)}
        except Exception:
            _log.exception("the handler %s failed", getattr(handler, "__name__", handler))
            return {"error": UNEXPECTED}

    return call
