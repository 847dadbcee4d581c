"""Every screen in both themes and four sizes: axe-core finds nothing, nothing is cut off, keys alone do all.

axe-core comes with the page's other checks: `cd tools/web && npm ci`. It is not part of the studio.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.brush.brushing import settled
from tests.ui.browser.menus import further
from tests.ui.browser.walk import Walk, make_full
from tests.ui.conftest import WITH_GRID, Served, Watched
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import measure

__all__ = ["finished_workspace"]  # few images: all that is said of one holds for the others

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[3] / "tools" / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = (390, 844)
OTHERS = ((1024, 768), (720, 450), (2560, 1440))
HURTS = ("serious", "critical")
# what lies behind a dialog or menu was looked at before it opened
OPENED = "[...document.querySelectorAll('dialog[open], [popover=auto]:popover-open')].at(-1) ?? document"
# in the dark only the colours differ; `region`, a sixth of the time, never hurts more than moderately
RULES = """async ([dark, hurts]) => {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  const root = OPENED;
  const rules = { region: { enabled: false } };
  const options = { resultTypes: ["violations"], rules, ...(dark ? { runOnly: ["color-contrast"] } : {}) };
  return (await axe.run(root, options)).violations
    .filter(({ impact }) => hurts.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}`));
}""".replace("OPENED", OPENED)
# what stands partly outside of the window, or of a box that neither scrolls nor shortens its text with dots
CUT_OFF = """() => {
  const root = OPENED;
  const words = (node) => `${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 30)}`;
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  for (const node of document.querySelectorAll("*")) // no wheel brings it back
    if ((node.scrollTop || node.scrollLeft) && !/auto|scroll/.test(getComputedStyle(node).overflow))
      if (!node.matches("html, textarea, input")) found.push(`is scrolled, and cannot be: ${words(node)}`);
  const kinds = ".studio :is(button, a, input, select, h2, h3, p, label, td, th, dd)";
  for (const node of root.querySelectorAll(kinds)) {
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height || !node.checkVisibility({ opacityProperty: true })) continue;
    if (node.closest(".map, .zoom-frame, .tile-note, .brand")) continue;
    let free = true;
    for (let up = node.parentElement; up && free; up = up.parentElement) {
      const [style, outer] = [getComputedStyle(up), up.getBoundingClientRect()];
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) free = false;
      else if (/hidden|clip/.test(style.overflowX) && style.textOverflow !== "ellipsis")
        if (box.right > outer.right + 2 || box.left < outer.left - 2 || box.bottom > outer.bottom + 3)
          found.push(`cut off: ${words(node)}`);
      if (style.position === "fixed") break;
    }
    if (free && (box.right > innerWidth + 1 || box.left < -1 || box.bottom > innerHeight + 1 || box.top < -1))
      found.push(`outside of the window: ${words(node)}`);
  }
  return [...new Set(found)];
}""".replace("OPENED", OPENED)

# what a finger may miss: smaller than 24 pixels (WCAG 2.5.8); a field is pressed by its label, too
SMALL = """() => [...document.querySelectorAll(".studio :is(button, a, input, select, summary)")]
  .filter((node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .map((node) => [node, (node.closest("label") ?? node).getBoundingClientRect()])
  .filter(([, { width, height }]) => width && Math.min(width, height) < 24)
  .map(([node]) => `${node.tagName} ${node.className} ${node.ariaLabel ?? node.textContent.trim()}`)"""

# what Safari on a phone zooms into when it is touched
ZOOMED = """() => [...document.querySelectorAll("input, select, textarea")]
  .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 16)
  .map((node) => node.outerHTML.slice(0, 90))"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theme", "sizes"), [("light", [PHONE]), pytest.param("dark", OTHERS, marks=pytest.mark.thorough)]
)
def test_every_screen_suits_everyone(
    watched: Watched, served: Served, theme: str, sizes: list[tuple[int, int]]
):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: cd tools/web && npm ci")
    page, found = watched.page, []
    page.emulate_media(reduced_motion="reduce")
    for name in Walk(page, served, make_full(served, candidates=3)).screens():
        page.wait_for_selector("html[data-studio=ready]")
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE.read_text())
        hurts = page.evaluate(RULES, [theme == "dark", HURTS])
        found += [f"{name}, {theme}: {line}" for line in hurts]
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"innerWidth === {width}")
            found += [f"{name}, {width} x {height}: {line}" for line in page.evaluate(CUT_OFF)]
        page.set_viewport_size({"width": 1280, "height": 800})
    assert "\n".join(found) == ""


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))


def test_keys_alone_reach_the_grid_and_come_back_from_dialogs(page: Any, served: Served):
    page.focus("[data-part=queue]")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.tile-face')"):
            break
    first = page.get_attribute(".tile >> nth=0", "data-id")
    assert page.evaluate("document.activeElement.closest('.tile')?.dataset.id") == first
    page.keyboard.press("a")
    page.wait_for_selector(f"[data-id='{first}'][data-verdict=accepted]")
    before = focused(page)
    page.keyboard.press("?")
    page.wait_for_selector("dialog.help[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.help", state="hidden")
    assert focused(page) == before
    for opener, dialog in (
        ("[data-part=queue]", ".queue-list"),
        (".desk-view", ".desk-panel"),
        (".filter-button", ".filter-menu"),
        (".top-more", ".save-menu:has(.figures-button)"),
    ):
        page.focus(opener)
        before = focused(page)
        page.keyboard.press("Enter")
        page.wait_for_selector(f"{dialog}:is([open], :popover-open)")
        page.keyboard.press("Escape")
        page.wait_for_selector(dialog, state="hidden")
        assert focused(page) == before, opener
    for part, dialog in (("log", "dialog.log"), ("help", "dialog.help")):
        further(page, part)
        page.wait_for_selector(f"{dialog}[open]")
        page.keyboard.press("Escape")
        page.wait_for_selector(dialog, state="hidden")
        expect(page.locator(".top-more")).to_be_focused()
    assert not [line for line in page.evaluate(CUT_OFF) if line.startswith("is scrolled")]
    page.goto(served.url("results"))
    page.wait_for_selector(".results-table tbody tr")
    page.focus("[data-action=test-set]")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.test-set[open]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.test-set", state="hidden")
    assert page.evaluate("document.activeElement.dataset.action") == "test-set"


def test_a_finger_meets_every_target(chromium: Any, served: Served):
    measure(served.place.studio, served.place.round)
    for width, height in ((390, 844), (768, 1024)):
        device = chromium.new_context(
            viewport={"width": width, "height": height}, is_mobile=True, has_touch=True
        )
        device.set_default_timeout(60_000)
        device.add_init_script(WITH_GRID)
        page = device.new_page()
        for step, shown in (
            ("reference", ".open-project .plates img"),
            ("rounds", ".map .plot .point"),
            ("rounds&view=anchors", ".anchors tbody tr"),
            ("rounds&view=curves", ".view.curves .chart-title"),
            ("results", ".results-table tbody tr"),
        ):
            page.goto(served.url(step))
            page.wait_for_selector(shown)
            assert page.evaluate(SMALL) == [], f"{step}, {width} pixels wide"
            assert page.evaluate(ZOOMED) == [], f"{step}, {width} pixels wide"
            assert page.evaluate("document.documentElement.scrollWidth") == width
        device.close()


def test_a_phone_looks_enlarges_and_accepts(chromium: Any, served: Served):
    phone = chromium.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=3, is_mobile=True, has_touch=True
    )
    phone.set_default_timeout(60_000)
    phone.add_init_script(WITH_GRID)
    page = phone.new_page()
    page.goto(served.url())
    page.wait_for_selector(".tile")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    tile = page.locator(".tile >> nth=1")
    name = tile.get_attribute("data-id")
    tile.scroll_into_view_if_needed()
    tile.locator(".tile-face").tap()
    page.wait_for_selector("dialog.lightbox[open] .stage img")
    assert served.place.studio.store.decisions.of_round(served.place.round).accepted == (), (
        "a tap only shows it"
    )
    for button in ("accept", "close"):
        box = page.locator(f"dialog.lightbox [data-action={button}]").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844, button
    buttons = page.locator("dialog.lightbox .lightbox-buttons").bounding_box()
    assert buttons["height"] < 120, "the facts are seen above them"
    picture = page.locator("dialog.lightbox .stage img").bounding_box()
    assert picture["width"] > 340, "the image fills the width"
    page.tap("dialog.lightbox [data-action=accept]")
    page.wait_for_selector("dialog.lightbox [data-action=accept][aria-pressed=true]")
    page.tap("dialog.lightbox [data-action=close]")
    page.wait_for_selector(f".tile[data-id='{name}'][data-verdict=accepted]")
    settled(page)
    assert served.place.studio.store.decisions.of_round(served.place.round).accepted == (name,)
    phone.close()
