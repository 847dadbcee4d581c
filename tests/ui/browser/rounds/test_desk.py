"""The culling desk in a real Chromium: order, size, filters, auto-advance, undo, zoom and comparison."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.brush.brushing import settled
from tests.ui.browser.menus import show_only
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import draw, train

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("figures")]


def focused(page) -> str:
    return str(page.get_attribute(".tile:has(.tile-face[tabindex='0'])", "data-id"))


def shown(page) -> list[str]:
    """The pictures in page order, without those that a filter hides."""
    return list(
        page.evaluate(
            "[...document.querySelectorAll('.grid .tile')].filter((tile) => tile.checkVisibility())"
            ".map((tile) => tile.dataset.id)"
        )
    )


def test_a_round_is_culled_by_one_key_a_picture(page: Any, served: Served):
    decisions = served.place.studio.store.decisions
    order = shown(page)
    page.locator(".tile-face").first.focus()
    for key in "aar":
        page.keyboard.press(key)
    assert focused(page) == order[3]
    settled(page)
    verdicts = {order[0]: "accepted", order[1]: "accepted", order[2]: "rejected"}
    assert decisions.of_round(served.place.round).verdicts == verdicts
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("r")  # taken back: the focus stays
    assert focused(page) == order[2]
    show_only(page, "undecided")
    page.focus(f"[data-id='{order[2]}'] .tile-face")
    page.keyboard.press("a")  # the picture leaves the filter, and the focus goes on
    assert focused(page) == order[3]
    page.keyboard.press("?")
    page.get_by_label("After A or R, go to the next image").click()
    page.keyboard.press("Escape")
    page.focus(f"[data-id='{order[3]}'] .tile-face")
    show_only(page, "all")
    page.focus(f"[data-id='{order[3]}'] .tile-face")
    page.keyboard.press("a")
    assert focused(page) == order[3], "auto-advance is off"
    settled(page)
    assert decisions.of_round(served.place.round).verdicts[order[3]] == "accepted"


@pytest.mark.thorough
def test_the_enlarged_view_goes_on_from_a_picture_that_the_filter_hides(page: Any):
    order = shown(page)
    show_only(page, "undecided")
    page.focus(f"[data-id='{order[1]}'] .tile-face")
    page.keyboard.press("Space")
    page.click(".lightbox [data-action=accept]")
    page.wait_for_selector(f".tile[data-id='{order[1]}']", state="hidden")
    page.click(".lightbox [aria-label^='Next image']")
    expect(page.locator(".lightbox-place")).to_have_text("2 of 179")
    assert focused(page) == order[2]
    page.click(".lightbox [data-action=reject]")
    page.wait_for_selector(f".tile[data-id='{order[2]}']", state="hidden")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".lightbox-place")).to_have_text("1 of 178")
    assert focused(page) == order[0]


def test_order_and_size_are_kept_in_this_browser(page: Any, served: Served):
    studio = served.place.studio
    candidates = {one.id: one for one in studio.store.candidates.of_round(served.place.round)}
    page.click(".desk-view")
    page.select_option(".desk-order select", "similarity_anchor")
    order = shown(page)
    likeness = [candidates[identity].similarity_anchor for identity in order]
    assert likeness == sorted(likeness, reverse=True)
    assert len(order) == 180
    page.click(".desk-turn")
    assert shown(page)[0] == min(candidates.values(), key=lambda one: one.similarity_anchor).id
    before = shown(page)
    page.fill(".desk-size input", "200")
    page.keyboard.press("Escape")
    page.wait_for_selector(".desk-panel:popover-open", state="hidden")
    width = page.locator(".grid .tile:visible >> nth=0").bounding_box()["width"]
    assert 200 <= width < 300
    page.reload()
    page.wait_for_selector("html[data-studio=ready]")
    page.wait_for_selector(".grid[data-flat] .tile:visible")
    assert shown(page) == before
    assert page.locator(".grid .tile:visible >> nth=0").bounding_box()["width"] == width
    page.click(".desk-view")
    page.select_option(".desk-order select", "priority")
    page.keyboard.press("Escape")
    assert len(shown(page)) == 180
    heads = page.locator(".group .group-head:visible").count()
    assert heads == 18, "each image is back at its test prompt"
    expect(page.locator(".flat-list .tile")).to_have_count(0)


@pytest.mark.thorough
def test_the_enlarged_view_turns_zooms_and_goes_on(page: Any, served: Served):
    order = shown(page)
    page.locator(".tile-face").first.focus()
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('.lightbox .stage img')?.naturalWidth > 0")
    assert page.inner_text(".lightbox-place") == "1 of 180"
    assert page.locator(".lightbox [title^='Previous']").is_disabled()
    page.click(".lightbox [title^='Next']")
    assert page.inner_text(".lightbox-place") == "2 of 180"
    page.keyboard.press("a")
    assert page.inner_text(".lightbox-place") == "3 of 180", "auto-advance holds here too"
    settled(page)
    decisions = served.place.studio.store.decisions
    assert decisions.of_round(served.place.round).accepted == (order[1],)
    frame = page.locator(".lightbox .zoom-frame").bounding_box()
    page.mouse.move(frame["x"] + 0.25 * frame["width"], frame["y"] + 0.25 * frame["height"])
    for _ in range(4):
        page.mouse.wheel(0, -100)
    page.wait_for_selector(".zoom-frame[data-zoomed]")
    large = page.locator(".lightbox .stage").bounding_box()
    assert large["width"] == pytest.approx(frame["width"] * 1.2**4, rel=0.01)
    held = (frame["x"] + 0.25 * frame["width"] - large["x"]) / large["width"]
    assert held == pytest.approx(0.25, abs=0.01), "the point under the pointer stays"
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.25 * frame["width"] - 20, frame["y"] + 0.25 * frame["height"], steps=4)
    page.mouse.up()
    assert page.locator(".lightbox .stage").bounding_box()["x"] == pytest.approx(large["x"] - 20, abs=1)
    page.keyboard.press("z")
    page.wait_for_selector(".zoom-frame:not([data-zoomed])")
    page.keyboard.press("z")  # the picture has 48 pixels
    assert page.locator(".lightbox .stage").bounding_box()["width"] == pytest.approx(48, abs=1)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.lightbox", state="hidden")
    assert focused(page) == order[2]


def test_pictures_references_and_other_rounds_are_compared(watched: Watched, served: Served):
    studio, place = served.place.studio, served.place
    child = studio.branch(place.round)
    train(studio, child.id)
    draw(studio, child.id)
    page = watched.open(f"{served.url()}&round={place.round}")
    page.wait_for_selector(".tile")
    order = shown(page)
    page.locator(".tile-face").first.focus()
    page.keyboard.press("c")
    page.wait_for_selector(".lightbox figure >> nth=1")
    other_by_keys(page)
    four_beside_each_other(page, {one.picture.id for one in studio.same_seed_elsewhere(order[0])})
    the_selected_ones(page, order[3:6])
    page.keyboard.press("a")  # on the picture that is shown, not on all that are selected
    settled(page)
    assert len(studio.store.decisions.of_round(place.round).accepted) == 1


def other_by_keys(page: Any) -> None:
    """Another picture is chosen beside it, and the focus stays on the list: the next key is no verdict."""
    for chosen in ("Same seed, Round 2", "Reference"):
        page.focus(".compare-source")
        page.select_option(".compare-source", label=chosen)
        page.wait_for_function(
            "(words) => document.activeElement.matches('.compare-source') &&"
            " document.activeElement.selectedOptions[0].label === words",
            arg=chosen,
        )


def four_beside_each_other(page: Any, same: set[str]) -> None:
    expect(page.locator(".lightbox figure")).to_have_count(2)
    offered = page.locator(".compare-source option").all_inner_texts()
    assert offered[0] == "Reference"
    assert offered[1] == "Same seed, Round 2"
    assert len(offered) == 2 + 9, "the other images of the test prompt too"
    page.click(".compare-bar >> text=Add")
    page.click(".compare-bar >> text=Add")
    page.wait_for_selector(".lightbox figure >> nth=3")
    assert page.locator(".compare-bar >> text=Add").is_disabled()
    other = page.locator(".lightbox figure >> nth=2").locator("img").get_attribute("src")
    assert any(identity in str(other) for identity in same)
    page.keyboard.press("ArrowRight")  # the other round follows the seed
    page.wait_for_function(
        "(was) => document.querySelectorAll('.lightbox figure')[2]?.querySelector('img').getAttribute('src')"
        " !== was",
        arg=other,
    )
    page.wait_for_selector(".compare-bar >> text=Add >> visible=true")
    page.click(".compare-bar >> text=Add")  # one of the others is now the enlarged one: there is room again
    page.wait_for_selector(".lightbox figure >> nth=3")
    page.hover(".lightbox .zoom-frame >> nth=0")
    page.mouse.wheel(0, -100)
    page.wait_for_function("document.querySelectorAll('.zoom-frame[data-zoomed]').length === 4")
    page.keyboard.press("z")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.lightbox", state="hidden")


def the_selected_ones(page: Any, chosen: list[str]) -> None:
    for identity in chosen:
        page.click(f"[data-id='{identity}'] .tile-face", modifiers=["Shift"])
    page.keyboard.press("c")
    page.wait_for_selector(".lightbox figure >> nth=2")
    pictures = page.locator(".lightbox figure .stage > img")
    sources = [str(pictures.nth(place).get_attribute("src")) for place in range(pictures.count())]
    assert all(any(identity in source for source in sources) for identity in chosen)
