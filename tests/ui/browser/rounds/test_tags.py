"""Tags of one's own: given to the selection, shown on the images, and a filter of grid and map."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.brush.brushing import settled
from tests.ui.browser.menus import number_of, show_only
from tests.ui.conftest import Served

pytestmark = pytest.mark.browser


def test_a_tag_is_given_filters_and_is_taken_off(page: Any, served: Served) -> None:
    store, round_id = served.place.studio.store, served.place.round
    order = page.eval_on_selector_all(".tile", "(all) => all.map((one) => one.dataset.id)")
    page.click(f"[data-id='{order[1]}'] .tile-face")
    page.click(f"[data-id='{order[3]}'] .tile-face", modifiers=["Shift"])
    page.keyboard.press("t")
    expect(page.get_by_label("Tag", exact=True)).to_be_focused()
    page.keyboard.type(" good  hands ")
    page.keyboard.press("Enter")
    assert number_of(page, "tag:good hands") == "3"
    expect(page.locator(f"[data-id='{order[2]}'] .tile-face")).to_have_attribute("data-tags", "#good hands")
    settled(page)
    assert store.candidates.tags(round_id) == dict.fromkeys(order[1:4], ("good hands",))
    page.get_by_role("button", name="Clear").click()
    show_only(page, "tag:good hands")
    expect(page.locator(".tile:not([hidden])")).to_have_count(3)
    expect(page.locator("[data-part=shown]")).to_have_text("3 / 180 shown")
    page.reload()
    page.wait_for_selector("html[data-studio=ready]")
    expect(page.locator(".filter-button")).to_have_text("All 180")
    assert number_of(page, "tag:good hands") == "3"
    page.locator(f"[data-id='{order[1]}'] .tile-face").focus()
    page.keyboard.press("t")  # an image alone is selected first
    expect(page.get_by_label("Tag", exact=True)).to_be_focused()
    page.keyboard.type("good hands")
    page.keyboard.press("Enter")
    settled(page)
    assert number_of(page, "tag:good hands") == "2"
    assert set(store.candidates.tags(round_id)) == set(order[2:4])
    assert store.decisions.log(round_id) == (), "a tag decides nothing"
