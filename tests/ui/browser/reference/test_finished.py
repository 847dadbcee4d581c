"""The finished project is opened from the first page and from where a person waits, and is there once."""

import re

import pytest
from playwright.sync_api import expect

from tests.ui.browser.reference.test_unfinished_form import opened
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser


def test_a_click_opens_it_with_what_a_choice_changed_and_another_click_the_same_one(
    watched: Watched, served: Served
) -> None:
    studio, page = served.place.studio, opened(watched, served)
    page.click(".demo-button.finished")
    page.locator(".changes .change img").first.wait_for()
    assert page.locator(".change figcaption").all_inner_texts() == [
        "You accepted",
        "Round 1 copy",
        "Round 2 not a copy",
    ]
    project = studio.finished_project()
    assert project and f"project={project}" in page.url
    assert f"round={studio.rounds(project)[1].id}" in page.url
    expect(page.locator(".tour:visible")).to_have_count(0)
    page.click("[data-choice=candidates]")
    page.wait_for_selector(".tour h2:text-is('This is your reference')")
    page.click(".tour [data-next]")
    page.wait_for_selector(".tour h2:text-is('Not a copy')")  # nothing is suggested in this round
    page.keyboard.press("Escape")
    page.goto(f"{served.address}/")
    page.click(".demo-button.finished")
    expect(page).to_have_url(re.compile(project))
    page.locator(".rounds .strip .chip-round[aria-current]").wait_for()
    assert len(studio.projects()) == 2, "the one of the fixture, and this one"


@pytest.mark.thorough
def test_it_is_offered_while_the_first_round_of_a_project_is_trained(
    watched: Watched, served: Served
) -> None:
    studio, page = served.place.studio, watched.page
    demo = studio.create_demo("style")
    first = studio.rounds(demo)[0].id
    studio.store.workers.enter("w")
    studio.fine_tune(first)
    studio.store.jobs.claim("w")
    page.goto(f"{served.address}/?project={demo}&step=rounds")
    page.click(".learning .meanwhile button")
    page.locator(".changes .change img").first.wait_for()
    assert studio.finished_project() in page.url
    page.go_back()
    page.locator(".learning .meanwhile").wait_for()
