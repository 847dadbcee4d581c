"""What if? asks what should differ; the branch stands beside the line it left, and either can be kept."""

import pytest
from playwright.sync_api import expect

from tests.ui.browser.rounds.test_tree import chip
from tests.ui.conftest import Served, Watched, until
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded import draw, go_on, measure, train

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser


def test_a_branch_with_other_images_leaves_its_line_alone(watched: Watched, served: Served) -> None:
    studio, first = served.place.studio, served.place.round
    accepted = studio.accept_suggestion(first)
    go_on(studio, first)
    page = watched.open(f"{served.url()}&round={first}")
    page.click("[data-part=branch]")
    page.click("[data-answer=begin]")
    page.wait_for_selector(f"{chip('Other images')}[aria-current]")
    expect(page.locator(".tile[data-verdict=accepted]")).to_have_count(len(accepted))
    page.locator(".tile:not([data-verdict]) .tile-face").first.hover()
    page.keyboard.press("a")
    branch = next(one.id for one in studio.rounds(served.place.project) if one.copy_of)
    until(lambda: studio.round_view(branch).accepted != len(accepted))
    assert set(studio.store.decisions.of_round(first).accepted) == set(accepted)
    page.click("[data-action=next_round]")
    page.wait_for_selector(f"{chip('Round 2 · 1 other image')}[aria-current]")


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("seed", "seed 11"),
        pytest.param("settings", "rank 3", marks=pytest.mark.thorough),
    ],
)
def test_the_last_round_of_a_line_is_branched_from_its_menu_and_runs_at_once(
    watched: Watched, served: Served, what: str, name: str
) -> None:
    studio, first = served.place.studio, served.place.round
    studio.accept_suggestion(first)
    page = watched.open(f"{served.url()}&round={first}")
    expect(page.locator("[data-part=branch]")).to_be_hidden()  # nothing to stand beside yet
    page.click(".chip-more")
    page.click(".round-menu:popover-open >> text=What if?")
    page.check(f".what-if [value={what}]")
    if what == "settings":
        page.fill(".what-if [name='tune.rank']", "3")
    elif what == "seed":
        page.fill(".what-if [name=seed]", "11")
    page.click("[data-answer=begin]")
    page.wait_for_selector(f".chip-round[aria-current]:has-text('Round 2 · {name}')")
    expect(page.locator(".filter-button")).to_have_text("All")  # not 0 of what is not there yet
    kinds = [job.kind for job in studio.store.jobs.of_project(served.place.project)]
    assert kinds == ["fine_tune", "generate", "measure"]


@pytest.mark.thorough
def test_two_lines_stand_side_by_side_and_the_kept_one_is_first(watched: Watched, served: Served) -> None:
    studio, first = served.place.studio, served.place.round
    studio.accept_suggestion(first)
    line, branch = studio.next_round(first).id, studio.next_round(studio.what_if(first, seed=7).id).id
    for each in (line, branch):
        train(studio, each)
        draw(studio, each)
    page = watched.open(f"{served.url()}&round={branch}")
    box = page.locator("[data-part=changes]")
    heading = box.get_by_role("heading", level=2)
    expect(heading).to_have_text("Two branches, side by side")
    names = box.locator(".change figcaption b")
    names.last.evaluate("one => (one.textContent = '1 other image and rank 3')")
    assert names.last.evaluate("one => one.scrollWidth <= one.clientWidth"), "a long name is not cut off"
    names.last.evaluate("one => (one.textContent = 'Seed 7')")
    expect(names).to_have_text(["Round 2", "Seed 7"])
    measure(studio, line)
    measure(studio, branch)
    expect(box.locator("img[src^=test-picture]").first).to_be_visible()
    page.wait_for_function(
        "[...document.querySelectorAll('.change img')].every((one) => one.naturalWidth > 0)"
    )
    box.get_by_role("button", name="Keep “Seed 7”").click()
    expect(box).to_contain_text("✓ “Seed 7” is the main branch")
    expect(page.locator(chip("Round 2"))).to_have_attribute("data-aside", "")
    tops = [page.locator(chip(name)).bounding_box()["y"] for name in ("Round 2 · seed 7", "Round 2")]
    assert tops[0] < tops[1], "the main line is the first row"
    box.get_by_role("button", name="Choice", exact=True).click()
    expect(heading).to_have_text("What your choice changed")
    box.get_by_role("button", name="Branches").click()
    box.get_by_role("button", name="Keep “Round 2”", exact=True).click()
    expect(box).to_contain_text("✓ “Round 2” is the main branch")
