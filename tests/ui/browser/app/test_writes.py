"""What a person has decided is kept in a real Chromium, also while the studio is away or the page goes."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.features.needed import needs_refine
from tests.ui.access.gates import FULL, Gate, refuse
from tests.ui.browser.app.late_answers import before_changes
from tests.ui.browser.brush.brushing import opened, pair_opened, settled, stroke
from tests.ui.conftest import Served, Watched, finished_workspace, until
from tests.ui.seeded_refinement import pairs_made

__all__ = ["finished_workspace"]  # all images: so many are counted here

pytestmark = pytest.mark.browser

ACCEPTED = ".tile[data-verdict=accepted]"


def rounds_page(watched: Watched, served: Served) -> Any:
    page = watched.open(f"{served.url()}&round={served.place.round}")
    page.wait_for_selector(".tile")
    return page


def accept(page: Any, count: int) -> None:
    for _ in range(count):
        page.keyboard.press("ArrowRight")
        page.keyboard.press("a")


def accepted(served: Served) -> int:
    return len(served.place.studio.store.decisions.of_round(served.place.round).accepted)


def only_connection_problems(watched: Watched) -> None:
    """The browser itself complains of requests that were not answered."""
    watched.complaints[:] = [
        line for line in watched.complaints if "net::ERR" not in line and "Failed to fetch" not in line
    ]


@pytest.mark.parametrize("away", [False, True], ids=["reloaded", "left"])
def test_what_waits_when_the_page_goes_is_kept(watched: Watched, served: Served, away: bool):
    studio = served.place.studio
    gate = before_changes(studio)
    page = rounds_page(watched, served)
    gate.close()
    accept(page, 8)
    assert gate.reached.wait(60)
    if away:
        page.goto("about:blank")
    else:
        page.reload()
    gate.open()
    until(lambda: accepted(served) == 8)
    assert len(studio.store.decisions.log(served.place.round)) == 8
    if not away:
        page.wait_for_function(f"document.querySelectorAll('{ACCEPTED}').length === 8")


def questions(page: Any) -> list[str]:
    """What the browser asks before the page goes; the answer is yes."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.mouse.click(5, 5)  # without a touch of the person the browser does not ask
    return asked


@pytest.mark.thorough
def test_the_person_is_asked_before_what_waits_for_an_absent_studio_is_left(watched: Watched, served: Served):
    page = rounds_page(watched, served)
    asked = questions(page)
    page.context.set_offline(True)
    accept(page, 3)
    page.wait_for_selector("[data-part=kept]:text-is('3 changes not saved yet')")
    expect(page.locator(ACCEPTED)).to_have_count(3)
    assert accepted(served) == 0
    page.goto("about:blank")
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    rounds_page(watched, served)
    until(lambda: accepted(served) == 3)
    settled(page)
    page.goto("about:blank")
    assert asked == ["beforeunload"], "nothing waits any more"
    only_connection_problems(watched)


@pytest.mark.thorough
def test_more_than_a_browser_sends_for_a_page_that_is_gone_is_left_to_the_next_one(
    watched: Watched, served: Served
):
    studio = served.place.studio
    gate = before_changes(studio)
    page = rounds_page(watched, served)
    asked = questions(page)
    gate.close()
    click_all = "for (const tile of document.querySelectorAll('.tile')) tile.firstChild.click()"
    page.evaluate(f"for (let turn = 0; turn < 3; turn += 1) {click_all}")
    assert gate.reached.wait(60)
    page.reload()
    assert asked == ["beforeunload"]
    gate.open()
    until(lambda: len(studio.store.decisions.log(served.place.round)) == 3 * 180, seconds=240)
    assert accepted(served) == 180


@needs_refine
@pytest.mark.thorough
def test_paint_of_a_moment_ago_is_kept_when_the_page_goes(watched: Watched, served: Served):
    node = pairs_made(served.place.studio, served.place.round)
    page = opened(watched, served, node)
    pair_opened(page, 0)
    page.evaluate("window.setTimeout = () => 0")  # the pause after a stroke never ends
    stroke(page, ".pair-view .brush-layer", [(0.2, 0.3), (0.8, 0.3)])
    page.goto("about:blank")
    until(lambda: bool(served.place.studio.store.refinements.paintings.newest(node)))


@pytest.mark.races
@pytest.mark.thorough
def test_a_refused_decision_is_taken_back_whatever_poll_was_on_its_way(watched: Watched, served: Served):
    studio = served.place.studio
    gate = Gate(studio.queue_view)
    studio.queue_view = gate  # type: ignore[method-assign]
    studio.decide = refuse  # type: ignore[method-assign]
    page = rounds_page(watched, served)
    gate.close()
    assert gate.reached.wait(60), "a poll is on its way"
    accept(page, 1)
    page.wait_for_selector(f".toast[data-tone=error]:has-text('{FULL}')")
    expect(page.locator(ACCEPTED)).to_have_count(1)
    gate.open()
    page.wait_for_selector(ACCEPTED, state="detached")
    settled(page)


@pytest.mark.races
@pytest.mark.thorough
def test_a_button_means_the_round_in_which_it_was_pressed(watched: Watched, served: Served):
    studio, first = served.place.studio, served.place.round
    child = studio.next_round(first).id
    suggested = {one.candidate_id for one in studio.proposal(first).suggestions}
    gate = before_changes(studio)
    page = rounds_page(watched, served)
    gate.close()
    accept(page, 2)
    assert gate.reached.wait(60)
    page.click("[data-action=accept]")
    page.click(f".chip-round[data-round='{child}']")
    page.wait_for_selector(f".chip-round[data-round='{child}'][aria-current]")
    gate.open()
    until(lambda: len(studio.store.decisions.of_round(first).accepted) > 2)
    settled(page)
    assert suggested & {*studio.store.decisions.of_round(first).accepted}
    assert page.evaluate("new URL(location.href).searchParams.get('round')") == child
