"""The third screen in a real Chromium."""

import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.ui.browser.menus import switch_figures
from tests.ui.conftest import Served, Watched
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import draw_held_back, go_on, measure

__all__ = ["finished_workspace"]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("figures")]

SCHEDULE = "strength 0.4 for 50% of steps, then 1"


def test_results_show_rounds_and_the_same_seed_and_fit_a_small_screen(watched: Watched, served: Served):
    studio = served.place.studio
    studio.accept_suggestion(served.place.round)
    page = watched.open(served.url("results"))
    page.wait_for_selector(".results-table tbody tr")
    page.wait_for_selector(".shelf-pictures img >> nth=2")
    expect(page.locator(".shelf-pictures img")).to_have_count(3)
    page.wait_for_selector(".same-row img")
    page.click(".results-table button:text('Download…')")
    with page.expect_download() as download:
        page.click(".exports a:text-is('The LoRA alone')")
    assert download.value.suggested_filename == "watercolour-cat-round-1.safetensors"
    page.click(".exports button:text-is('Close')")
    switch_figures(page)
    studio.rename_round(served.place.round, "The lines and colors of the cat alone")
    page.wait_for_selector(".results-table th:text-is('The lines and colors of the cat alone')")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("innerWidth === 390")
    table = page.locator(".table-scroll")
    assert table.evaluate("(node) => node.scrollWidth <= node.clientWidth"), "a phone shows all columns"
    studio.rename_round(served.place.round, "")
    switch_figures(page)
    studio.next_round(served.place.round)
    for _ in range(6):
        studio.branch(served.place.round)
    page.wait_for_selector(".results-table th:text-is('Round 2 (7)')")
    for width in (1280, 900):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"innerWidth === {width}")
        page.wait_for_function(f"document.documentElement.scrollWidth <= {width}")
        assert page.locator(".results-table th:text-is('Round 1')").bounding_box()["height"] < 50, "one line"


@pytest.mark.thorough
def test_a_measured_round_is_told_on_its_chip_in_curves_and_in_results(watched: Watched, served: Served):
    studio = served.place.studio
    measure(studio, served.place.round, copies=6)
    studio.accept_suggestion(served.place.round)
    second = go_on(studio, served.place.round)
    draw_held_back(studio, second)
    measure(studio, second, likeness=0.6, copies=3, by_schedule=0)
    page = watched.open(served.url("rounds"))
    chip = ".chip-round:has-text('Round 2')"
    page.wait_for_selector(f"{chip} .chip-gain:has-text('gain 100%') b:text('✓ +50')")
    switch_figures(page)
    expect(page.locator(f"{chip} .chip-gain")).to_be_hidden()
    switch_figures(page)
    expect(page.locator(f"{chip} .chip-best")).to_have_count(1)
    usual = page.viewport_size
    page.set_viewport_size({"width": 1024, "height": 768})
    page.wait_for_function("innerWidth === 1024")
    strip = page.locator(".strip-chips")
    assert strip.evaluate("(node) => node.scrollWidth <= node.clientWidth"), "two chips have room"
    page.set_viewport_size(usual)
    page.get_by_role("button", name="All images").click()
    page.click("[data-view=curves]")
    points = page.locator(".arms .scatterlayer .point")
    expect(points).to_have_count(3)
    expect(page.locator(".arms .textpoint")).to_have_text(["Base model", "Round 1", "★ Round 2"])
    box = points.nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".chip-round[aria-current]:has-text('Round 1')")
    page.click("[data-part=branch]")
    page.check(".what-if [value=worth]")
    page.click(".question:has-text('generates 2 rounds again') [data-answer=begin]")
    again = ".replay-list li:has-text('Nothing accepted')"
    page.wait_for_selector(f"{again}[data-state=working]")
    page.wait_for_selector(".strip-replay:text-is('Replay: 0 of 2 rounds')")
    page.click(f"{again}[data-state=working] button:text-is('Stop')")
    page.click(f"{again}[data-state=halted] button:text-is('Continue')")
    page.wait_for_selector(f"{again}[data-state=working]:has-text('0 of 2 rounds measured')")
    page.click(f"{again} button:text-is('Open')")
    page.wait_for_selector("[data-action=run]:disabled[title*='by itself']")
    page.click(
        ".replays:has-text('replays Watercolour cat: Nothing accepted') button:has-text('Open Watercolour')"
    )
    page.wait_for_selector(".arms .scatterlayer .point")
    page.click("[data-step=results]")
    page.wait_for_selector(f".results .verdict:has-text('Round 2 ({SCHEDULE}) is the best of 2')")
    said = page.inner_text(".results .verdict").replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "Prompt match: 24 of 24 images (Round 1, full strength: 12 of 24). Copies: 0 of 24 images (Round 1, "
        "full strength: 12 of 24)." in said
    )
    expect(page.locator(".verdict-recipe")).to_have_text(
        re.compile("In programs without strength schedules, Round.2 is best at full strength")
    )
    page.wait_for_selector(".verdict-warning, details:has-text('Earlier warnings')")
    said = page.inner_text(".progress figcaption").replace("\N{NO-BREAK SPACE}", " ")
    assert said.startswith(
        f"From Round 1 to Round 2, {SCHEDULE}: copies fell from 50% to 0%; prompt match rose"
    ), said
    expect(page.locator(".progress .scatterlayer .point")).to_have_count(4)
    page.wait_for_selector(f".results-table tr[data-best=yes]:has-text('{SCHEDULE}')")
    page.wait_for_selector(".results-table .explained:text-is('Style match')")
    for width in (1280, 1024):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"innerWidth === {width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_results_open_with_a_large_before_and_after(watched: Watched, served: Served):
    studio = served.place.studio
    measure(studio, served.place.round)
    studio.accept_suggestion(served.place.round)
    second = go_on(studio, served.place.round)
    measure(studio, second, likeness=0.6, copies=0)
    page = watched.open(served.url("results"))
    stage = page.locator(".look .view-stage")
    caption = page.locator(".look .view-compared figcaption")
    expect(caption.get_by_label("Compare with")).to_have_value("Base model")
    expect(caption).to_contain_text("Round 2")
    box = stage.bounding_box()
    assert box["y"] + box["height"] < 900 and box["width"] > 300, "large, on the first screen"
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 60)
    page.mouse.up()
    assert float(page.input_value(".view-bar input")) == pytest.approx(80, abs=1), "dragged on the picture"
    after = stage.locator(".view-after")
    page.click(".view-frame:has-text('Round 1')")
    expect(caption.locator("b")).to_have_text("Round 1")
    caption.get_by_label("Compare with").select_option("Reference")
    expect(stage.locator(".view-before")).to_have_attribute("src", re.compile("^reference/"))
    page.click(".look [data-choice=flip]")
    stage.click()
    expect(after).to_be_hidden()
    page.click(".look [data-action=flip]:has-text('Show Round 1')")
    expect(after).to_be_visible()
    prompt = page.inner_text(".look .view-title")
    page.get_by_role("button", name="Next prompt").click()
    expect(page.locator(".look .view-title")).not_to_have_text(prompt)
    expect(caption.locator("b")).to_have_text("Round 1")  # the round stays
    for name, ending, form in (("Comparison strip (PNG)", "png", "PNG"), ("Animation (GIF)", "gif", "GIF")):
        with page.expect_download() as download:
            page.click(f".look a:text-is('{name}')")
        assert download.value.suggested_filename == f"before-and-after.{ending}"
        with Image.open(download.value.path()) as picture:
            assert picture.format == form and getattr(picture, "n_frames", 1) == (4 if form == "GIF" else 1)


def test_pictures_enlarge_and_flip_through_the_rounds_by_keys(watched: Watched, served: Served):
    studio = served.place.studio
    measure(studio, served.place.round)
    studio.accept_suggestion(served.place.round)
    page = watched.open(served.url("results"))
    tile = ".sheet .enlarge >> nth=1"
    page.wait_for_selector(tile)
    page.click(tile)
    view = "dialog.viewer[open]"
    shown = f"{view} .view-frame[aria-pressed=true]"
    page.wait_for_selector(f"{shown}:has-text('Round 1')")
    src = page.get_attribute(f"{view} .view-after", "src")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f"{shown}:has-text('Base model')")
    assert page.get_attribute(f"{view} .view-after", "src") != src
    title = page.inner_text(f"{view} .view-title")
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"{view} .view-title")).not_to_have_text(title)
    assert "Base model" in page.inner_text(shown), "the round stays"
    page.keyboard.press("Escape")
    page.wait_for_selector(view, state="hidden")
    for picture in (".shelf-pictures .enlarge >> nth=0", ".same-row .enlarge >> nth=0"):
        page.click(picture)
        page.wait_for_selector(f"{view} .view-after[src]")
        page.keyboard.press("Escape")
        page.wait_for_selector(view, state="hidden")
    not_drawn_by_a_round(page, view)
    page.click(".sheet-bar button:text('Bleed check')")
    page.wait_for_selector(".sheet th:text-is('A house')")
    page.click(".sheet-bar button:text('Accepted prompts')")
    page.wait_for_selector("text=Nothing yet: a round generates these")


def not_drawn_by_a_round(page: Any, view: str) -> None:
    """A round without the picture takes the focus from none of the keys; nor does a name that was clicked."""
    page.click(".sheet .enlarge >> nth=1")
    page.click(f"{view} .view-frame >> nth=0")
    for _ in range(2):
        title = page.inner_text(f"{view} .view-title")
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"{view} .view-title")).not_to_have_text(title)
    page.keyboard.press("Escape")
    page.wait_for_selector(view, state="hidden")
