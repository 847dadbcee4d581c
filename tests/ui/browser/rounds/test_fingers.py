"""Fingers on an enlarged image: a swipe turns, two fingers zoom, one moves what is zoomed, or scrolls."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ui.conftest import WITH_GRID, Served
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser
Points = list[tuple[float, float]]


@pytest.fixture
def phone(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    context.set_default_timeout(60_000)
    context.add_init_script(WITH_GRID)
    yield context.new_page()
    context.close()


def touch(page: Any, *moments: Points) -> None:
    """Fingers at these places, one moment after another, on what is painted; then they are lifted."""
    page.wait_for_function(
        "[...document.querySelectorAll('.lightbox img')].every((one) => one.complete && one.naturalWidth)"
    )
    page.wait_for_timeout(200)  # no hand is quicker
    devtools = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", moments[0]),
        *(("touchMove", moment) for moment in moments[1:]),
        ("touchEnd", []),
    ):
        places = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(points)]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
    devtools.detach()


def dragged(start: tuple[float, float], end: tuple[float, float]) -> list[Points]:
    (left, top), (right, bottom) = start, end
    shares = [step / 6 for step in range(7)]
    return [[(left + share * (right - left), top + share * (bottom - top))] for share in shares]


def test_fingers_turn_zoom_and_move_an_enlarged_image(phone: Any, served: Served) -> None:
    phone.goto(served.url())
    phone.locator(".tile-face >> nth=1").tap()
    place = phone.locator(".lightbox-place")
    size = phone.locator(".lightbox-bar button >> nth=2")
    phone.wait_for_selector("dialog.lightbox[open] .stage img")
    first = place.inner_text()
    touch(phone, *dragged((300, 250), (80, 255)))
    phone.wait_for_function(
        "(old) => document.querySelector('.lightbox-place').textContent !== old", arg=first
    )
    touch(phone, *dragged((80, 250), (300, 255)))
    phone.wait_for_selector(f".lightbox-place:text-is('{first}')")
    touch(phone, *([(200 - apart, 220), (200 + apart, 220)] for apart in range(30, 100, 10)))
    phone.wait_for_selector(".zoom-frame[data-zoomed]")
    assert size.inner_text() == "300%"
    assert phone.evaluate("visualViewport.scale") == 1, "the image is zoomed, not the page"
    moved = phone.locator(".lightbox .stage >> nth=0")
    before = moved.get_attribute("style")
    touch(phone, *dragged((250, 220), (150, 250)))
    phone.wait_for_function(
        "(old) => document.querySelector('.lightbox .stage').getAttribute('style') !== old", arg=before
    )
    assert place.inner_text() == first, "one finger moves what is zoomed"
    touch(phone, *([(200 - apart, 220), (200 + apart, 220)] for apart in range(100, 20, -10)))
    phone.wait_for_selector(".zoom-frame:not([data-zoomed])")
    touch(phone, *dragged((200, 300), (205, 120)))
    phone.wait_for_function("document.querySelector('dialog.lightbox').scrollTop > 50")
    assert place.inner_text() == first
