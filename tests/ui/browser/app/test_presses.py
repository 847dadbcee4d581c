"""Presses that meet a page in the middle of something, in a real Chromium."""

import pytest

from tests.features.needed import needs_refine
from tests.ui.access.gates import FULL, refuse
from tests.ui.browser.app.late_answers import Late, before_changes, in_one_task
from tests.ui.browser.brush.brushing import (
    EDGE,
    enlarged,
    mask_of,
    opened,
    pair_opened,
    settled,
    stroke,
)
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded_refinement import pairs_made

pytestmark = [pytest.mark.browser, pytest.mark.races]

PART = "dialog.lightbox .brush-layer"
CLOSED = "new Promise((done) => setTimeout(done, 100))"  # the browser has told of it by then


@pytest.mark.thorough
def test_a_stroke_goes_on_when_the_picture_loses_the_focus(watched: Watched, served: Served):
    page, candidate = enlarged(watched, served)
    page.keyboard.press("b")
    page.wait_for_selector(f"{PART}:focus")
    box = page.locator(PART).bounding_box()
    at = [(box["x"] + box["width"] * share, box["y"] + box["height"] * 0.5) for share in (0.2, 0.5, 0.8)]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=5)
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(*at[2], steps=5)
    page.mouse.up()
    page.keyboard.press("Enter")
    until(lambda: candidate in served.place.studio.store.decisions.of_round(served.place.round).masks)
    assert (mask_of(served, candidate)[EDGE // 2, EDGE // 4 : 3 * EDGE // 4] == 255).all()


@pytest.mark.thorough
def test_a_closing_that_is_told_late_leaves_the_focus_where_it_went(watched: Watched, served: Served):
    page, _ = enlarged(watched, served)
    in_one_task(page, "key('Escape'); document.querySelector('.suggestion-row .leave').focus();")
    page.evaluate(CLOSED)
    assert page.evaluate("document.activeElement.matches('.suggestion-row .leave')")


@needs_refine
@pytest.mark.thorough
def test_keys_after_a_pair_was_closed_are_not_its_brushs(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    page = opened(watched, served, node)
    pair_opened(page, 0)
    stroke(page, ".pair-view .brush-layer", [(0.2, 0.3), (0.8, 0.3)])
    page.wait_for_selector(".pair-kept:text-is('Saved')")
    in_one_task(page, "key('Escape'); key('z', { ctrlKey: true });")
    page.wait_for_selector("[aria-label^='Redo the correction']:enabled")
    settled(page)
    assert not studio.store.refinements.paintings.newest(node), "painted, and taken back once"
    assert page.evaluate("document.activeElement.matches('.pair-card')")


def test_a_chip_that_changes_under_the_mouse_is_clicked(watched: Watched, served: Served):
    studio = served.place.studio
    studio.next_round(served.place.round)
    page = watched.open(f"{served.url()}&round={served.place.round}")
    page.hover(".chip-round >> nth=2")
    page.mouse.down()
    chosen = studio.round_view(served.place.round).candidates[0].candidate.id
    studio.decide([chosen], "accepted")
    page.wait_for_selector(f".tile[data-id='{chosen}'][data-verdict=accepted]")
    page.mouse.up()
    page.wait_for_selector(".chip-round:nth-of-type(3)[aria-current]")
    page.wait_for_selector(".chip-note:has-text('1 accepted')")


@pytest.mark.thorough
def test_what_went_wrong_is_still_said_when_its_dialog_is_closed(watched: Watched, served: Served):
    studio = served.place.studio
    studio.decide = refuse  # type: ignore[method-assign]
    page, _ = enlarged(watched, served)
    page.keyboard.press("a")
    page.wait_for_selector(f".lightbox .toast:has-text('{FULL}')")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.lightbox", state="hidden")
    page.wait_for_selector(f".toast:has-text('{FULL}'):visible")


@pytest.mark.thorough
def test_a_button_of_an_enlarged_picture_is_clicked_while_its_part_is_kept(watched: Watched, served: Served):
    gate = before_changes(served.place.studio)
    page, candidate = enlarged(watched, served)
    gate.close()
    page.keyboard.press("b")
    page.wait_for_selector(PART)
    stroke(page, PART, [(0.3, 0.3), (0.6, 0.6)])
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-action=accept]:text('Accepted in part')")
    page.hover(".lightbox [data-action=close]")
    page.mouse.down()
    gate.open()
    page_modules = "import(document.querySelector('link[href$=\"/studio.js\"]').href)"
    mark = f"(id) => {page_modules}.then(({{ modules }}) => modules['app/store.js'].state.masks.get(id))"
    until(lambda: page.evaluate(mark, candidate) not in (None, "kept soon"))
    page.mouse.up()
    page.wait_for_selector("dialog.lightbox", state="hidden")


@pytest.mark.thorough
def test_a_project_is_opened_while_the_list_comes_again(watched: Watched, served: Served):
    page = watched.open(served.url("reference"))
    page.wait_for_selector(".project-row")
    page.click("[data-step=rounds]")
    answer = Late(page, "overview")
    page.click("[data-step=reference]")
    answer.wait()
    page.hover(".project-row")
    page.mouse.down()
    answer.come()
    page.mouse.up()
    page.wait_for_selector("html[data-step=rounds]")
