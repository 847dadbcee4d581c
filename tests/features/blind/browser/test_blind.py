"""Compare blind in a real Chromium, by keys alone, by the pointer, and by a finger on a phone."""

from typing import Any

import pytest

from tests.features.blind.compared import second_round
from tests.ui.conftest import Served, Watched
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser
DIALOG = "dialog.blind[open]"
OPEN = ".results [data-action=blind]"


@pytest.fixture
def second(served: Served) -> str:
    return second_round(served.place.studio, served.place.round)


def prompt(page: Any) -> str:
    return str(page.inner_text(f"{DIALOG} .blind-prompt b"))


def images(page: Any) -> list[str]:
    return [one.get_attribute("src") for one in page.query_selector_all(f"{DIALOG} .blind-plate img")]


def choose(page: Any, key: str, at: int) -> None:
    page.wait_for_selector(f"{DIALOG} output:text-is('Pair {at} of 12')")
    page.keyboard.press(key)


def test_twelve_pairs_by_keys_are_told_undone_and_gone_on_with(
    watched: Watched, served: Served, second: str
) -> None:
    studio, project = served.place.studio, served.place.project
    page = watched.open(served.url("results"))
    page.focus(OPEN)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{DIALOG} .blind-plate img")
    assert "Round" not in " ".join([prompt(page), *images(page)]), "nothing says which is which"
    for at in range(1, 13):
        choose(page, "ArrowDown" if at == 4 else "ArrowLeft", at)
    page.wait_for_selector(f"{DIALOG} .blind-told b:has-text('of 11 blind pairs (neither in 1)')")
    assert len(studio.store.blind.standing(project)) == 12
    assert (
        page.inner_text(f"{DIALOG} .blind-told").count("the studio’s figures favored the image you chose")
        == 1
    )
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"{DIALOG} output:text-is('Pair 12 of 12')")
    last, shown = prompt(page), images(page)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{DIALOG} .blind-told b")
    page.keyboard.press("Escape")
    page.wait_for_selector(DIALOG, state="hidden")
    page.wait_for_selector(".results p:has-text('blind pairs (neither in 1)')")
    page.focus(OPEN)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{DIALOG} .blind-told button:text-is('12 more pairs')")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"{DIALOG} output:text-is('Pair 1 of 1')")
    assert (prompt(page), images(page)) == (last, shown), "undo comes back to the pair"
    page.keyboard.press("ArrowLeft")
    page.click(f"{DIALOG} .blind-told button:text-is('12 more pairs')")
    choose(page, "ArrowLeft", 1)
    page.wait_for_selector(f"{DIALOG} output:text-is('Pair 2 of 12')")
    page.keyboard.press("Escape")
    # six to six is no verdict, and stands below it
    page.wait_for_selector(".results p:has-text('of 12 blind pairs (neither in 1)')")


def test_what_is_chosen_is_the_best_everywhere(watched: Watched, served: Served, second: str) -> None:
    """The figures have the second round first; a person always chooses the first one."""
    place = served.place
    studio = place.studio
    assert studio.measures(place.project).best == second
    pictures = {one.candidate.id: one.round_id for one in studio.measures(place.project).pictures}
    page = watched.open(f"{served.url('rounds')}&round={second}")
    page.click(".strip-tools [data-action=blind]")
    for at in range(1, 13):
        page.wait_for_selector(f"{DIALOG} output:text-is('Pair {at} of 12')")
        sides = [src.split("/")[-1].split("?")[0] for src in images(page)]
        (first,) = (side for side, name in enumerate(sides) if pictures[name] == place.round)
        page.click(f"{DIALOG} .blind-plate >> nth={first}")
    page.wait_for_selector(f"{DIALOG} .blind-told b:has-text('You chose Round 1 over Round 2 in 12 of 12')")
    assert "which would you" not in page.inner_text(DIALOG), "nothing is asked any more"
    page.click(f"{DIALOG} .blind-head button:text-is('Close')")
    page.wait_for_selector(".strip-tools [data-action=blind]", state="detached")
    page.wait_for_selector(f"[data-round='{place.round}'] .chip-best")
    page.goto(served.url("results"))
    page.wait_for_selector(".look-head :text('★ Your choice: Round 1')")
    page.wait_for_selector(".results .verdict b:has-text('★ You chose Round 1 over Round 2 in 12 of 12')")
    page.wait_for_selector(
        ".results .verdict:has-text('The studio’s own order differs: Round 2 is the best')"
    )


def test_a_finger_chooses_on_a_phone(watched: Watched, served: Served, second: str) -> None:
    page = watched.open(served.url("results"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.click(OPEN)
    page.wait_for_selector(f"{DIALOG} .blind-plate img")
    size = page.locator(DIALOG).evaluate(
        "(one) => [one.scrollWidth, one.clientWidth, one.scrollHeight, one.clientHeight]"
    )
    assert size[0] == size[1] and size[2] == size[3], "all of it fits"
    page.click(f"{DIALOG} .blind-plate >> nth=1")
    page.wait_for_selector(f"{DIALOG} output:text-is('Pair 2 of 12')")
