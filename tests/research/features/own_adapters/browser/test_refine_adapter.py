"""The dialog that refines an image adapter, in a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.features.needed import needs_round_zero
from tests.ui.conftest import Served, Watched
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import draw

__all__ = ["finished_workspace"]

pytestmark = [pytest.mark.browser, needs_round_zero]


@pytest.mark.thorough
def test_what_was_typed_stays_when_it_is_refused(watched: Watched, served: Served) -> None:
    studio, project = served.place.studio, served.place.project
    studio.change_settings(project, {"references": {"adapter": "someone/an-adapter"}})
    job = studio.instant_round(project)
    studio.stop(job.id)
    draw(studio, job.round_id)
    page = watched.open(f"{served.address}/?project={project}&step=rounds&round={job.round_id}")
    page.click(".more-button")
    page.click("[data-action=keep]")
    page.click("dialog.question [data-answer=adapter]")
    question = page.locator("dialog.question")
    folder, steps = (question.get_by_label(name) for name in ("Folder with images", "Steps"))
    folder.fill("/nowhere")
    for typed, sentence in (
        ("1.5", "Steps is '1.5': choose a whole number from 1"),
        ("many", "Steps is 'many': choose a whole number from 1"),
        ("40", "There is no folder /nowhere"),
    ):
        steps.fill(typed)
        page.click("dialog.question [data-answer=start]")
        expect(page.locator(".toast[data-tone=error]").last).to_contain_text(sentence)
        expect(folder).to_have_value("/nowhere")
        expect(steps).to_have_value(typed)
    assert not [one for one in studio.store.jobs.of_project(project) if one.kind == "adapter"]
