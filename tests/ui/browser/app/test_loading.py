"""What the page shows before it knows: files that do not arrive, counts that are not known, lost pictures."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.ui.conftest import Served, Watched, finished_workspace, first_page
from tests.ui.seeded import measure

__all__ = ["finished_workspace"]  # all images: so many are counted here

pytestmark = pytest.mark.browser
CALLS = re.compile(r"/component_server")


def is_poll(route: Route) -> bool:
    return '"known"' in (route.request.post_data or "")


def test_files_that_do_not_arrive_are_told_with_a_way_out(window: Any, served: Served) -> None:
    page: Page = first_page(window, served.address)
    page.route("**/studio.js", lambda route: route.abort())
    page.goto(served.url())
    told = page.get_by_role("alert")
    expect(told).to_contain_text("Some files failed to load.")
    page.unroute_all()
    told.get_by_role("button", name="Reload").click()
    page.wait_for_selector(".tile")
    expect(told).to_have_count(0)


@pytest.mark.thorough
@pytest.mark.parametrize("step", ["rounds", "results", "reference"])
def test_nothing_is_counted_or_missed_before_it_is_known(watched: Watched, served: Served, step: str) -> None:
    measure(served.place.studio, served.place.round)
    held: list[Route] = []
    page = watched.page
    known = False
    page.route(CALLS, lambda route: route.continue_() if known or not is_poll(route) else held.append(route))
    page.goto(served.url(step))
    shown = {"rounds": ".empty-grid", "results": ".results > .loading", "reference": ".open-project .loading"}
    page.wait_for_selector(f"{shown[step]}:has-text('Loading')")
    screen = page.inner_text(f".studio.step.{step}")
    assert step == "reference" or not re.search(r"\d", screen), screen
    assert "appear" not in screen and "No " not in screen, screen
    known = True
    held[0].continue_()
    loaded = {"rounds": ".filter-button:text-is('All 180')", "results": ".results-table tbody tr"}
    page.wait_for_selector(loaded.get(step, ".open-project .plates img"))
    expect(page.locator(shown[step])).to_be_hidden()


@pytest.mark.thorough
def test_no_round_is_mixed_with_the_one_that_was_left(watched: Watched, served: Served) -> None:
    studio, first = served.place.studio, served.place.round
    studio.accept_suggestion(first)
    second = studio.next_round(first).id
    page = watched.open(f"{served.url()}&round={first}")
    page.wait_for_selector(".tile")
    page.wait_for_selector("[data-part=actions] button:visible")
    chips, bar = "[data-part=strip] .chip-note", "[data-part=actions] button:visible"
    accepted = page.inner_text(f"{chips} >> nth=1")
    names = page.eval_on_selector_all(bar, "all => all.map((one) => one.dataset.action)")
    held: list[Route] = []
    known = False
    page.route(CALLS, lambda route: route.continue_() if known or not is_poll(route) else held.append(route))
    page.click(f".chip-round[data-round='{second}']")
    page.wait_for_selector(".view.map[data-loading]")
    assert page.inner_text(f"{chips} >> nth=1") == accepted
    assert page.eval_on_selector_all(bar, "all => all.map((one) => one.dataset.action)") == names
    expect(page.locator(f"{bar}[data-action]:enabled")).to_have_count(0)
    expect(page.locator(".view.map .empty")).to_be_hidden()
    page.click(f".chip-round[data-round='{first}']")
    assert page.inner_text(f"{chips} >> nth=1") == accepted
    known = True
    for one in held:
        one.continue_()
    page.wait_for_selector(".tile")
    page.wait_for_selector(".view.map:not([data-loading])")
    assert page.inner_text(f"{chips} >> nth=1") == accepted


def test_lost_pictures_come_back_by_themselves(watched: Watched, served: Served) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort() if len(lost) < 40 else route.continue_()

    page = watched.page
    page.route("**/thumb/**", lose)
    page.goto(served.url())
    page.wait_for_selector(".tile")
    while len(lost) < 40:
        page.wait_for_timeout(20)  # routes are served while the page is waited for, not while Python sleeps
    page.wait_for_function(
        "[...document.querySelectorAll('.tile img')].filter((one) => one.complete && !one.naturalWidth)"
        ".length === 0"
    )
    watched.complaints[:] = [one for one in watched.complaints if "ERR_FAILED" not in one]
