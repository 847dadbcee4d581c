"""A person corrects which pictures are copies of the reference, in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from gal_studio.core.types import CHANCE
from tests.ui.browser.brush.brushing import settled
from tests.ui.browser.menus import number_of, show_only
from tests.ui.conftest import Served, Watched, until

pytestmark = pytest.mark.browser


def flags(served: Served) -> dict[str, str]:
    studio = served.place.studio
    return {one.id: one.overfit_by for one in studio.store.candidates.of_round(served.place.round)}


def test_a_key_marks_a_picture_as_a_copy_and_takes_it_back(page: Page, served: Served):
    before = flags(served)
    plain = next(name for name, by in before.items() if not by)
    tile = page.locator(f".tile[data-id='{plain}']")
    count = number_of(page, "copies")
    tile.locator(".tile-face").focus()
    page.keyboard.press("l")
    expect(tile).to_have_attribute("data-copy", "person")
    expect(tile.locator(".tile-face")).to_have_attribute("aria-label", re.compile("as you marked"))
    assert number_of(page, "copies") != count
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


@pytest.mark.thorough
def test_the_enlarged_picture_says_who_calls_it_a_copy(page: Page, served: Served):
    before = flags(served)
    copy = next(name for name, by in before.items() if by)
    page.locator(f".tile[data-id='{copy}'] .tile-face").focus()
    page.keyboard.press("Space")
    button = page.locator(".lightbox [data-action=copy]")
    expect(button).to_have_text("Not a copy")
    facts = page.locator(".lightbox-facts")
    copies = re.search(r"\d+ of 10", facts.inner_text())
    assert copies
    button.click()
    expect(button).to_have_text("Mark as a copy")
    expect(facts).to_contain_text("not a copy, as you marked")
    expect(facts).not_to_contain_text(copies[0])
    expect(page.locator(".lightbox figcaption").first).to_have_text("This image")
    expect(page.locator(f".tile[data-id='{copy}']")).not_to_have_attribute("data-copy", before[copy])
    settled(page)
    assert flags(served)[copy] == ""


@pytest.mark.thorough
def test_a_selection_is_marked_at_once(page: Page, served: Served):
    before = flags(served)
    chosen = [name for name, by in before.items() if not by][:2]
    for name in chosen:
        page.locator(f".tile[data-id='{name}'] .tile-face").click(modifiers=["Control"])
    page.keyboard.press("l")
    until(lambda: all(flags(served)[name] == "person" for name in chosen))
    for name in chosen:  # the page must know it, too, before the next key
        expect(page.locator(f".tile[data-id='{name}']")).to_have_attribute("data-copy", "person")
    copy = next(name for name, by in before.items() if by)
    page.locator(f".tile[data-id='{copy}'] .tile-face").click(modifiers=["Control"])
    page.keyboard.press("l")  # all are like the reference: now none is
    until(lambda: not any(flags(served)[name] for name in [*chosen, copy]))
    page.keyboard.press("Control+z")  # all of it is one step
    expect(page.locator(".toast", has_text="Undid: mark 3 images")).to_be_visible()
    assert flags(served) == before | dict.fromkeys(chosen, "person")
    expect(page.locator(f".tile[data-id='{copy}']")).to_have_attribute("data-copy", before[copy])


@pytest.mark.thorough
def test_a_mark_is_announced_undone_and_redone_and_the_picture_stays_under_the_eye(
    page: Page, served: Served
):
    before = flags(served)
    groups = "(all) => all.map((one) => one.dataset.anchor)"
    order = page.eval_on_selector_all(".group", groups)
    suggested = page.get_attribute(".tile[data-suggested] >> nth=0", "data-id")
    plain = f".group:has([data-id='{suggested}']) .tile:not([data-copy]):not([data-suggested])"
    name = page.get_attribute(f"{plain} >> nth=0", "data-id")
    tile = page.locator(f".tile[data-id='{name}']")
    tile.locator(".tile-face").focus()
    place = tile.bounding_box()
    page.keyboard.press("l")
    expect(page.locator(".toast[role=status]", has_text="Marked as a copy")).to_be_visible()
    settled(page)
    expect(page.locator(f".group:has([data-id='{name}']) .copies")).to_contain_text("6 of 10")
    assert page.eval_on_selector_all(".group", groups) == order, "no row jumps away"
    assert tile.bounding_box() == place
    assert page.evaluate("document.activeElement.closest('.tile')?.dataset.id") == name
    page.keyboard.press("Control+z")
    expect(page.locator(".toast", has_text="Undid: mark")).to_be_visible()
    assert flags(served) == before
    assert tile.get_attribute("data-copy") is None, "it is told when it is seen"
    page.keyboard.press("Control+y")
    expect(tile).to_have_attribute("data-copy", "person")
    assert flags(served) == before | {name: "person"}
    page.keyboard.press("ArrowDown")  # moving on puts the rows into their order
    page.wait_for_function(
        "() => [...document.querySelectorAll('.group .rank')].every((one, at) =>"
        " one.textContent === String(at + 1) || one.textContent === '·')"
    )
    assert page.evaluate("document.activeElement.matches('.tile[data-ring] .tile-face')")


@pytest.mark.thorough
def test_a_filter_that_hides_a_marked_picture_leads_on_to_the_next(page: Page):
    show_only(page, "copies")
    shown = page.eval_on_selector_all(".tile:not([hidden])", "(all) => all.map((one) => one.dataset.id)")
    page.focus(f"[data-id='{shown[0]}'] .tile-face")
    page.keyboard.press("l")
    page.wait_for_selector(f"[data-id='{shown[0]}']", state="hidden")
    assert page.evaluate("document.activeElement.closest('.tile')?.dataset.id") == shown[1]


@pytest.mark.thorough
def test_undo_in_another_round_leaves_the_marks_of_this_one(watched: Watched, served: Served):
    second = served.place.studio.next_round(served.place.round).id
    before = flags(served)
    page = watched.open(f"{served.url()}&round={served.place.round}")
    for name in [name for name, by in before.items() if not by][:2]:
        page.locator(f".tile[data-id='{name}'] .tile-face").click(modifiers=["Control"])
    page.keyboard.press("l")
    settled(page)
    page.click(".chip-round:has(.chip-name:text-is('Round 2'))")
    page.wait_for_url(f"**round={second}**")
    page.keyboard.press("Control+z")
    expect(page.locator(".toast", has_text="nothing to undo")).to_be_visible()
    assert flags(served) != before
    page.go_back()
    page.wait_for_selector(".tile[data-copy=person]")
    page.keyboard.press("Control+z")
    expect(page.locator(".tile[data-copy=person]")).to_have_count(0)
    assert flags(served) == before


@pytest.mark.thorough
def test_another_tab_shows_it(page: Page, served: Served):
    plain = next(name for name, by in flags(served).items() if not by)
    served.place.studio.mark_copies([plain], True)
    expect(page.locator(f".tile[data-id='{plain}']")).to_have_attribute("data-copy", "person")


def test_what_marks_change_of_others_is_shown_before_it_counts_and_undone_with_them(
    watched: Watched, served: Served
):
    studio, round_id = served.place.studio, served.place.round
    drawn = studio.store.candidates.of_round(round_id)
    for place, one in enumerate(drawn):
        studio.store.candidates.add_scores(one.id, {CHANCE: 0.02 + 0.96 * place / len(drawn)})
    page = watched.open(served.url())
    page.wait_for_selector(".tile")
    before = flags(served)
    note = page.locator(".mark-note")
    expect(note).to_be_hidden()
    for one in drawn[:2]:
        page.locator(f".tile[data-id='{one.id}'] .tile-face").click(modifiers=["Control"])
    page.keyboard.press("l")
    expect(note).to_contain_text("With your 2 marks applied to all images")
    marked = {**before, **dict.fromkeys((drawn[0].id, drawn[1].id), "person")}
    settled(page)
    assert flags(served) == marked, "no other image changes"
    others = studio.mark_effect(round_id).copies
    page.keyboard.press("Escape")
    note.get_by_role("button", name="Look").click()
    expect(page.locator(".tile:not([hidden])")).to_have_count(len(others))
    page.keyboard.press("Escape")
    note.get_by_role("button", name="Apply to all").click()
    expect(note).to_be_hidden()
    settled(page)
    assert {name for name, by in flags(served).items() if by != marked[name]} == {*others}
    page.keyboard.press("Control+z")
    expect(note).to_be_visible()
    assert flags(served) == marked
    page.keyboard.press("Control+z")
    expect(note).to_be_hidden()
    assert flags(served) == before
