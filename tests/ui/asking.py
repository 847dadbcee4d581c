"""Make a request as the page does: checked, and answered as JSON."""

from typing import Any

from gal_studio.studio import Studio
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.requests import Context


def ask(name: str, studio: Studio, question: dict[str, Any] | None = None) -> dict[str, Any]:
    """The answer to a question."""
    return REQUESTS[name](Context(ViewCache(studio)), question or {})
