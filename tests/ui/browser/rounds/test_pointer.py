"""A real pointer at rest in Chromium: buttons that come when it hovers, double clicks, and the one ring."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.ui.browser.brush.brushing import settled
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser

CHANGES_AT_REST = """(selector) => new Promise((done) => {
    let changes = 0;
    const watch = new MutationObserver((found) => { changes += found.length; });
    watch.observe(document.querySelector(selector), { childList: true, subtree: true });
    setTimeout(() => done(changes), 600);
})"""


@pytest.fixture
def page(page: Page) -> Page:
    page.hover(".tile >> nth=0", trial=True)  # it stands still
    return page


def middle(page: Page, selector: str) -> tuple[float, float]:
    box: Any = page.locator(selector).first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def press_at_rest(page: Page, button: str) -> None:
    """Move the pointer once onto a button that is there by now, let it rest, and press it."""
    page.mouse.move(*middle(page, button))
    page.evaluate(CHANGES_AT_REST, "body")
    page.mouse.down()
    page.mouse.up()


def hover_tile(page: Page, tile: str, button: str) -> None:
    page.mouse.move(*middle(page, tile))
    page.wait_for_selector(f"{tile} {button}")
    page.mouse.move(*middle(page, f"{tile} {button}"))


def test_a_picture_is_decided_by_its_hover_buttons(page: Page, served: Served):
    third, seventh = (page.get_attribute(f".tile >> nth={at}", "data-id") for at in (3, 7))
    wanted = {third: "accepted", seventh: "rejected"}
    for (name, verdict), button in zip(wanted.items(), (".accept", ".reject"), strict=True):
        tile = f"[data-id='{name}']"
        hover_tile(page, tile, button)
        assert page.evaluate(CHANGES_AT_REST, tile) == 0, "nothing moves under a pointer at rest"
        page.mouse.down()
        page.mouse.up()
        expect(page.locator(tile)).to_have_attribute("data-verdict", verdict)
    settled(page)
    assert served.place.studio.store.decisions.of_round(served.place.round).verdicts == wanted


@pytest.mark.thorough
def test_a_round_s_menu_and_a_picture_are_opened_by_their_hover_buttons(page: Page, served: Served):
    page.mouse.move(*middle(page, ".chip-round"))
    page.wait_for_selector(".chip-more")
    press_at_rest(page, ".chip-more")
    expect(page.locator(".round-menu:popover-open")).to_be_visible()
    page.keyboard.press("Escape")
    tile = f"[data-id='{page.get_attribute('.tile >> nth=3', 'data-id')}']"
    hover_tile(page, tile, ".enlarge")
    press_at_rest(page, f"{tile} .enlarge")
    expect(page.locator("dialog.lightbox")).to_be_visible()
    assert served.place.studio.store.decisions.log(served.place.round) == ()


@pytest.mark.thorough
def test_the_hover_buttons_leave_the_middle_of_a_picture_free(page: Page):
    page.click(".desk-view")
    page.fill(".desk-size input", "48")  # the smallest
    page.keyboard.press("Escape")
    tile = f"[data-id='{page.get_attribute('.tile >> nth=3', 'data-id')}']"
    for width in (1440, 1024):
        page.set_viewport_size({"width": width, "height": 768})
        page.wait_for_function(f"innerWidth === {width}")
        page.mouse.move(1, 1)
        page.hover(tile, trial=True)
        at = middle(page, tile)
        page.mouse.move(*at)
        page.wait_for_selector(f"{tile} .tools")
        assert page.evaluate(
            "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('.tile-face'))", at
        ), width


@pytest.mark.thorough
def test_the_buttons_of_a_project_come_when_it_is_hovered(watched: Watched, served: Served):
    page = watched.open(served.url("reference"))
    page.wait_for_selector(".project-line .quiet", state="attached")
    page.mouse.move(*middle(page, ".project-row"))
    for button in page.locator(".project-line").first.locator(".quiet").all():
        expect(button).to_be_visible()
    press_at_rest(page, ".project-line .quiet >> nth=-1")
    expect(page.locator("[data-action=put-away]")).to_have_count(0)
    settled(page)


def test_a_double_click_enlarges_and_leaves_no_decision(page: Page, served: Served):
    suggested = page.get_attribute(".tile[data-suggested] >> nth=0", "data-id")
    other = f".group:has([data-id='{suggested}']) .tile:not([data-suggested]) >> nth=0"
    page.dblclick(f"{other} >> .tile-face")
    expect(page.locator("dialog.lightbox")).to_be_visible()
    settled(page)
    store = served.place.studio.store
    assert store.decisions.log(served.place.round) == ()
    assert store.overrides.of_round(served.place.round) == ()
    page.keyboard.press("Escape")
    page.click(f"{other} >> .tile-face")  # a single click selects
    expect(page.locator(other)).to_have_attribute("data-ring", "")
    page.keyboard.press("a")
    settled(page)
    assert len(store.decisions.log(served.place.round)) == 1


def test_a_click_selects_and_decides_nothing(page: Page, served: Served):
    order = page.eval_on_selector_all(".tile", "(all) => all.map((one) => one.dataset.id)")

    def face(place: int) -> str:
        return f"[data-id='{order[place]}'] .tile-face"

    page.click(face(2))
    assert ring(page) == [order[2]]
    page.click(face(4), modifiers=["Control"])  # the clicked one and this one, as in a file manager
    expect(page.locator(".selection-bar")).to_contain_text("2 images selected")
    page.click(face(4))  # one of the selected: they stay so
    expect(page.locator(".selection-bar")).to_contain_text("2 images selected")
    page.click(face(7))
    expect(page.locator(".selection-bar")).to_be_hidden()
    settled(page)
    assert served.place.studio.store.decisions.log(served.place.round) == ()


def ring(page: Page) -> list[str]:
    return page.evaluate("[...document.querySelectorAll('.tile[data-ring]')].map((one) => one.dataset.id)")


def outlined(page: Page) -> int:
    """How many pictures have an outline."""
    return page.evaluate(
        "[...document.querySelectorAll('.tile-face')]"
        ".filter((one) => getComputedStyle(one).outlineStyle === 'solid').length"
    )


@pytest.mark.thorough
def test_keys_act_on_the_ringed_picture_alone(page: Page, served: Served):
    decisions = served.place.studio.store.decisions
    tiles = page.eval_on_selector_all(".tile", "(all) => all.map((one) => one.dataset.id)")
    assert ring(page) == [tiles[0]], "before anything was touched"
    page.focus(f"[data-id='{tiles[2]}'] .tile-face")
    assert ring(page) == [tiles[2]]
    page.mouse.move(*middle(page, f"[data-id='{tiles[7]}']"))
    page.wait_for_selector(f"[data-id='{tiles[7]}'][data-ring]")
    assert ring(page) == [tiles[7]]
    assert outlined(page) == 1, "the focused one has no ring of its own"
    page.keyboard.press("r")  # the one under the pointer
    assert ring(page) == [tiles[8]], "and on to the next"
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert ring(page) == [tiles[6]], "the pointer rests, the keys lead"
    page.keyboard.press("a")
    settled(page)
    assert decisions.of_round(served.place.round).verdicts == {
        tiles[6]: "accepted", tiles[7]: "rejected", tiles[8]: "accepted"
    }  # fmt: skip
    page.mouse.move(*middle(page, f"[data-id='{tiles[1]}']"))
    page.wait_for_selector(f"[data-id='{tiles[1]}'][data-ring]")
    assert ring(page) == [tiles[1]]


def test_a_lasso_shows_what_can_be_done_with_the_selection_and_how_to_clear_it(page: Page, served: Served):
    page.wait_for_selector(".map .plot .point")
    bar = page.locator(".selection-bar")
    expect(bar).to_be_hidden()
    box: Any = page.locator(".map .plot").bounding_box()
    left, top = box["x"] + 6, box["y"] + 6
    right, bottom = box["x"] + box["width"] - 60, box["y"] + box["height"] - 60
    page.mouse.move(left, top)
    page.mouse.down()
    for place in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(*place, steps=6)
    page.mouse.up()
    expect(bar).to_be_visible()
    shown = page.locator(".tile:not([hidden])").count()
    assert shown > 1
    expect(bar).to_contain_text(f"{shown} images selected")
    assert bar.locator("kbd").all_inner_texts() == ["A", "R", "L", "C", "Esc"]
    bar.get_by_text("Reject").click()
    settled(page)
    assert len(served.place.studio.store.decisions.of_round(served.place.round).verdicts) == shown
    bar.get_by_text("Clear").click()
    expect(bar).to_be_hidden()
    expect(page.locator(".tile:not([hidden])")).to_have_count(180)


@pytest.mark.thorough
def test_shift_selects_a_range_ctrl_toggles_and_the_keys_of_photo_programs_decide(page: Page, served: Served):
    order = page.evaluate("[...document.querySelectorAll('.tile')].map((tile) => tile.dataset.id)")

    def click(place: int, key: str) -> None:
        page.click(f"[data-id='{order[place]}'] .tile-face", modifiers=[key])  # type: ignore[list-item]

    def expect_selected(*places: int) -> None:
        chosen = page.locator(".tile[data-selected]")
        expect(chosen).to_have_count(len(places))
        ids = chosen.evaluate_all("(tiles) => tiles.map((tile) => tile.dataset.id)")
        assert [order.index(one) for one in ids] == [*places]

    click(2, "Control")
    click(5, "Shift")
    expect_selected(2, 3, 4, 5)
    click(4, "Control")
    expect_selected(2, 3, 5)
    click(8, "Control")
    expect_selected(2, 3, 5, 8)
    page.keyboard.press("x")
    expect(page.locator(".tile[data-verdict=rejected]")).to_have_count(4)
    page.keyboard.press("u")
    expect(page.locator(".tile[data-verdict]")).to_have_count(0)
    page.keyboard.press("Escape")
    page.focus(f"[data-id='{order[0]}'] .tile-face")
    page.keyboard.press("p")
    expect(page.locator(f"[data-id='{order[0]}']")).to_have_attribute("data-verdict", "accepted")
    page.focus(f"[data-id='{order[0]}'] .tile-face")
    page.keyboard.press("p")
    settled(page)
    decided = served.place.studio.store.decisions.of_round(served.place.round).verdicts
    assert decided == {order[0]: "accepted"}, "once picked, it stays picked"
