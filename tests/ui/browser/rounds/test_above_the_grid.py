"""What stands above the pictures: from strong to gentle, and what the round gained in copies."""

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Served, Watched
from tests.ui.seeded import draw, train

pytestmark = pytest.mark.browser


@pytest.mark.thorough
@pytest.mark.parametrize("pointed", [True, False])
def test_rows_below_the_pointer_keep_their_order_until_they_are_asked_to_sort(
    watched: Watched, served: Served, pointed: bool
):
    studio, first = served.place.studio, served.place.round
    studio.accept_suggestion(first)
    second = studio.next_round(first).id
    train(studio, second)
    job = studio.generate(second)
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    page = watched.open(f"{served.url()}&round={second}")
    draw(studio, second)
    studio.store.jobs.progress(job.id, "generate", 150, 150)
    page.wait_for_selector(".tile")
    before = page.locator(".group .prompt b").all_inner_texts()
    if pointed:
        page.hover(".tile >> nth=0")
    studio.store.jobs.finish(job.id)
    page.wait_for_selector(".suggestion-row >> nth=2")
    if pointed:
        page.wait_for_selector(".sort-note:visible")
        assert page.locator(".group .rank").all_inner_texts() == ["·"] * len(before), "numbers keep it, too"
        assert page.locator(".group .prompt b").all_inner_texts() == before
        page.hover(".tile >> nth=0")
        page.mouse.wheel(0, 400)
        page.wait_for_function("document.querySelector('[data-part=grid]').scrollTop > 100")
        page.click("[data-action=sort]")
    expect(page.locator(".group .rank").first).to_have_text("1")
    expect(page.locator(".group .rank").first).to_be_in_viewport()
    expect(page.locator(".sort-note")).to_be_hidden()
