"""The form of LoRAs to judge, for the walk over all (`tests/ui/browser/walk.py`)."""

from collections.abc import Iterator
from typing import Any


def alone(walk: Any) -> Iterator[str]:
    """Its fields in place of those of a training."""
    page = walk.page
    page.goto(walk.served.url("reference"))
    walk.shown(".new-project:not([hidden])", lambda: page.click("[data-part=new]"))
    walk.shown("textarea[name=judged]", lambda: page.check("input[name=purpose][value=judge]"))
    yield "LoRAs to judge"
