"""The whole loop without a pointer, in a real Chromium: from the list of projects to a download."""

import pytest
from playwright.sync_api import Page, expect

from tests.features.needed import EXPORTS
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import draw, measure, train

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("figures")]


def reach(page: Page, selector: str) -> None:
    """Press Tab until an element that matches has the focus, as far as a person would."""
    for _ in range(80):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector}")


def press(page: Page, selector: str) -> None:
    """Go to a button by Tab, and press it."""
    reach(page, selector)
    page.keyboard.press("Enter")


def test_the_loop_needs_no_pointer(watched: Watched, served: Served) -> None:
    studio, first = served.place.studio, served.place.round
    page, keys = watched.open(served.address), watched.page.keyboard
    press(page, ".project-row")
    page.wait_for_selector(".map .plot .point")

    keys.press("ArrowRight")  # look, enlarge, compare, decide, take back
    keys.press(" ")
    page.wait_for_selector("dialog.lightbox[open]")
    keys.press("c")
    page.wait_for_selector("dialog.lightbox .lightbox-facts, dialog.lightbox figure >> nth=1")
    keys.press("Escape")
    page.wait_for_selector("dialog.lightbox", state="hidden")
    assert page.evaluate("Boolean(document.activeElement.closest('.tile'))"), "the focus is where it was"
    keys.press("r")
    page.wait_for_selector(".tile[data-verdict=rejected]")
    keys.press("Control+z")
    expect(page.locator(".tile[data-verdict]")).to_have_count(0)

    press(page, "[data-action=accept]")
    page.wait_for_selector("[data-part=suggestion-note]:has-text('All 3 reviewed')")
    press(page, "[data-action=next_round]")
    page.wait_for_selector(".chip-round[aria-current]:has-text('Round 2')")
    second = studio.store.rounds.of_project(served.place.project)[-1].id
    until(lambda: bool(studio.store.jobs.busy_rounds(served.place.project)))
    keys.press("?")
    page.wait_for_selector("dialog.help[open]")
    keys.press("Escape")

    job = next(job for job in studio.store.jobs.of_project(served.place.project) if job.kind == "fine_tune")
    studio.store.jobs.request_stop(job.id)  # no worker runs here: its work is done at once
    for round_id in (first, second):
        if round_id == second:
            train(studio, second)
            draw(studio, second)
        measure(studio, round_id, likeness=0.6 if round_id == second else 0.5)
    page.wait_for_selector(".change")  # it takes the place of the images
    press(page, "[data-step=results]")
    page.wait_for_selector(".results .verdict:has-text('of 2 measured rounds')")

    reach(page, ".results-table .explained")
    keys.press("Enter")  # what a column means
    page.wait_for_selector(".explained-words:popover-open")
    keys.press("Escape")
    expect(page.locator(".explained-words:popover-open")).to_have_count(0)
    reach(page, ".results-table td button")
    keys.press("Enter")
    page.wait_for_selector("dialog.exports[open]")
    if EXPORTS:
        press(page, ".exports [data-form] button")
        until(lambda: any(job.kind == "export" for job in studio.store.jobs.of_project(served.place.project)))
    keys.press("Escape")
    page.wait_for_selector("dialog.exports", state="detached")
    assert page.evaluate("document.activeElement.matches('.results-table td button')")
