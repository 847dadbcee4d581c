"""Where nothing is suggested, the Rounds screen has a shortlist to choose from with one key."""

from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.studio.views.words.shortlist import WORTH_PLAIN, worth_words
from tests.ui.browser.menus import switch_figures
from tests.ui.conftest import Served, Watched, first_page
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import measure

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


def all_clean(served: Served) -> None:
    """No image is a copy any more, so that nothing is suggested."""
    studio, round_id = served.place.studio, served.place.round
    copies = [tile.candidate.id for tile in studio.round_view(round_id).candidates if tile.candidate.overfit]
    studio.mark_copies(copies, False)


def test_a_round_without_suggestions_opens_with_what_looks_right(window: Any, served: Served):
    all_clean(served)
    page = first_page(window, served.address, with_grid=False)
    page.goto(served.url("rounds"))
    page.wait_for_selector(".review-end h2:text-is('Nothing to suggest: all is well')")
    assert "may be right. In All images, accept those that" in page.inner_text(".review-end p")
    expect(page.locator(".review-accepted img")).to_have_count(12)
    expect(page.locator(".rounds .columns:visible")).to_have_count(0)
    page.click("[data-answer=all]")
    expect(page.locator(".shortlist li")).to_have_count(12)


def test_s_accepts_the_first_of_the_shortlist_and_the_next_prompt_takes_its_place(
    watched: Watched, served: Served
):
    studio, round_id = served.place.studio, served.place.round
    all_clean(served)
    measure(studio, round_id)
    page = watched.open(served.url("rounds"))
    rows = page.locator(".shortlist li")
    expect(rows).to_have_count(12)
    first, second = (rows.nth(place).get_attribute("data-candidate") for place in (0, 1))
    page.keyboard.press("s")
    expect(rows.first).to_have_attribute("data-candidate", second)
    page.wait_for_selector(".save-state, :text('All changes saved')")
    assert studio.store.decisions.of_round(round_id).accepted == (first,)
    words = page.inner_text(".shortlist").replace("\N{NO-BREAK SPACE}", " ")
    assert "%" not in words
    assert "The best of " in words and "On the benchmark’s own prompts, the studio counts " in words
    assert WORTH_PLAIN in words
    switch_figures(page)
    page.wait_for_selector(".shortlist >> text=Copy risk")
    words = page.inner_text(".shortlist").replace("\N{NO-BREAK SPACE}", " ")
    assert "Left to gain on the benchmark: 17% (95% interval" in words
    assert worth_words() in words
    page.click(".shortlist button[aria-label^='Reject']")
    expect(rows.first).not_to_have_attribute("data-candidate", second)
