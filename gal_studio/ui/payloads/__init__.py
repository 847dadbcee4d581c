"""Views as JSON for the page."""

from typing import Any

Payload = dict[str, Any]
