"""Views as JSON for the page."""

import re
from typing import Any

Payload = dict[str, Any]


def slug(name: str) -> str:
    """A name as part of a file name: lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
