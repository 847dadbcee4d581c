"""Two workspaces at one address, and two browsers at one round."""

import shutil
import socket
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.ui.conftest import WITH_GRID, Place, Served, Watched, first_page, serving, until

pytestmark = pytest.mark.browser
VERDICTS = (
    "[...document.querySelectorAll('.grid .tile[data-verdict]')]"
    ".map(({ dataset }) => [dataset.id, dataset.verdict]).sort()"
)


def accepted(place: Place) -> list[str]:
    """The accepted images of the round."""
    return [
        one.candidate.id
        for one in place.studio.round_view(place.round).candidates
        if one.verdict == "accepted"
    ]


@pytest.mark.thorough
def test_what_waits_is_not_sent_to_another_workspace_of_the_same_address(
    place: Place, window: Any, port: socket.socket, tmp_path: Path
) -> None:
    page = None
    with serving(place, port=port) as served:
        page = first_page(window, served.address)
        page.goto(served.url())
        tile = page.locator(".grid .tile:not([data-verdict=accepted])").first
        expect(tile).to_be_visible()
    tile.hover()
    page.keyboard.press("a")  # nobody is there
    shutil.copytree(place.studio.store.workspace, tmp_path / "other")
    with Store(tmp_path / "other") as store:
        other = place._replace(studio=Studio(store))
        with serving(other, port=port):
            expect(page.locator(".toast")).to_contain_text("Another workspace of GAL Studio is open")
            assert accepted(other) == []
    with serving(place, port=port):
        until(lambda: len(accepted(place)) == 1)
    page.close()


def two_browsers(watched: Watched, served: Served, chromium: Any) -> tuple[Any, list[Any]]:
    """A second browser, and a page of each with the grid of the same round."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(WITH_GRID)
    pages = [watched.open(served.url()), context.new_page()]
    pages[1].goto(served.url())
    for page in pages:
        page.wait_for_selector(".grid .tile img")
    return context, pages


@pytest.mark.thorough
def test_two_people_take_back_decide_and_start_the_next_round_at_once(
    watched: Watched, served: Served, chromium: Any
) -> None:
    """One undoes what the other decides; both press *Next round*, which trains: it is one round, once."""
    context, pages = two_browsers(watched, served, chromium)
    studio, project = served.place.studio, served.place.project
    for keys in (("a", "r"), ("Control+z", "a"), ("x", "Control+z"), ("Control+y", "r"), ("r", "a")):
        for page, key in zip(pages, keys, strict=True):
            page.locator(".grid .tile").nth(len(keys)).hover()
            page.keyboard.press(key)
    pages[0].locator(".grid .tile").nth(9).hover()
    pages[0].keyboard.press("a")
    for page in pages:
        page.wait_for_function(
            "() => !Object.keys(sessionStorage).some((key) => key.startsWith('gal-studio-writes'))"
        )
    until(lambda: bool(accepted(served.place)))
    shown = studio.round_view(served.place.round).candidates
    stored = sorted([one.candidate.id, one.verdict] for one in shown if one.verdict != "undecided")
    for page in pages:
        until(lambda page=page: page.evaluate(VERDICTS) == stored)  # type: ignore[misc]
    for page in pages:
        page.evaluate("document.querySelector('[data-action=next_round]').click()")
    for page in pages:
        page.wait_for_selector(".chip-round:nth-of-type(3)[aria-current]")
    assert len(studio.rounds(project)) == 2
    kinds = [job.kind for job in studio.store.jobs.of_project(project)]
    assert kinds.count("fine_tune") == kinds.count("generate") == 1
    context.close()
