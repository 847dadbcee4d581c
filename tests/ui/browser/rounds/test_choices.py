"""Overriding suggestions in a real Chromium: answered, replaced, logged, explained and weighed."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.brush.brushing import settled
from tests.ui.conftest import Served, until

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("figures")]


ACCEPT = "[data-action=accept]"


def test_another_picture_answers_and_leaving_out_brings_the_next_best(page: Any, served: Served):
    studio, round_id = served.place.studio, served.place.round
    made = {one.anchor_id: one.candidate_id for one in studio.proposal(round_id).suggestions}
    (first, suggested), (_, second), (_, third) = made.items()
    candidates = studio.store.candidates.of_round(round_id)
    other = next(c.id for c in candidates if c.anchor_id == first and c.id != suggested and not c.overfit)
    page.wait_for_selector(".suggestion-row")
    page.click(f"[data-id='{other}'] .tile-face")
    page.keyboard.press("p")
    page.wait_for_selector(".suggestion-row[data-verdict=answered] >> text=you chose another")
    row = ".suggestion-row:nth-child(2)"
    page.click(f"{row} .leave")
    page.wait_for_selector(f"{row}[data-verdict=open] >> text=the one you rejected >> visible=true")
    source = str(page.locator(f"{row} img").get_attribute("src"))
    assert second not in source
    settled(page)
    page.click(f"{ACCEPT}[data-next]")
    expect(page.locator(ACCEPT)).to_have_count(0)  # nothing is left to accept: it is in the menu
    page.wait_for_selector(f"{row}[data-verdict=accepted] .leave[title^='Reject, and suggest another']")
    assert "All 3 reviewed" in page.inner_text("[data-part=suggestion-note]")
    page.wait_for_selector("[data-action=next_round][data-next]")
    settled(page)
    accepted = studio.store.decisions.of_round(round_id).accepted
    assert accepted[0] == other
    assert third in accepted
    assert len(accepted) == 3
    page.click("[data-view=choices]")
    page.wait_for_selector(".choices-round >> text=you agreed in 2 of 4 (50%)")
    expect(page.locator(".choice")).to_have_count(2)
    page.fill(".choice-reason >> nth=0", "its colours")
    page.keyboard.press("Enter")
    settled(page)
    project = served.place.project
    reasons = [view.reason for one in studio.choices(project) for view in one.choices]
    assert "its colours" in reasons
    page.check(".choices-head input")
    page.wait_for_function("document.querySelectorAll('.choice').length === 4")
    with page.expect_download() as begun:
        page.click(".choices-links a >> nth=1")
    lines = begun.value.path().read_text().splitlines()
    assert len(lines) == 4
    assert begun.value.suggested_filename == "watercolour-cat-choices.jsonl"


@pytest.mark.thorough
def test_a_weight_is_set_by_hand(page: Any, served: Served):
    decisions = served.place.studio.store.decisions
    page.keyboard.press("?")
    page.get_by_label("After A or R, go to the next image").click()
    page.keyboard.press("Escape")
    page.wait_for_function("!document.activeElement.closest('dialog')")  # until then it has the keys
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(page.locator(".weight-field")).to_have_count(0)
    page.keyboard.press("a")
    page.fill(".weight-field input", "0,25")
    page.keyboard.press("Enter")
    until(lambda: list(decisions.of_round(served.place.round).weights.values()) == [0.25])
    page.wait_for_selector(".weight-field >> text=set by hand")
    page.fill(".weight-field input", "much")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast:has-text('The weight is “much”')")
    page.fill(".weight-field input", "")
    page.keyboard.press("Enter")
    until(lambda: decisions.of_round(served.place.round).weights == {})
    page.wait_for_selector(".weight-field span:text-is('Weight')")
