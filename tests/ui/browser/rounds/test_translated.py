"""A page that the browser translates: what it says stays true, and the original comes back."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser

# as browsers do it: each text gives way to two <font> with other words, now and whenever one comes or changes
TRANSLATED = """() => {
  const originals = new Map();
  const alone = (text) => text.parentElement?.closest("svg, script, style, font, textarea, [translate=no]");
  const turn = (text) => {
    if (!/\\S/.test(text.data) || !text.parentElement || alone(text)) return;
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    inner.textContent = text.data.toUpperCase();
    outer.append(inner);
    originals.set(outer, [text, text.data]);
    text.replaceWith(outer);
  };
  const within = (node) => {
    if (node instanceof Text) turn(node);
    else for (const one of [...node.childNodes]) within(one);
  };
  within(document.body);
  const watch = new MutationObserver((records) => {
    for (const { target, addedNodes } of records) [target, ...addedNodes].forEach(within);
  });
  watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  window.showOriginal = (fresh) => {
    watch.disconnect();
    for (const [outer, [text, words]] of originals)
      if (outer.isConnected) outer.replaceWith(fresh ? document.createTextNode(words) : text);
  };
}"""


def words(page: Any, selector: str) -> Any:
    return page.locator(f"{selector} >> nth=0")


@pytest.mark.parametrize("fresh", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_what_changes_changes_in_a_translated_page_too(page: Any, fresh: bool):
    page.wait_for_selector(".map .plot .point")
    shown = "[...document.querySelectorAll('.strip, .filters, .suggestion')].map((one) => one.innerText)"
    before = page.evaluate(shown)
    page.evaluate(TRANSLATED)
    chip = words(page, ".chip-round[aria-current] .chip-note")
    expect(chip).to_have_text("0 OF 3 ACCEPTED")
    page.keyboard.press("a")  # the first suggestion
    expect(chip).to_have_text("1 OF 3 ACCEPTED")
    row = words(page, ".suggestion-row")
    expect(row.locator(".verdict")).to_have_text("ACCEPTED")
    expect(words(page, ".filter-button")).to_contain_text("ALL 54")

    bar = words(page, ".selection-bar [role=status]")
    for number, words_of_it in ((3, "1 IMAGE SELECTED"), (4, "2 IMAGES SELECTED")):
        page.locator(f".tile-face >> nth={number}").click(modifiers=["Control"])
        expect(bar).to_have_text(words_of_it)
    page.keyboard.press("Escape")
    expect(bar).to_have_text("")  # a text that is no longer there leaves no translation
    page.keyboard.press("Control+z")
    expect(chip).to_have_text("0 OF 3 ACCEPTED")
    expect(row.locator(".verdict")).to_have_count(0)

    page.evaluate("(fresh) => showOriginal(fresh)", fresh)
    expect(chip).to_have_text("0 of 3 accepted")
    assert page.evaluate(shown) == before, "the same words, each once"
    page.keyboard.press("a")
    expect(chip).to_have_text("1 of 3 accepted")
