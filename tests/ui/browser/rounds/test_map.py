"""The map in a real Chromium: zoom and pan that stay, lasso, projections, colours, odd rounds."""

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.rounds.test_first_use import lasso
from tests.ui.conftest import Served, Watched
from tests.ui.seeded import draw, make_project, train

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("figures")]


DRAWN = ".map .plot .point"
PLACES = (
    "[...document.querySelectorAll('.map .plot .point')]"
    ".map((node) => { const r = node.getBoundingClientRect();"
    " return [r.x + r.width / 2, r.y + r.height / 2]; })"
)
COLOUR = "document.querySelector('.map .plot .point').style.fill"


def opened(watched: Watched, address: str) -> Any:
    page = watched.open(address)
    page.wait_for_selector(DRAWN, state="attached")
    return page


def places(page: Any) -> list[list[float]]:
    """Where the points are."""
    return page.evaluate(PLACES)


def spread(page: Any) -> float:
    found = places(page)
    return max(x for x, _ in found) - min(x for x, _ in found)


def middle(page: Any) -> tuple[float, float]:
    box = page.locator(".view.map").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def zoom_in(page: Any, at: Sequence[float]) -> None:
    page.mouse.move(*at)
    page.mouse.wheel(0, -400)
    page.wait_for_selector("[data-act=whole]:not(:disabled)")


def test_zoom_and_pan_stay_until_a_double_click(watched: Watched, served: Served):
    page = opened(watched, served.url())
    whole = spread(page)
    zoom_in(page, middle(page))
    assert spread(page) > 1.5 * whole
    page.click("[data-tool=move]")
    before = places(page)[0]
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 25, steps=5)
    page.mouse.up()
    after = places(page)[0]
    assert (after[0] - before[0], after[1] - before[1]) == pytest.approx((40, 25), abs=2)
    page.click("[data-view=curves]")
    page.click("[data-view=map]")
    assert places(page)[0] == pytest.approx(after, abs=1)
    page.reload()
    page.wait_for_selector(DRAWN, state="attached")
    assert places(page)[0] == pytest.approx(after, abs=1), "it stays after a reload"
    page.click("[data-tool=lasso]")
    lasso(page, 0.5, 0.5, 120)
    page.wait_for_selector(".filter-button[aria-pressed=true]:has-text('Selection')")
    selected = page.inner_text(".shown")
    page.mouse.dblclick(x - 150, y - 60)
    page.wait_for_selector("[data-act=whole]:disabled")
    assert spread(page) == pytest.approx(whole, abs=2)
    assert page.inner_text(".shown") == selected, "a double click only shows the whole map"
    page.focus("[data-act=in]")
    page.keyboard.press("+")
    page.wait_for_selector("[data-act=whole]:not(:disabled)")
    page.keyboard.press("0")
    page.wait_for_selector("[data-act=whole]:disabled")


def test_a_lasso_selects_and_shift_adds_without_a_library_of_charts(watched: Watched, served: Served):
    watched.page.route("**/plotly.min.js", lambda route: route.abort())
    page = opened(watched, served.url())
    lasso(page, 0.35, 0.5, 110)
    page.wait_for_selector(".filter-button[aria-pressed=true]:has-text('Selection')")
    first = int(page.inner_text(".shown").split()[0])
    expect(page.locator(".map .plot .point.faded")).to_have_count(180 - first)
    page.keyboard.down("Shift")
    lasso(page, 0.65, 0.5, 110)
    page.keyboard.up("Shift")
    page.wait_for_function("(n) => parseInt(document.querySelector('.shown').textContent) > n", arg=first)


@pytest.mark.thorough
def test_copies_lie_below_the_line_of_equality(watched: Watched, served: Served):
    page = opened(watched, served.url())
    page.click("[data-choice=own]")
    page.wait_for_selector(".map .plot path", state="attached")
    path = page.evaluate(
        "[...document.querySelectorAll('.map .plot path')].map((node) => node.getAttribute('d'))"
    )
    assert any(d.endswith("Z") for d in path) and len(path) == 2
    view = served.place.studio.round_view(served.place.round)
    drawn = places(page)
    frame = page.evaluate(
        "(() => { const line = [...document.querySelectorAll('.map .plot path')]"
        ".find((node) => !node.getAttribute('d').endsWith('Z')).getBoundingClientRect();"
        " return [line.x, line.bottom, line.width, line.height]; })()"
    )
    for (x, y), tile in zip(drawn, view.candidates, strict=True):
        right, up = (x - frame[0]) / frame[2], (frame[1] - y) / frame[3]
        if abs(tile.candidate.margin) > 0.03:  # pictures of one place are drawn around it
            assert (up < right) == (tile.candidate.margin < 0)
    page.click("[data-choice=alike]")
    page.wait_for_selector(".map .plot path", state="detached")
    assert page.locator(".marks text.cluster").count() >= 8, "the test prompts are named"


def test_colours_say_what_was_chosen_and_decisions_show_at_once(watched: Watched, served: Served):
    page = opened(watched, served.url())
    labels = page.eval_on_selector_all(".legend option", "(nodes) => nodes.map((node) => node.textContent)")
    for label in ("Test prompt", "Copies", "Decision"):
        assert label in labels
    assert "Likeness to the reference’s prompt" in labels
    before, there = page.evaluate(COLOUR), places(page)
    page.select_option(".legend select", "decision")
    page.wait_for_function(f"(was) => {COLOUR} !== was", arg=before)
    page.wait_for_selector(".swatch:text('accepted')")
    open_colour = page.evaluate(COLOUR)
    assert places(page) == there, "no point moves"
    zoom_in(page, middle(page))
    assert spread(page) > 1.2 * (max(x for x, _ in there) - min(x for x, _ in there))
    assert page.evaluate(COLOUR) == open_colour, "and keeps its color"
    page.click("[data-act=whole]")
    first = served.place.studio.round_view(served.place.round).candidates[0].candidate.id
    page.click(f".tile[data-id='{first}'] .tile-face")
    page.keyboard.press("a")
    page.wait_for_function(f"(was) => {COLOUR} !== was", arg=open_colour)
    page.reload()
    page.wait_for_selector(".swatch:text('accepted')")
    assert page.input_value(".legend select") == "decision", "the choice stays"


@pytest.mark.thorough
def test_pictures_appear_when_near(watched: Watched, served: Served):
    page = opened(watched, served.url())
    expect(page.locator(".map-picture")).to_have_count(0)
    zoom_in(page, places(page)[0])
    page.mouse.wheel(0, -500)
    page.wait_for_selector(".map-picture", state="attached")
    shown = page.locator(".map-picture").count()
    box = page.locator(".map-picture").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".map-picture[data-hot]", state="attached")
    assert 0 < shown <= 140
    page.click("[data-act=whole]")
    page.wait_for_selector(".map-picture", state="detached")


def odd_project(served: Served, pictures: int) -> str:
    """A project with so many pictures, which all have one place."""
    studio = served.place.studio
    project = make_project(studio, name="Odd", candidates=max(2, pictures))
    round_id = studio.rounds(project)[0].id
    train(studio, round_id)
    if pictures:
        draw(studio, round_id, studio.pool(round_id)[:1], pictures)
    with studio.store.database.transaction() as writer:
        writer.execute("UPDATE candidates SET x = 0, y = 0 WHERE round_id = ?", (round_id,))
    return f"{served.address}/?project={project}&step=rounds"


@pytest.mark.thorough
@pytest.mark.parametrize("pictures", [0, 1, 12])
def test_no_picture_one_and_pictures_that_are_all_alike(watched: Watched, served: Served, pictures: int):
    page = watched.open(odd_project(served, pictures))
    if not pictures:
        page.wait_for_selector(".map .empty:has-text('Each image becomes a point here') >> visible=true")
        page.click("[data-choice=own]")
        page.wait_for_selector(".map .empty:has-text('below the line') >> visible=true")
        return
    page.wait_for_selector(DRAWN, state="attached")
    found = places(page)[:pictures]
    assert len({(round(x), round(y)) for x, y in found}) == pictures, "each can be pointed at"
    words = "All images are alike"
    expect(page.locator(f".map-note:has-text('{words}')")).to_have_count(1 if pictures > 1 else 0)
    page.mouse.move(*found[0])
    page.wait_for_selector(".hover-preview:visible")
    page.click("[data-act=in]")
    page.dblclick(".view.map", position={"x": 30, "y": 90})
    page.click("[data-choice=own]")
    page.wait_for_selector(".map .plot path", state="attached")
