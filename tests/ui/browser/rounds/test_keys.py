"""Keys in a real Chromium: held keys, sliders, and where the focus stays."""

import pytest
from playwright.sync_api import Page, expect

from tests.ui.browser.brush.brushing import enlarged, settled
from tests.ui.browser.menus import further, show_only
from tests.ui.conftest import Served, Watched, until
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded_refinement import judge

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_a_key_or_a_button_that_is_held_decides_once(page: Page, served: Served):
    decisions = served.place.studio.store.decisions
    first = page.get_attribute(".tile[data-ring]", "data-id")
    page.keyboard.press("r")  # nothing has the focus yet: the first open suggestion
    page.wait_for_selector(f"[data-id='{first}'][data-verdict=rejected]")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"[data-id='{first}']:not([data-verdict])")
    page.reload()
    page.wait_for_selector(".tile")
    before = len(decisions.log(served.place.round))
    page.locator(".tile-face").first.focus()
    for _ in range(2):
        page.keyboard.down("ArrowRight")
    page.keyboard.up("ArrowRight")
    for _ in range(4):
        page.keyboard.down("a")
    page.keyboard.up("a")
    until(lambda: len(decisions.log(served.place.round)) > before)
    settled(page)
    third = page.get_attribute(".tile >> nth=2", "data-id")
    assert decisions.of_round(served.place.round).accepted == (third,), "arrows repeat, decisions do not"
    assert len(decisions.log(served.place.round)) == before + 1
    page.keyboard.press("ArrowRight")
    for _ in range(4):
        page.keyboard.down("Enter")  # on the picture itself
    page.keyboard.up("Enter")
    until(lambda: len(decisions.log(served.place.round)) > before + 1)
    settled(page)
    assert len(decisions.log(served.place.round)) == before + 2


def typed(page: Page, key: str, code: str, ctrl: bool = False) -> None:
    """Press the key of this place on a keyboard whose layout gives it this letter."""
    session = page.context.new_cdp_session(page)
    for kind in ("keyDown", "keyUp"):
        press = {"type": kind, "key": key, "code": code, "modifiers": 2 if ctrl else 0}
        session.send("Input.dispatchKeyEvent", press)
    session.detach()


def test_keys_of_another_script_act_by_their_place_and_one_switch_leaves_those_with_ctrl(page: Page):
    ring = page.get_attribute(".tile[data-ring]", "data-id")
    typed(page, "ф", "KeyA")
    page.wait_for_selector(f"[data-id='{ring}'][data-verdict=accepted]")
    typed(page, "я", "KeyZ", ctrl=True)
    page.wait_for_selector(f"[data-id='{ring}']:not([data-verdict])")

    further(page, "help")
    page.get_by_label("Shortcuts of a single letter or sign").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator(".rounds .keys")).to_be_hidden()
    page.reload()
    page.wait_for_selector(".tile[data-ring]")
    for key in ("a", "r", "l", "?"):
        page.keyboard.press(key)
    page.locator(f"[data-id='{ring}'] .tile-face").focus()
    page.keyboard.press("Enter")  # on the image alone, so that nothing is lost
    page.wait_for_selector(f"[data-id='{ring}'][data-verdict=accepted]")
    expect(page.locator(".tile[data-verdict]")).to_have_count(1)
    expect(page.locator("dialog.help[open]")).to_have_count(0)
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"[data-id='{ring}']:not([data-verdict])")


@pytest.mark.thorough
def test_a_picture_opened_while_another_closes_has_its_heatmap_and_brush(watched: Watched, served: Served):
    judge(served.place.studio, served.place.round)
    page, _ = enlarged(watched, served)
    page.evaluate(
        """() => {
          const key = (name) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
          key("Escape"); // the browser tells of the closing only after all this
          document.querySelectorAll(".tile-face")[2].focus();
          key("h");
        }"""
    )
    page.wait_for_selector("dialog.lightbox[open] .heat canvas")
    page.keyboard.press("b")
    page.wait_for_selector("dialog.lightbox .brush-bar")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.lightbox", state="hidden")
    third = page.get_attribute(".tile >> nth=2", "data-id")
    assert page.evaluate("document.activeElement.closest('.tile')?.dataset.id") == third


def tabs_to_the_grid(page: Page) -> int:
    for presses in range(1, 60):
        page.keyboard.press("Tab")
        if page.evaluate("Boolean(document.activeElement.closest('.tile'))"):
            return presses
    raise AssertionError("Tab does not reach the images")


@pytest.mark.thorough
def test_the_skip_link_leads_to_the_pictures_and_a_row_of_buttons_is_one_stop(page: Page):
    page.wait_for_selector(".map .plot .point")
    page.keyboard.press("Tab")
    expect(page.locator(".top .skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('.tile[data-ring] .tile-face')")
    page.reload()
    page.wait_for_selector(".tile")
    page.wait_for_selector(".map .plot .point")
    assert tabs_to_the_grid(page) <= 27  # each button, field and row of buttons once
    page.focus(".filter-button")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("[data-filter=accepted]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".filter-button")).to_have_text("Accepted 0")
    expect(page.locator(".filter-button")).to_be_focused()
    show_only(page, "all")
    page.keyboard.press("ArrowRight")  # after a press the arrows move between pictures
    page.wait_for_function("document.activeElement.matches('.tile-face')")


def map_height(page: Page) -> float:
    return page.eval_on_selector(".view.map", "(map) => map.getBoundingClientRect().height")


@pytest.mark.thorough
def test_the_menu_of_a_round_is_hit_and_the_explanation_leaves_the_map_its_room(page: Page):
    page.wait_for_selector(".map .plot .point")
    box = page.locator(".chip-more").first.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 24, "large enough to hit"
    before = map_height(page)
    page.click(".suggestion summary")
    page.wait_for_selector(".suggestion .how[open]")
    expect(page.locator(".suggestion .how-more")).to_be_visible()
    assert map_height(page) == pytest.approx(before, abs=0.5)
    page.click(".suggestion summary")
    page.wait_for_selector(".suggestion .how:not([open])")
    assert map_height(page) == pytest.approx(before, abs=0.5)


@pytest.mark.thorough
def test_the_reason_for_a_suggestion_is_read_above_the_buttons(watched: Watched, served: Served):
    watched.page.set_viewport_size({"width": 1024, "height": 640})
    page = watched.open(served.url())
    page.focus(".tile[data-suggested] .tile-face >> nth=0")
    page.keyboard.press(" ")
    page.wait_for_selector("dialog.lightbox[open] .lightbox-why >> nth=1")
    buttons = page.locator(".lightbox-buttons").bounding_box()
    assert buttons is not None
    for reason in page.locator(".lightbox-why").all():
        box = reason.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= buttons["y"]
