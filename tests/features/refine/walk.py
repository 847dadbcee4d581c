"""The screens of a refinement, for the walk over all (`tests/ui/browser/walk.py`)."""

from collections.abc import Iterator
from typing import Any


def alone(walk: Any) -> Iterator[str]:
    """A refinement and one of its pairs."""
    page = walk.page
    page.goto(f"{walk.served.url()}&round={walk.refined}")
    page.wait_for_selector(".pair-card")
    yield "a refinement"
    walk.shown("dialog.pair-view[open] img", lambda: page.click(".pair-card >> nth=0"))
    yield "a pair"
