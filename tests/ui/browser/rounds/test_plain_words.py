"""The Rounds screen says in plain words what a prompt gives; a press shows the figures."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.menus import switch_figures
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import draw

pytestmark = pytest.mark.browser


def test_plain_words_come_first_and_figures_on_demand(page: Any, served: Served) -> None:
    row = page.locator(".suggestion-row").first
    plain, reason = row.locator(".suggestion-plain"), row.locator(".suggestion-reason")
    expect(plain).to_have_text("Sometimes a shoe, sometimes your cat. Suggested: this one.")
    said = served.place.studio.round_view(served.place.round).sentence
    assert said.endswith("test prompts gave both copies and good images. The 3 most uncertain are suggested.")
    expect(page.locator("p.suggestion-words")).to_have_text(said)
    expect(reason).to_be_hidden()
    group = page.locator(".group[data-chosen=yes]").first
    expect(group.locator(".facts .plain")).to_be_visible()
    expect(group.locator(".facts .entropy")).to_be_hidden()
    switch_figures(page)
    expect(page.locator("html")).to_have_attribute("data-figures", "shown")
    expect(reason).to_be_visible()
    expect(plain).to_be_hidden()
    expect(group.locator(".facts .entropy")).to_contain_text("uncertainty: high")
    page.reload()
    page.wait_for_selector("html[data-studio=ready]")
    expect(reason).to_be_visible()  # this browser keeps the choice
    switch_figures(page)
    expect(reason).to_be_hidden()
    row.click(position={"x": 200, "y": 10})
    page.get_by_role("button", name="Accept all suggestions").click()
    expect(page.locator(".suggestion-row .verdict").first).to_have_text("accepted")
    expect(plain).to_have_text("Sometimes a shoe, sometimes your cat.")


def test_a_long_prompt_gives_way_to_what_is_said_of_its_row(watched: Watched, served: Served) -> None:
    studio, round_id = served.place.studio, served.place.round
    studio.add_anchors(served.place.project, [f"A kite and {'a cloud and ' * 20}a tree {{}}"])
    draw(studio, round_id, studio.pool(round_id)[-1:])
    page = watched.open(served.url())
    row = page.locator(".group-head", has_text="A kite and a cloud").first
    row.scroll_into_view_if_needed()
    is_cut = "node => node.scrollWidth > node.clientWidth"
    assert row.locator(".prompt").evaluate(is_cut), "it ends in an ellipsis"
    assert not row.locator(".plain").evaluate(is_cut)
