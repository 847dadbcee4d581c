"""A person corrects which pictures are copies of the reference, in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.browser.refine.brushing import settled
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser


def started(watched: Watched, served: Served) -> Page:
    page = watched.open(served.url())
    page.wait_for_selector(".tile")
    return page


def flags(served: Served) -> dict[str, str]:
    studio = served.place.studio
    return {one.id: one.overfit_by for one in studio.store.candidates.of_round(served.place.round)}


def test_a_key_marks_a_picture_as_a_copy_and_takes_it_back(watched: Watched, served: Served):
    before = flags(served)
    page = started(watched, served)
    plain = next(name for name, by in before.items() if not by)
    tile = page.locator(f".tile[data-id='{plain}']")
    count = page.inner_text("[data-filter=copies]")
    tile.locator(".tile-face").focus()
    page.keyboard.press("l")
    expect(tile).to_have_attribute("data-copy", "person")
    expect(tile.locator(".tile-face")).to_have_attribute("aria-label", re.compile("as you marked"))
    assert page.inner_text("[data-filter=copies]") != count
    settled(page)
    assert flags(served) == {**before, plain: "person"}
    page.reload()
    expect(tile).to_have_attribute("data-copy", "person")
    tile.locator(".tile-face").focus()
    page.keyboard.press("l")
    expect(tile).not_to_have_attribute("data-copy", "person")
    settled(page)
    assert flags(served) == before
    assert served.place.studio.store.candidates.get(plain).marked_copy is None


def test_the_enlarged_picture_says_who_calls_it_a_copy(watched: Watched, served: Served):
    before = flags(served)
    page = started(watched, served)
    copy = next(name for name, by in before.items() if by)
    page.locator(f".tile[data-id='{copy}'] .tile-face").focus()
    page.keyboard.press("Space")
    button = page.locator(".lightbox [data-action=copy]")
    expect(button).to_have_text("Not a copy")
    button.click()
    expect(button).to_have_text("Mark as a copy")
    expect(page.locator(".lightbox-facts")).to_contain_text("not a copy, as you marked")
    expect(page.locator(".lightbox figcaption").first).to_have_text("This picture")
    expect(page.locator(f".tile[data-id='{copy}']")).not_to_have_attribute("data-copy", before[copy])
    settled(page)
    assert flags(served)[copy] == ""


def test_a_selection_is_marked_at_once(watched: Watched, served: Served):
    before = flags(served)
    page = started(watched, served)
    chosen = [name for name, by in before.items() if not by][:2]
    for name in chosen:
        page.locator(f".tile[data-id='{name}'] .tile-face").click(modifiers=["Shift"])
    page.keyboard.press("l")
    settled(page)
    assert {name: flags(served)[name] for name in chosen} == dict.fromkeys(chosen, "person")
    copy = next(name for name, by in before.items() if by)
    page.locator(f".tile[data-id='{copy}'] .tile-face").click(modifiers=["Shift"])
    page.keyboard.press("l")  # all are like the reference: now none is
    settled(page)
    assert not any(flags(served)[name] for name in [*chosen, copy])
    page.locator(".toast", has_text="not copies").get_by_text("Undo").click()
    settled(page)
    assert flags(served) == before | dict.fromkeys(chosen, "person")


def test_marks_are_taken_back_after_another_round_was_opened(watched: Watched, served: Served):
    second = served.place.studio.next_round(served.place.round).id
    before = flags(served)
    page = watched.open(f"{served.url()}&round={served.place.round}")
    for name in [name for name, by in before.items() if not by][:2]:
        page.locator(f".tile[data-id='{name}'] .tile-face").click(modifiers=["Shift"])
    page.keyboard.press("l")
    undo = page.locator(".toast", has_text="2 pictures marked").get_by_text("Undo")
    expect(undo).to_be_visible()
    page.click(".chip-round:has(.chip-name:text-is('Round 2'))")
    page.wait_for_url(f"**round={second}**")
    undo.click()
    settled(page)
    assert flags(served) == before
    expect(page.locator(".tile")).to_have_count(0)


def test_another_tab_shows_it(watched: Watched, served: Served):
    plain = next(name for name, by in flags(served).items() if not by)
    page = started(watched, served)
    served.place.studio.mark_copies([plain], True)
    expect(page.locator(f".tile[data-id='{plain}']")).to_have_attribute("data-copy", "person", timeout=15000)
