"""How the browser's tests paint, and what a line of paint must cover."""

from collections.abc import Sequence

import numpy as np

from tests.ui.conftest import Served, Watched

EDGE = 48  # pixels of a seeded picture


def settled(page) -> None:
    page.wait_for_function("document.querySelector('[data-part=kept]').textContent === 'All changes saved'")


def stroke(page, selector: str, points: Sequence[tuple[float, float]]) -> None:
    """Paint along points, given as shares of the picture's width and height."""
    page.hover(selector, trial=True)  # it stands still
    box = page.locator(selector).bounding_box()
    places = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=10)
    page.mouse.up()


def enlarged(watched: Watched, served: Served):
    """The first picture of the grid, large."""
    page = watched.open(served.url())
    page.wait_for_selector(".tile")
    page.locator(".tile-face").first.focus()
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('dialog.lightbox[open] .stage img')?.naturalWidth > 0")
    return page, page.get_attribute(".tile:has(.tile-face[tabindex='0'])", "data-id")


def opened(watched: Watched, served: Served, node: str):
    return watched.open(f"{served.url()}&round={node}")


def pair_opened(page, number: int) -> None:
    """A pair, large, when nothing comes any more that would move its pictures."""
    page.click(f".pair-card >> nth={number}")
    page.wait_for_selector(".pair-view .heat canvas")
    page.wait_for_selector(".pair-view .brush-layer")


def mask_of(served: Served, candidate: str) -> np.ndarray:
    store = served.place.studio.store
    return np.asarray(store.images.mask(store.decisions.of_round(served.place.round).masks[candidate]))


def distances(point: tuple[float, float], to: tuple[float, float]) -> np.ndarray:
    """How far the centre of every pixel is from a line, in pixels."""
    rows, columns = np.mgrid[:EDGE, :EDGE] + 0.5
    (x0, y0), (x1, y1) = point, to
    length = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = np.clip(((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / length, 0, 1)
    return np.hypot(columns - x0 - along * (x1 - x0), rows - y0 - along * (y1 - y0))
