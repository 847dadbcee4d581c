"""Where nothing is suggested, the Rounds screen has a shortlist to choose from with one key."""

import pytest
from playwright.sync_api import expect

from tests.ui.browser.menus import switch_figures
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import measure

pytestmark = pytest.mark.browser


def test_s_accepts_the_first_of_the_shortlist_and_the_next_prompt_takes_its_place(
    watched: Watched, served: Served
):
    studio, round_id = served.place.studio, served.place.round
    copies = [tile.candidate.id for tile in studio.round_view(round_id).candidates if tile.candidate.overfit]
    studio.mark_copies(copies, False)
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
    assert "The best of " in words and "On the benchmark, " in words and " show what was asked." in words
    assert "two more rounds gave more right images where images were chosen by eye" in words
    switch_figures(page)
    page.wait_for_selector(".shortlist >> text=Copy risk")
    words = page.inner_text(".shortlist").replace("\N{NO-BREAK SPACE}", " ")
    assert "Left to gain on the benchmark: 17% (95% interval" in words
    assert "59% if chosen by eye" in words
    page.click(".shortlist button[aria-label^='Skip']")
    expect(rows.first).not_to_have_attribute("data-candidate", second)
