"""The tree of rounds, one press for a round, and the tour, in a real Chromium."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.menus import number_of
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import go_on

pytestmark = pytest.mark.browser


def chip(name: str) -> str:
    return f".chip-round:has(.chip-name:text-is('{name}'))"


def middle(page: Any, name: str) -> tuple[float, float]:
    box = page.locator(chip(name)).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.mark.thorough
def test_keys_act_on_an_open_list_and_not_on_the_pictures_behind_it(page: Any, served: Served):
    page.click(".tile-face >> nth=3", modifiers=["Shift"])
    page.click("[aria-label='Name, star or archive Round 1']")
    usual, button = page.viewport_size, page.locator("[aria-label='Name, star or archive Round 1']")
    for width in (390, usual["width"]):
        page.set_viewport_size(usual | {"width": width})
        page.wait_for_timeout(300)
        menu, beside = page.locator(".round-menu:popover-open").bounding_box(), button.bounding_box()
        assert menu["x"] == pytest.approx(max(8, min(beside["x"], width - menu["width"] - 8)), abs=1)
    page.focus(".round-menu >> text=Star")
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    page.wait_for_selector(".round-menu:popover-open", state="hidden")
    assert number_of(page, "selection") == "1"
    expect(page.locator(".tile[data-verdict=rejected]")).to_have_count(0)
    assert not served.place.studio.store.decisions.of_round(served.place.round).verdicts


def test_rounds_branch_are_named_starred_archived_and_run_with_one_press(watched: Watched, served: Served):
    studio, first = served.place.studio, served.place.round
    go_on(studio, first)
    page = watched.open(f"{served.url()}&round={first}")
    page.click("[data-part=branch]")
    page.fill(".what-if [name=name]", "Other paper")
    page.click("[data-answer=begin]")
    page.wait_for_selector(".toast:has-text('choose its images')")
    page.wait_for_selector(f"{chip('Other paper')}[aria-current]")
    expect(page.locator(".strip .elbow")).to_have_count(1)
    assert middle(page, "Round 1")[0] == pytest.approx(middle(page, "Other paper")[0], abs=1)
    assert middle(page, "Round 1")[1] + 30 < middle(page, "Other paper")[1], "siblings below each other"
    page.click("[aria-label='Remove Other paper']")  # a mistake goes with one press
    page.wait_for_selector(chip("Other paper"), state="detached")
    message, round_1 = page.locator(".toast:has-text('Undo')").bounding_box(), middle(page, "Round 1")
    assert message["y"] > round_1[1] + 400, "messages leave the chips free"
    page.click(".toast >> text=Undo")
    page.wait_for_selector(f"{chip('Other paper')}[aria-current]")
    page.click("[aria-label='Name, star or archive Other paper']")
    page.fill(".round-menu input", "Warm paper")
    page.keyboard.press("Enter")
    page.wait_for_selector(chip("Warm paper"))
    page.click("[aria-label='Name, star or archive Warm paper']")
    page.click(".round-menu >> text=Star")
    page.wait_for_selector(f"{chip('Warm paper')} .chip-star")
    page.hover(chip("Round 2"))
    page.click("[aria-label='Name, star or archive Round 2']")
    page.click(".round-menu >> text=Archive")
    page.wait_for_selector(chip("Round 2"), state="detached")
    page.click(".archived")
    page.click("[aria-label='Restore Round 2']")
    page.wait_for_selector(chip("Round 2"))
    assert not page.is_visible(".archived")
    page.click(chip("Warm paper"))
    page.wait_for_selector(f"{chip('Warm paper')}[aria-current]")
    page.click("[data-action=next_round]")
    page.click("[data-answer=next_round]")  # nothing is accepted here
    until(lambda: len(studio.store.jobs.of_project(served.place.project)) == 3)
    jobs = studio.store.jobs.of_project(served.place.project)
    assert [job.kind for job in jobs] == ["fine_tune", "generate", "measure"]
    page.wait_for_selector(f"{chip('Round 2 · Warm paper')}[aria-current]")
    page.wait_for_selector("[data-part=hint]:has-text('Then up to 180 images; then measuring')")


def test_the_tour_shows_the_reference_a_clean_picture_and_a_copy(page: Any, served: Served):
    page.wait_for_selector(".tile img")
    expect(page.locator(".tour")).to_have_count(0)
    page.evaluate("(id) => localStorage.setItem('gal-studio-tour', id)", served.place.project)
    page.reload()
    page.wait_for_selector(".tour h2:text-is('This is your reference')")
    expect(page.locator(".chip-round[data-tour]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_selector(".tour h2:text-is('A suggestion')")
    page.wait_for_selector(".tile[data-tour]:not([data-copy])")
    page.click(".tour button:text-is('Next')")
    page.wait_for_selector(".tour h2:text-is('A copy')")
    page.wait_for_selector(".tile[data-tour][data-copy]")
    box, card = (page.locator(name).bounding_box() for name in (".tile[data-tour]", ".tour"))
    apart = card["y"] >= box["y"] + box["height"] or card["y"] + card["height"] <= box["y"]
    assert apart, "the card does not cover its image"
    page.keyboard.press("Escape")
    page.wait_for_selector(".tour", state="hidden")
    expect(page.locator("[data-tour]")).to_have_count(0)
    page.reload()
    page.wait_for_selector(".suggestion-row")
    expect(page.locator(".tour:visible")).to_have_count(0)  # once is enough
    page.keyboard.press("?")
    page.click(".help >> text=Show the tour")
    page.wait_for_selector(".tour h2:text-is('This is your reference')")
    page.click(".tour button:text-is('Skip')")
    page.wait_for_selector(".tour", state="hidden")
