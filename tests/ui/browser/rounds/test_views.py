"""The views of a round in a real Chromium: enlarged and back, and saved as figure and table."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.features.needed import needs_refine
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import measure
from tests.ui.seeded_refinement import pairs_made

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("figures")]


def saved(page: Any, ending: str) -> bytes:
    page.click("[data-action=save-view]")
    with page.expect_download() as download:
        page.click(f"[data-save={ending}]")
    assert download.value.suggested_filename.endswith(f".{ending}")
    return Path(download.value.path()).read_bytes()


def rows(page: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(saved(page, "csv").decode("utf-8-sig"))))


@pytest.mark.thorough
def test_a_view_is_enlarged_and_goes_back(page: Any):
    page.wait_for_selector(".map .plot .point")
    small = page.locator(".card.views").bounding_box()
    page.click("[data-action=enlarge-view]")
    page.wait_for_selector(".card.views[data-enlarged]")
    large = page.locator(".card.views").bounding_box()
    assert large["width"] > 1400 > 2 * small["width"]
    assert large["height"] > 850
    page.wait_for_function("document.querySelector('.view.map .plot').clientWidth > 1300")  # drawn anew
    for view in ("curves", "choices", "anchors"):
        page.click(f"[data-view={view}]")
        expect(page.locator(f".view.{view}")).to_be_visible()
    for covered in (".pictures", ".top"):
        assert page.evaluate(f"document.querySelector('{covered}').closest('[inert]') !== null"), covered
    page.evaluate("document.activeElement.blur()")  # as after a click beside the points
    page.keyboard.press("Escape")
    page.wait_for_selector(".card.views:not([data-enlarged])")
    assert page.evaluate("document.querySelector('[inert]') === null")
    assert page.locator(".card.views").bounding_box() == small
    assert page.evaluate("document.activeElement.dataset.action") == "enlarge-view"


@needs_refine
def test_an_enlarged_view_goes_back_when_a_refinement_is_opened(watched: Watched, served: Served):
    node = pairs_made(served.place.studio, served.place.round)
    page = watched.open(f"{served.url()}&round={node}")
    page.wait_for_selector(".refine-left h2")
    page.click(".chip-round >> nth=1")
    page.wait_for_selector(".map .plot .point")
    page.click("[data-action=enlarge-view]")
    page.wait_for_selector(".card.views[data-enlarged]")
    page.go_back()
    page.wait_for_selector(".refine-left h2")
    page.wait_for_selector(".card.views:not([data-enlarged])", state="attached")
    assert page.evaluate("document.querySelector('[inert]') === null")


def test_map_curves_prompts_and_choices_are_saved(watched: Watched, served: Served):
    studio = served.place.studio
    measure(studio, served.place.round)
    studio.accept_suggestion(served.place.round)
    page = watched.open(served.url())
    page.wait_for_function("document.querySelectorAll('.map .plot .point').length >= 180")
    drawn, table = studio.round_view(served.place.round).candidates, rows(page)
    assert sorted(row["decision"] for row in table) == sorted(one.verdict for one in drawn)
    assert sum(row["copy"] == "yes" for row in table) == sum(one.candidate.overfit for one in drawn)
    page.click("[data-view=curves]")
    page.wait_for_selector(".curves .arms .scatterlayer .point")
    page.wait_for_selector(".curves .curve-box .scatterlayer path")
    expect(page.locator(".curve-box .legendtext")).to_have_count(0)  # no room beside the lines
    page.click("[data-action=enlarge-view]")
    page.wait_for_function("document.querySelector('.curve-box .chart').clientHeight > 500")
    legend = page.locator(".curve-box .legend")
    expect(legend).to_be_visible()
    box = legend.bounding_box()
    assert box["y"] + box["height"] <= page.locator(".curve-box .nsewdrag").bounding_box()["y"] + 1
    page.click("[data-action=enlarge-view]")
    assert {"Rounds on the benchmark", "Training loss"} == {row["chart"] for row in rows(page)}
    page.click("[data-view=anchors]")
    assert len(rows(page)) == 18
    assert page.locator(".table .link >> nth=0").bounding_box()["height"] >= 24, "what is pressed"
    page.click("[data-view=choices]")
    page.wait_for_selector(".choices-head")
    assert rows(page)


@pytest.mark.thorough
def test_a_view_is_saved_as_a_figure_that_needs_no_network(watched: Watched, served: Served, tmp_path: Path):
    measure(served.place.studio, served.place.round)
    page = watched.open(served.url())
    page.wait_for_selector(".map .plot .point")
    for view, words in (
        ("map", "where its images lie"),
        ("anchors", "copies by test prompt"),
        ("curves", "Rounds on the benchmark"),
    ):
        page.click(f"[data-view={view}]")
        (tmp_path / f"{view}.html").write_bytes(saved(page, "html"))
        assert words in (tmp_path / f"{view}.html").read_text(encoding="utf-8")
    alone = page.context.new_page()  # the studio's own page is watched for requests to other places
    alone.goto((tmp_path / "map.html").as_uri())
    alone.wait_for_selector(".js-plotly-plot .scatterlayer .point")
    alone.hover(".js-plotly-plot")
    with alone.expect_download() as download:
        alone.click(".modebar-btn[data-title*='Download plot']")
    drawing = Path(download.value.path()).read_text(encoding="utf-8")
    assert drawing.startswith("<svg") and drawing.count("<path") >= 180


@pytest.mark.thorough
def test_where_nothing_is_there_nothing_is_saved_and_ten_pictures_stand_in_one_row(page: Any):
    page.click("[data-view=choices]")
    page.click("[data-action=save-view]")
    page.click("[data-save=csv]")
    page.wait_for_selector(".toast:has-text('Choices: there is nothing to save yet.')")
    page.set_viewport_size({"width": 1024, "height": 768})
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.grid')).getPropertyValue('--columns') == 10"
    )
    tops = page.evaluate(
        "[...document.querySelector('.grid .group, .grid [data-anchor]').querySelectorAll('.tile')]"
        ".map((tile) => tile.offsetTop)"
    )
    assert len(tops) == 10
    assert len(set(tops)) == 1
