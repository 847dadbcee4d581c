"""A key that is pressed twice opens a dialog and meets what has the focus there: nothing is decided by it."""

import pytest
from playwright.sync_api import Page, expect

from tests.ui.browser.brush.brushing import settled
from tests.ui.conftest import Served, Watched
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import draw, measure, train

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser
LARGE = "dialog.lightbox"


def shown(page: Page, is_open: bool) -> None:
    expect(page.locator(f"{LARGE}[open]")).to_have_count(int(is_open))


@pytest.mark.thorough
def test_a_key_pressed_twice_decides_nothing(page: Page, served: Served) -> None:
    keys = page.keyboard
    keys.press("ArrowRight")
    for key in (" ", "h", "c"):  # each opens the picture large
        keys.press(key)
        shown(page, True)
        page.wait_for_selector(f"{LARGE} .lightbox-facts [data-action=accept]")
        keys.press("Enter")  # on nothing: it had accepted
        keys.press(" ")
        shown(page, False)
    keys.press("?")
    page.wait_for_selector("dialog.help[open]")
    keys.press(" ")
    expect(page.locator("dialog.help[open]")).to_have_count(0)
    settled(page)
    assert served.place.studio.store.decisions.log(served.place.round) == ()


def test_the_first_key_acts_on_a_suggestion_and_never_on_a_copy(page: Page, served: Served) -> None:
    page.wait_for_selector(".tile[data-ring]")
    suggested = page.eval_on_selector_all(
        ".suggestion-row", "rows => rows.map((row) => row.dataset.candidate)"
    )
    assert page.get_attribute(".tile[data-ring]", "data-id") in suggested
    page.keyboard.press("a")
    settled(page)
    ((decided, verdict),) = [
        (one.candidate_id, one.verdict) for one in served.place.studio.store.decisions.log(served.place.round)
    ]
    assert decided in suggested and verdict == "accepted"


@pytest.mark.thorough
def test_space_closes_after_a_click_and_presses_what_tab_led_to(page: Page) -> None:
    first = page.get_attribute(".tile[data-ring]", "data-id")
    keys = page.keyboard
    keys.press("ArrowRight")
    keys.press(" ")
    page.click(f"{LARGE} [data-action=reject]")
    expect(page.locator(f".tile[data-id='{first}']")).to_have_attribute("data-verdict", "rejected")
    keys.press(" ")
    shown(page, False)
    expect(page.locator(f".tile[data-id='{first}']")).to_have_attribute("data-verdict", "rejected")
    keys.press(" ")
    for _ in range(20):
        keys.press("Tab")
        if page.evaluate("document.activeElement.dataset.action === 'accept'"):
            break
    keys.press(" ")
    expect(page.locator(f".tile[data-id='{first}']")).to_have_attribute("data-verdict", "accepted")
    shown(page, True)


@pytest.mark.thorough
def test_space_closes_an_enlarged_picture_of_results(watched: Watched, served: Served) -> None:
    measure(served.place.studio, served.place.round)
    page = watched.open(served.url("results"))
    page.click(".sheet .enlarge >> nth=0")
    page.wait_for_selector("dialog.viewer[open]")
    page.click("dialog.viewer .view-frame >> nth=0")
    page.keyboard.press(" ")
    expect(page.locator("dialog.viewer[open]")).to_have_count(0)


@pytest.mark.thorough
def test_the_explanation_does_not_crush_the_suggestions_that_come_later(
    watched: Watched, served: Served
) -> None:
    studio, first = served.place.studio, served.place.round
    studio.accept_suggestion(first)
    second = studio.next_round(first).id
    train(studio, second)
    page = watched.open(f"{served.url()}&round={second}")
    page.wait_for_selector(".suggestion-words:has-text('Once all images are generated')")
    page.click(".suggestion summary")
    page.wait_for_selector(".suggestion .how[open]")
    draw(studio, second)
    page.wait_for_selector(".suggestion-row >> nth=2")
    page.wait_for_function("document.querySelector('.suggestion-scroll').clientHeight > 200")
