"""One suggestion at a time: what a round opens with, its answers and keys, and its end."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gal_studio.core.recipe import Recipe
from gal_studio.core.records.candidate import Candidate
from tests.ui.browser.app.late_answers import Late
from tests.ui.browser.brush.brushing import settled
from tests.ui.conftest import Served, Watched, first_page
from tests.ui.seeded import picture, train
from tests.ui.seeded_refinement import two_subjects

pytestmark = pytest.mark.browser
COUNT = ".review-count"


def answers(served: Served) -> dict[str, str]:
    log = served.place.studio.store.decisions.log(served.place.round)
    return {one.candidate_id: one.verdict for one in log}


def test_a_round_is_reviewed_by_keys_from_its_first_suggestion_to_its_end(window: Any, served: Served):
    page: Page = first_page(window, served.address, with_grid=False)
    page.goto(served.url())
    page.wait_for_selector(f"{COUNT}:text-is('3 left · 0 reviewed')")
    expect(page.locator(".rounds .columns:visible")).to_have_count(0)
    expect(page.locator(".review-beside figure")).to_have_count(1)  # all are at full strength
    scores = served.place.studio.round_view(served.place.round).scores
    suggested = [one.suggested for one in scores if one.suggested]
    for key in ("a", "n"):
        page.keyboard.press(key)
        page.wait_for_selector(f"{COUNT}:text-is('2 left · 1 reviewed')")
    page.wait_for_selector(".review-words p:has-text('Another image, 2 of')")
    page.keyboard.press("a")
    page.wait_for_selector(f"{COUNT}:text-is('1 left · 2 reviewed')")
    page.click("[data-answer=yes]")
    page.wait_for_selector(".review-end:has-text('You accepted 3 images')")
    settled(page)
    given = answers(served)
    assert set(given.values()) == {"accepted"} and len(given) == 3
    assert suggested[0] in given and suggested[2] in given and suggested[1] not in given
    expect(page.locator("[data-action=next_round][data-next]")).to_be_enabled()
    page.click("[data-answer=undo]")
    page.wait_for_selector(f"{COUNT}:text-is('1 left · 2 reviewed')")
    page.click("[data-answer=no]")
    page.wait_for_selector(f"{COUNT}:text-is('1 left · 3 reviewed')")  # the next in line takes its place
    settled(page)
    assert answers(served)[suggested[2]] == "rejected"


def test_the_last_rejection_is_undone_where_it_was_given(window: Any, served: Served):
    studio, round_id = served.place.studio, served.place.round
    view = studio.round_view(round_id)
    kept = view.scores[0].suggested
    studio.mark_copies([one.candidate.id for one in view.candidates if one.candidate.id != kept], True)
    page: Page = first_page(window, served.address, with_grid=False)
    page.goto(served.url())
    page.wait_for_selector(".review-face")
    page.click("[data-answer=no]")
    page.wait_for_selector(".review-end")
    settled(page)
    page.click("[data-answer=undo]")
    page.wait_for_selector(f"{COUNT}:text-is('1 left · 0 reviewed')")
    expect(page.locator(".rounds .columns:visible")).to_have_count(0)


def test_where_the_next_round_is_there_review_leads_to_it(window: Any, served: Served):
    studio, first = served.place.studio, served.place.round
    studio.decide([studio.round_view(first).scores[0].suggested or ""], "accepted")
    second = studio.next_round(first).id
    train(studio, second)
    page: Page = first_page(window, served.address, with_grid=False)
    page.goto(f"{served.url()}&round={first}")
    page.wait_for_selector(".tile")
    expect(page.locator("[data-choice=review]")).to_have_text("Review")  # no ✓: two are still open
    page.click("[data-choice=review]")
    page.wait_for_selector(".review-end h2:text-is('Round 2 already exists')")
    expect(page.locator("[data-action=next_round][data-next]")).to_have_text("Go to round 2 ›")
    answer = Late(page, "poll")
    answer.wait()
    page.click(".review-end [data-answer=next]")
    page.wait_for_selector(".review-end h2:text-is('Loading the images…')")  # not "You accepted none"
    answer.come()
    page.wait_for_selector(".chip-round[aria-current]:has-text('Round 2')")


def test_a_round_that_opened_with_all_images_keeps_them_when_one_is_rejected(window: Any, served: Served):
    """What is suggested in its place is no reason to leave them."""
    studio, round_id = served.place.studio, served.place.round
    suggested = [one.suggested for one in studio.round_view(round_id).scores if one.suggested]
    studio.decide(suggested, "accepted")
    page: Page = first_page(window, served.address, with_grid=False)
    page.goto(served.url())
    page.click(f".tile[data-id='{suggested[0]}']")
    page.keyboard.press("x")
    page.wait_for_selector("[data-choice=review]:has-text('Review 1')")
    expect(page.locator(".tile").first).to_be_visible()
    expect(page.locator(COUNT)).to_be_hidden()


@pytest.mark.thorough
def test_all_images_are_remembered_and_review_stays_at_hand(page: Page, served: Served):
    expect(page.locator(COUNT)).to_have_count(0)
    page.click("[data-choice=review]")
    page.wait_for_selector(f"{COUNT}:text-is('3 left · 0 reviewed')")
    page.reload()
    page.wait_for_selector(f"{COUNT}:text-is('3 left · 0 reviewed')")
    page.click("[data-choice=candidates]")
    page.wait_for_selector(".tile")
    page.reload()
    page.wait_for_selector(".tile")
    assert answers(served) == {}


@pytest.mark.thorough
@pytest.mark.parametrize("width, height", [(390, 844), (1024, 768), (1440, 900)])
def test_review_fits_without_scrolling(watched: Watched, served: Served, width: int, height: int):
    page = watched.page
    page.set_viewport_size({"width": width, "height": height})
    watched.open(served.url())
    page.click("[data-choice=review]")
    page.wait_for_selector(COUNT)
    page.wait_for_function("[...document.querySelectorAll('.review img')].every((img) => img.naturalWidth)")
    box = page.evaluate(
        "['.review-face img', '[data-answer=yes]', '[data-answer=another]'].map((one) => {"
        "const { top, bottom, left, right, height } = document.querySelector(one).getBoundingClientRect();"
        "return { top, bottom, left, right, height }; })"
    )
    bar = page.evaluate("document.querySelector('.rounds .actions').getBoundingClientRect().top")
    assert all(one["top"] >= 0 and one["left"] >= 0 and one["right"] <= width for one in box)
    assert all(one["bottom"] <= bar for one in box), "nothing is below the bar"
    assert box[0]["height"] >= 240, "the suggestion is large"
    assert box[1]["height"] >= 44


def test_a_prompt_and_seed_are_shown_at_all_strengths_in_one_view(watched: Watched, served: Served):
    studio, round_id = served.place.studio, served.place.round
    image = studio.store.images.add(picture((0, 90, 40)))
    firsts = [one for one in studio.store.candidates.of_round(round_id) if one.index == 0]
    gentle = [
        Candidate("", one.anchor_id, 10 + at, one.seed, image, 0.45, 0.25, feature=np.zeros(4), recipe=recipe)
        for one in firsts
        for at, recipe in enumerate((Recipe(0.4, 0.4, 0.5), Recipe(0.7, 0.7, 0.5), Recipe(0.4, 1.0, 0.3)))
    ]
    studio.store.candidates.save(round_id, gentle)
    page = watched.open(served.url())
    page.click("[data-choice=review]")
    page.wait_for_selector(COUNT)
    strengths = page.get_by_role("button", name="All strengths")
    for _ in range(12):
        if strengths.count():
            break
        page.keyboard.press("n")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("innerWidth === 390")
    page.wait_for_function(
        "document.querySelector('[data-answer=yes]').getBoundingClientRect().bottom"
        " <= document.querySelector('.rounds .actions').getBoundingClientRect().top"
    )
    strengths.click()
    frames = page.locator("dialog.viewer .view-frame span")
    late = "LoRA strength 0.4 for 30% of steps, then 1"
    assert frames.all_inner_texts() == ["LoRA strength 1", late, "LoRA strength 0.7", "LoRA strength 0.4"]
    page.set_viewport_size({"width": 1440, "height": 900})
    frames.first.click()
    under = page.locator("dialog.viewer .view-compared select")
    under.select_option(label=late)
    shown = under.evaluate("(one) => one.offsetWidth")
    under.evaluate("(one) => (one.style.cssText = 'max-width: none; width: max-content')")
    assert under.evaluate("(one) => one.offsetWidth") <= shown, "the whole name is seen"


def test_of_two_objects_one_image_each_stands_beside_it(watched: Watched, served: Served):
    project, round_id = two_subjects(served.place.studio)
    page = watched.open(f"{served.address}/?project={project}&step=rounds&round={round_id}")
    page.wait_for_selector(".tile")
    page.locator(".tile-face").first.focus()
    page.keyboard.press("c")
    page.wait_for_selector("dialog.lightbox .compare-source >> nth=1")
    page.keyboard.press("Escape")
    if page.locator("[data-choice=review]").count():
        page.click("[data-choice=review]")
        expect(page.locator(".review-beside img[src^=reference]")).to_have_count(2)


def test_undo_comes_back_to_the_image_that_it_undid(page: Page, served: Served):
    page.click("[data-choice=review]")
    page.wait_for_selector(COUNT)
    face = page.locator(".review-face img")
    for key in ("r", "a", "n+a"):
        for press in key.split("+"):
            shown = face.get_attribute("src")
            page.keyboard.press(press)
            expect(face).not_to_have_attribute("src", shown or "")
            if press == "n":
                shown = face.get_attribute("src")
        settled(page)
        page.keyboard.press("Control+z")
        expect(face).to_have_attribute("src", shown or "")
        page.wait_for_selector(f"{COUNT}:text-is('3 left · 0 reviewed')")
        page.keyboard.press("Control+y")
        expect(page.locator(".toast:has-text('Redid')")).to_be_visible()
        settled(page)
        page.keyboard.press("Control+z")
        page.wait_for_selector(f"{COUNT}:text-is('3 left · 0 reviewed')")
        expect(face).to_have_attribute("src", shown or "")
        assert set(answers(served).values()) <= {"undecided"}


def test_undo_among_all_images_comes_back_to_the_image_that_it_undid(page: Page):
    if page.locator("[data-choice=candidates]").count():
        page.click("[data-choice=candidates]")
    names = page.eval_on_selector_all(".tile:not([hidden])", "(all) => all.map((one) => one.dataset.id)")
    page.focus(f"[data-id='{names[2]}'] .tile-face")
    page.keyboard.press("r")
    page.wait_for_selector(f".tile[data-ring][data-id='{names[3]}']")
    page.keyboard.press("ArrowDown")
    settled(page)
    page.keyboard.press("Control+z")
    page.wait_for_selector(f".tile[data-ring][data-id='{names[2]}']")
    assert page.evaluate("document.activeElement.closest('.tile')?.dataset.id") == names[2]
