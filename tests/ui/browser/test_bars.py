"""Bars in their longest state: every filter, a selection, and words a third longer, as in German."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.browser.menus import show_only
from tests.ui.browser.test_everyone import CUT_OFF, SMALL
from tests.ui.browser.walk import make_full
from tests.ui.conftest import WITH_FIGURES, Served, Watched
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser

SIZES = ((1440, 900), (1280, 800), (1024, 768), (768, 1024), (390, 844))
BARS = """.top, .strip, .views-head, .filters, .selection-bar, .actions, .changes, .review-answers,
  .lightbox-bar, .lightbox-buttons, .card-head, .sheet-bar, .same-bar, .trial-form, .map-tools, .form-end,
  .brush-bar"""
# each word of a bar a third longer; those of elements that the page renders again stay so until then
LONGER = """(bars) => {
  for (const bar of document.querySelectorAll(bars)) {
    const walker = document.createTreeWalker(bar, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      if (text.parentElement.closest(".project, .skip, kbd, textarea, option")) continue;
      if (text.data.includes("\\u2007")) continue;
      const more = Math.ceil(text.data.trim().length / 3);
      if (/[a-z]{3}/i.test(text.data)) text.data = text.data.trimEnd() + "n".repeat(more) + "\\u2007";
    }
  }
}"""
OVERLAP = """(bars) => [...document.querySelectorAll(bars)].flatMap((bar) => {
  const all = [...bar.querySelectorAll("button, input, select, a")].filter(
    (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      && !node.parentElement.closest("button") && !node.closest("[popover], .skip"));
  const boxes = all.map((node) => node.getBoundingClientRect());
  return all.flatMap((node, i) => all.slice(i + 1).flatMap((other, j) => {
    const [a, b] = [boxes[i], boxes[i + 1 + j]];
    const over = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
      && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    const words = (one) => one.ariaLabel ?? one.textContent.trim();
    const isLaid = node.closest(".strip-chips, .map, label"); // over each other by design
    return over && !isLaid ? [`${bar.className}: ${words(node)} over ${words(other)}`] : [];
  }));
})"""


def states(page: Any, served: Served, second: str) -> Iterator[str]:
    """The screens, each with its bars as full as they get."""
    page.goto(f"{served.url()}&round={served.place.round}")
    page.wait_for_selector(".tile")
    page.wait_for_selector(".strip [data-part=branch]")
    show_only(page, "copies")
    tiles = page.locator(".tile-face:visible")
    for i in range(2):
        tiles.nth(i).click(modifiers=["Shift"])
    page.wait_for_selector(".selection-bar:not([hidden])")
    yield "a selection among the copies"
    page.goto(f"{served.url()}&round={second}")
    page.wait_for_selector(".changes:not([hidden]) img")
    yield "what the choice changed"
    page.click("[data-choice=candidates]")
    page.click("[data-view=trials]")
    yield "Try a prompt"
    page.focus(".tile-face >> nth=0")
    page.keyboard.press("h")
    page.wait_for_selector("dialog.lightbox[open]")
    page.keyboard.press("c")
    yield "an enlarged image beside another"
    page.goto(served.url("results"))
    page.wait_for_selector(".sheet .enlarge")
    yield "results"
    page.goto(served.url("reference"))
    page.wait_for_selector(".open-project:not([hidden]) .plates img")
    yield "the reference"


@pytest.mark.slow
def test_every_bar_has_room_for_its_longest_state(watched: Watched, served: Served):
    make_full(served, candidates=3)
    page, found = watched.page, []
    rounds = served.place.studio.rounds(served.place.project)
    second = next(one.id for one in rounds if one.name == "Round 2")
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script(WITH_FIGURES)
    page.goto(f"{served.url()}&round={second}")
    page.wait_for_selector(".strip .chip-round[aria-current]")
    for width, height in SIZES[:3]:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"innerWidth === {width}")
        hidden = page.locator(".strip-chips").evaluate("(one) => one.scrollWidth - one.clientWidth")
        found += [f"rounds, {width}: {hidden} pixels are hidden"] if hidden > 0 else []
    for name in states(page, served, second):
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"innerWidth === {width}")
            page.evaluate(LONGER, BARS)
            found += [
                f"{name}, {width}: {line}"
                for line in page.evaluate(CUT_OFF) + page.evaluate(SMALL) + page.evaluate(OVERLAP, BARS)
            ]
        page.set_viewport_size({"width": 1280, "height": 800})
    assert "\n".join(found) == ""
