"""A new round opens with what the choice of the round before changed, large, until one has gone on."""

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import Served, Watched
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import go_on, measure

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


def test_a_new_round_opens_with_what_the_choice_changed(watched: Watched, served: Served) -> None:
    studio, first = served.place.studio, served.place.round
    accepted = studio.accept_suggestion(first)
    second = go_on(studio, first)
    page = watched.open(f"{served.url()}&round={second}")
    page.wait_for_selector(".tile")
    box = page.locator("[data-part=changes]")
    expect(box).to_be_hidden()
    measure(studio, second, accepted=False)
    page.wait_for_selector(".chip-round[aria-current] .chip-gain", state="attached")
    page.wait_for_timeout(500)  # the page has asked what changed, and nothing had
    expect(box).to_be_hidden()  # what was accepted is generated last
    measure(studio, second)
    expect(box).to_be_visible()
    expect(page.locator(".rounds [data-part=columns]")).to_be_hidden()
    expect(box.get_by_role("heading", level=2)).to_have_text("What your choice changed")
    expect(box.locator("output")).to_have_text(f"Prompt 1 of {len(accepted)}")
    names = box.locator(".change figcaption b")
    expect(names).to_have_text(["You accepted", "Round 1", "Round 2"])
    loaded = "[...document.querySelectorAll('.change img')].every((one) => one.naturalWidth > 0)"
    page.wait_for_function(loaded)
    widths = [image.bounding_box()["width"] for image in box.locator(".change img").all()]
    assert min(widths) > 250, "they are large"
    usual = page.viewport_size
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("innerWidth === 390")
    accepted_top, before, after = [image.bounding_box()["y"] for image in box.locator(".change img").all()]
    assert accepted_top < before == after, "on a phone, what was accepted comes first"
    page.set_viewport_size(usual)
    prompt = box.get_by_role("heading", level=3)
    first_prompt = prompt.inner_text()
    page.keyboard.press("ArrowRight")
    expect(prompt).not_to_have_text(first_prompt)
    page.keyboard.press("a")
    assert studio.store.decisions.of_round(second).accepted == (), "no key acts on what is not shown"
    box.locator(".change").click()
    page.wait_for_selector("dialog.viewer[open]")
    page.keyboard.press("Escape")
    page.goto(f"{served.url()}&round={first}")
    page.wait_for_selector(".tile")
    expect(box).to_be_hidden()
    page.goto(f"{served.url()}&round={second}")
    expect(box).to_be_visible()
    box.locator("[data-part=go-on]").press("Enter")
    expect(box).to_be_hidden()
    page.reload()
    page.wait_for_selector(".chip-round[aria-current]")
    page.wait_for_timeout(500)
    expect(box).to_be_hidden()
    page.click("[data-choice=changed]")
    expect(box).to_be_visible()
