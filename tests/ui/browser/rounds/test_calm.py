"""How much stands on a screen before one scrolls, and what the action bar keeps for its menu."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.ui.browser.menus import switch_figures
from tests.ui.browser.walk import make_full
from tests.ui.conftest import WITH_GRID, Served, Watched, first_page
from tests.ui.seeded import measure

pytestmark = pytest.mark.browser

MOST = 25
IMAGES = ".tile-face, .suggestion-face, .change, .pair-card"
"""Images that enlarge when they are pressed: one looks at them, and Tab reaches one of a grid."""
CONTROLS = """(left) => {
  const seen = (node) => {
    const { left: x, top: y, width, height } = node.getBoundingClientRect();
    const at = document.elementFromPoint(x + width / 2, y + height / 2);
    return width > 0 && height > 0 && at !== null && (node.contains(at) || at.contains(node));
  };
  return [...document.querySelectorAll("button, a[href], input, select, textarea, summary")]
    .filter((node) => !node.disabled && !node.matches(left))
    .filter((node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter(seen)
    .map((node) => node.getAttribute("aria-label") || node.textContent.trim() || node.title);
}"""
"""The names of all that can be pressed or filled in within the window, apart from what matches `left`."""


def count(page: Page) -> list[str]:
    return page.evaluate(CONTROLS, IMAGES)


def wide(page: Page) -> Page:
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


def test_no_screen_has_more_than_25_controls_before_one_scrolls(window: Any, served: Served):
    make_full(served)
    page = wide(first_page(window, served.address, with_grid=False))
    page.goto(f"{served.url()}&round={served.place.round}")
    page.click("[data-choice=review]")  # the next round is there: it opens with all images
    page.wait_for_selector(".review-face, .review-end")
    assert len(found := count(page)) <= MOST, found
    page.evaluate(WITH_GRID)
    for of in served.place.studio.rounds(served.place.project):
        page.goto(f"{served.url()}&round={of.id}")
        page.wait_for_selector(".tile, .pair-card")
        page.mouse.move(5, 5)
        assert len(found := count(page)) <= MOST, (of.name, found)
    page.goto(served.url("results"))
    page.wait_for_selector(".sheet .enlarge", state="attached")
    assert len(found := count(page)) <= MOST, found
    page.goto(served.url("reference"))
    page.wait_for_selector(".open-project:not([hidden]) .plates img")
    assert len(found := count(page)) <= MOST, found
    page.goto(served.address)
    page.wait_for_selector(".new-project:not([hidden])")
    assert len(found := count(page)) <= MOST, found


@pytest.mark.thorough
def test_what_shows_on_hover_shows_for_the_keys_as_well(watched: Watched, served: Served):
    page = wide(watched.open(served.url()))
    page.wait_for_selector(".map .plot .point")
    page.mouse.move(5, 5)
    for outside, inside in (
        ("[data-view=map]", ".map-tools"),
        ("[data-view=map]", ".view-buttons"),
        (".suggestion-face >> nth=0", ".leave >> nth=0"),
    ):
        part = page.locator(inside)
        page.focus(".filter-button")
        expect(part).to_have_css("opacity", "0")
        page.focus(outside)
        expect(part).to_have_css("opacity", "1")
    page.focus(".filter-button")
    page.hover("#view-map", position={"x": 60, "y": 60})
    expect(page.locator(".map-tools")).to_have_css("opacity", "1")


@pytest.mark.thorough
def test_the_bar_has_the_next_step_another_one_and_a_menu(watched: Watched, served: Served):
    page = wide(watched.open(served.url()))
    bar = page.locator("[data-part=actions] > button")
    expect(bar).to_have_text(["Accept all suggestions", "Next round ›"])
    page.click(".more-button")
    inside = page.locator(".more-actions [data-action]")
    names = inside.evaluate_all("(all) => all.map((one) => one.dataset.action)")
    assert {"run", "fine_tune", "generate", "refine"} <= set(names)
    expect(page.locator(".more-actions [data-action=run]")).to_contain_text("one after the other")
    menu, button = page.locator(".more-actions").bounding_box(), page.locator(".more-button").bounding_box()
    assert menu and button and menu["y"] + menu["height"] <= button["y"], "it covers no button of the bar"
    page.keyboard.press("Escape")
    page.focus("[data-action=accept]")
    page.keyboard.press("Enter")
    expect(bar).to_have_text(["Next round ›", "Finish ›"])
    expect(page.locator("[data-action=next_round]")).to_be_focused()


def test_without_figures_shares_are_counts_with_their_images(watched: Watched, served: Served):
    studio, first = served.place.studio, served.place.round
    measure(studio, first, copies=3)
    page = wide(watched.open(served.url("results")))
    told = page.locator(".evidence[aria-label='are copies of the reference']")
    counts = "as the studio counts$"
    expect(told.locator("h3")).to_have_text(re.compile(f"^6 of [0-9]+ are copies of the reference, {counts}"))
    expect(told.locator("img")).to_have_count(6)
    asked = page.locator(".evidence[aria-label='match the prompt']")
    number = asked.locator("img").count()
    expect(asked.locator("h3")).to_have_text(re.compile(f"^{number} of [0-9]+ match the prompt, {counts}"))
    heads = page.locator(".results-table thead th")
    expect(heads).to_have_count(5)
    names = page.locator(".results-table thead .explained")
    expect(names).to_have_text(["Match the prompt", "Copies", "Accepted"])
    assert "%" not in page.inner_text(".results-table")
    switch_figures(page)
    expect(heads).to_have_count(11)
    expect(told).to_have_count(0)
    assert "%" in page.inner_text(".results-table")
    page.reload()
    expect(heads).to_have_count(11)  # this browser keeps the choice
