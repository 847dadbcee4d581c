"""Several trainings are asked in a real Chromium, and shown: a column, and where a picture differs."""

import pytest
from playwright.sync_api import expect

from gal_studio.core.types import AREA_DISAGREEMENT, COPY_DISAGREEMENT
from gal_studio.research.features.other_trainings.rules import asked_pictures
from tests.ui.browser.brush.brushing import enlarged
from tests.ui.conftest import WITH_FIGURES, Served, Watched, until
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded_refinement import halves

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


def test_several_trainings_are_asked_from_the_test_prompts(watched: Watched, served: Served) -> None:
    studio, jobs = served.place.studio, served.place.studio.store.jobs
    page = watched.open(f"{served.url()}&view=anchors")
    page.click("button:text-is('Compare runs')")
    page.wait_for_selector("dialog.question:has-text('trained 2 times more')")
    assert not jobs.of_project(served.place.project)
    page.click("dialog.question button:text-is('Train 2 more runs')")
    until(lambda: [job.kind for job in jobs.of_project(served.place.project)] == ["ask"])
    assert studio.store.rounds.get(served.place.round).settings.gal.trainings == 3


@pytest.mark.thorough
def test_what_they_say_is_a_column_and_an_overlay(watched: Watched, served: Served) -> None:
    studio, round_id = served.place.studio, served.place.round
    first, *others = asked_pictures(studio.store.snapshots.round(round_id))
    studio.store.candidates.add_scores(first.id, {AREA_DISAGREEMENT: 0.4, COPY_DISAGREEMENT: 0.3466})
    for one in others:
        studio.store.candidates.add_scores(one.id, {AREA_DISAGREEMENT: 0.1, COPY_DISAGREEMENT: 0.0})
    for one in studio.store.candidates.of_round(round_id):
        studio.store.refinements.save_map(one.id, "disagreement", halves(studio, round_id))
    watched.page.add_init_script(WITH_FIGURES)
    page, _ = enlarged(watched, served)
    page.click("[data-action=heat-disagreement], [data-action=heat]:text-is('Where runs disagree')")
    page.wait_for_selector(".lightbox .heat canvas")
    expect(page.locator(".lightbox-facts")).to_contain_text("Runs disagree on copies")
    page.keyboard.press("Escape")
    page.click("[data-view=anchors]")
    expect(page.locator(".anchors th:text-is('Disagree')")).to_be_visible()
    row = page.locator(f"tr[data-anchor='{first.anchor_id}'] td >> nth=-1")
    expect(row).to_have_text("17%")  # 0.3466 nats are half of ln 2; the prompt's other two pictures have none
