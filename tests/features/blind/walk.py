"""The dialog of blind pairs, for the walk over all (`tests/ui/browser/walk.py`)."""

from collections.abc import Iterator
from typing import Any


def alone(walk: Any) -> Iterator[str]:
    """A pair, with its rounds beside each other."""
    page = walk.page
    page.goto(walk.served.url("results"))
    walk.shown("dialog.blind[open] .blind-plate img", lambda: page.click(".results [data-action=blind]"))
    yield "two images, blind"
    walk.escape()
