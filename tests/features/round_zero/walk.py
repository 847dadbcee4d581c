"""The screens of Round 0, for the walk over all (`tests/ui/browser/walk.py`)."""

from collections.abc import Iterator
from typing import Any

from tests.ui.seeded import draw


def alone(walk: Any) -> Iterator[str]:
    """Round 0, and what asks how strongly the references count in it."""
    page, (studio, project, _) = walk.page, walk.served.place
    studio.change_settings(project, {"references": {"adapter": "someone/an-adapter"}})
    job = studio.instant_round(project)
    studio.stop(job.id)
    draw(studio, job.round_id)
    page.goto(f"{walk.served.url()}&round={job.round_id}")
    page.wait_for_selector(".tile")
    yield "Round 0"
    walk.shown("dialog.question[open]", lambda: walk.act("once_more"))
    yield "the strength of the references"
    walk.escape()
    walk.shown("dialog.question[open]", lambda: walk.act("keep"))
    yield "use without training"
