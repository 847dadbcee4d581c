"""Prompts that a vision-language model proposes, in a real Chromium."""

import pytest

from tests.features.proposed_captions.caption_server import chat, in_turn, serving
from tests.ui.browser.reference.test_unfinished_form import file, noise, opened
from tests.ui.conftest import Served, Watched
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser

SAID = ("<think>hm</think>A teapot on a beach.", "I'm sorry, but I can't help with that.", "Caption: A pot.")


def test_what_is_no_caption_is_said_at_its_image(watched: Watched, served: Served):
    page = opened(watched, served)
    page.set_input_files("input[data-part=file]", [file(f"pot-{i}.png", noise(i)) for i in range(3)])
    page.click(".propose-prompts")
    with serving(in_turn(*map(chat, SAID))) as (address, _):
        page.fill("[name=server]", address)
        page.click("[data-answer=propose]")
        page.wait_for_selector("li:has-text('pot-2.png'):has-text('Proposed: “A pot”')")
    refused = page.locator("li:has-text('pot-1.png') .proposal")
    assert "The model refused (“I'm sorry, but I can't help with that.”)" in refused.inner_text()
    assert not refused.get_by_role("button", name="Use").is_visible()
    refused.get_by_role("button").click()
    refused.wait_for(state="hidden")


PROPOSAL = "Proposed: “A teapot on a beach”"


def test_a_proposal_counts_only_once_it_is_used(watched: Watched, served: Served):
    page = opened(watched, served)
    page.check("input[name=kind][value=object]")
    page.set_input_files("input[data-part=file]", [file(f"pot-{i}.png", noise(i)) for i in range(3)])
    page.fill(".reference-set [data-part=trigger]", "<dotty>")
    page.fill("[aria-label='What pot-0.png shows']", "A <dotty> teapot in the snow")
    page.click(".propose-prompts")
    page.fill("[name=server]", "http://127.0.0.1:9/v1")
    page.click("[data-answer=propose]")
    page.wait_for_selector(".toast:has-text('cannot be reached')")  # and the question stays
    with serving(chat("This image shows a <dotty> teapot on a beach.")) as (address, asked):
        page.fill("[name=server]", address)
        page.click("[data-answer=propose]")
        page.wait_for_selector(f"li:has-text('pot-2.png'):has-text('{PROPOSAL}')")
    assert len(asked) == 2 and page.locator(".proposal:visible").count() == 2
    assert page.input_value("[aria-label='What pot-1.png shows']") == ""
    page.click("[aria-label='Use the proposal for pot-1.png']")
    page.click("[aria-label='Dismiss the proposal for pot-2.png']")
    assert page.locator(".proposal:visible").count() == 0
    assert page.input_value("[aria-label='What pot-1.png shows']") == "A teapot on a beach"
    assert page.input_value("[aria-label='What pot-2.png shows']") == ""
    page.set_viewport_size({"width": 390, "height": 844})
    action, field = (page.locator(of).bounding_box() for of in (".propose-prompts", "[data-part=prompt]"))
    assert action["y"] >= field["y"] + field["height"]  # not over the field or its name
    page.click(".propose-prompts")
    assert page.input_value("[name=server]") == address  # as it was used last
