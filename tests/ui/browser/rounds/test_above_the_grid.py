"""What stands above the pictures: from strong to gentle, and what the round gained in copies."""

import pytest
from playwright.sync_api import expect

from tests.ui.browser.menus import show_only
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import draw, train

pytestmark = pytest.mark.browser

FIRST_ROW = """() => [...document.querySelector(".group:not([hidden])").querySelectorAll(".tile-face")]
    .map((face) => face.dataset.strength)"""


def test_strengths_and_copies_stand_above_the_pictures(watched: Watched, served: Served):
    studio, first = served.place.studio, served.place.round
    studio.accept_suggestion(first)
    second = studio.next_round(first).id
    train(studio, second)
    draw(studio, second)
    studio.store.database.write(
        "UPDATE candidates SET strength = 1 - 0.15 * (number % 5), early_strength = 1 - 0.15 * (number % 5)",
        (),
    )
    copies = {
        round_id: sum(one.overfit for one in studio.store.candidates.of_round(round_id))
        for round_id in (first, second)
    }
    page = watched.open(served.url("rounds"))
    expect(page.locator(".strengths")).to_have_text("Rows start with the highest LoRA strength")
    levels = [f"strength {level}" for level in (1, 0.85, 0.7, 0.55, 0.4) for _ in range(2)]
    assert page.evaluate(FIRST_ROW) == levels
    expect(page.locator(".round-words")).to_have_text(
        f"Copies: {copies[second]} of 150 (previous round {copies[first]} of 180). 3 of 18 prompts were done "
        "before this round."
    )
    show_only(page, "copies")
    expect(page.locator(".filter-button")).to_have_text(f"Copies {copies[second]}")
    expect(page.locator(".filter-button")).to_have_attribute("aria-pressed", "true")


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
