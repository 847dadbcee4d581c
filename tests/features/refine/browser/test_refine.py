"""Refinements in a real Chromium: what a person does, and what the store holds then."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.ui.browser.brush.brushing import EDGE, opened, pair_opened, settled, stroke
from tests.ui.browser.menus import switch_figures
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded_refinement import object_with_subject, pairs_made, refined

pytestmark = pytest.mark.browser
CURRENT_IS_WHOLE = """() => {
  const chip = document.querySelector(".chip-round[aria-current]");
  const [inner, outer] = [chip, chip.parentElement].map((node) => node.getBoundingClientRect());
  return chip.parentElement.scrollWidth > outer.width && inner.right <= outer.right + 1;
}"""


def test_a_style_is_refined_once_something_is_accepted_and_only_once(watched: Watched, served: Served):
    studio = served.place.studio
    page = watched.open(served.url())
    page.click(".more-button")
    page.wait_for_selector("[data-action=refine]:disabled:has-text('accept an image first')")
    page.keyboard.press("Escape")
    page.click(".tile >> nth=5", position={"x": 15, "y": 15})
    page.keyboard.press("a")
    page.click(".more-button")
    page.click("[data-action=refine]:enabled")
    steps = page.locator("dialog.question[open] li")
    expect(steps).to_have_count(3)
    assert "Makes 16 comparison pairs" in steps.nth(0).inner_text()
    assert "Trains 200 steps" in steps.nth(2).inner_text(), "what it will do is said first"
    assert [round_.kind for round_ in studio.rounds(served.place.project)] == ["fine_tune"]
    page.dblclick("[data-answer=make_pairs]")
    page.wait_for_selector(".chip-round[aria-current]:has-text('1 refined')")
    page.wait_for_selector(".refine-left h2:text('Refinement of round 1')")
    kinds = [round_.kind for round_ in studio.rounds(served.place.project)]
    assert kinds == ["fine_tune", "refine"]
    assert [job.kind for job in studio.store.jobs.of_project(served.place.project)] == ["pairs"]
    accepted = studio.round_view(served.place.round).accepted
    assert accepted == 1, "the second click is not for the image behind the question"
    page.click(".chip-round >> nth=1")
    page.wait_for_selector(".grid .tile")
    page.click(".chip-round >> nth=2")
    page.wait_for_selector(".refine-left h2")
    expect(page.locator(".pair-grid .empty")).to_be_visible()
    page.set_viewport_size({"width": 440, "height": 900})
    page.wait_for_function(CURRENT_IS_WHOLE)


def test_pairs_are_shown_with_their_maps_and_trained_on(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    page = opened(watched, served, node)
    page.wait_for_selector(".pair-card >> nth=15")
    page.wait_for_selector(".pair-card >> nth=0 >> .heat canvas")
    expect(page.locator(".pair-card")).to_have_count(16)
    expect(page.locator(".pair-card >> nth=0 >> .heat")).to_have_count(1)
    page.click(".pair-bar button:text('How much of the reference is reproduced')")
    page.wait_for_function(
        "document.querySelectorAll('.pair-card')[0].querySelectorAll('.heat').length === 2"
    )
    first = page.locator(".pair-card >> nth=0")
    expect(first).to_contain_text("partly alike · partly reproduced")
    switch_figures(page)
    expect(first).to_contain_text("alike: 0.50 · reproduced: 0.50")
    page.wait_for_selector("[data-action=train][data-next]")
    page.click("[data-action=train]")
    page.wait_for_selector("[data-part=job-title]:text('Refining')")
    assert node in studio.store.jobs.busy_rounds(studio.store.rounds.get(node).project_id)


@pytest.mark.thorough
def test_everything_is_done_by_one_click(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    page = opened(watched, served, node)
    page.click("[data-action=whole]")
    page.wait_for_selector("[data-part=job-title]:text('Refining')")

    def queued() -> list[str]:
        jobs = studio.store.jobs.of_project(served.place.project)
        return sorted(job.kind for job in jobs if job.state == "queued")

    until(lambda: queued() == ["generate", "refine"])  # the first is told of before the second is there


@pytest.mark.thorough
def test_good_and_bad_are_painted_over_a_pair_kept_and_undone(watched: Watched, served: Served):
    store = served.place.studio.store
    node = pairs_made(served.place.studio, served.place.round)
    pair = served.place.studio.refinement_view(node).pairs[1].id
    page = opened(watched, served, node)
    pair_opened(page, 1)
    stroke(page, ".pair-view .brush-layer", [(0.2, 0.25), (0.8, 0.25)])
    page.wait_for_selector(".pair-kept:text-is('Saved')")
    page.keyboard.press("b")
    stroke(page, ".pair-view .brush-layer", [(0.2, 0.75), (0.8, 0.75)])
    page.keyboard.press("Escape")
    page.wait_for_selector(".pair-card >> nth=1 >> .pair-painted:visible")
    settled(page)
    painting = np.asarray(store.images.mask(store.refinements.paintings.newest(node)[pair]))
    assert set(np.unique(painting)) == {0, 128, 255}
    assert painting[EDGE // 4, EDGE // 2] == 255
    assert painting[3 * EDGE // 4, EDGE // 2] == 0
    assert painting[EDGE // 2, EDGE // 2] == 128
    page.keyboard.press("Control+z")
    settled(page)
    page.wait_for_function("document.querySelector('.pair-steps button:last-child').disabled === false")
    painting = np.asarray(store.images.mask(store.refinements.paintings.newest(node)[pair]))
    assert painting[3 * EDGE // 4, EDGE // 2] == 128, "the bad stroke is taken back"
    page.click(".pair-card >> nth=1")
    page.wait_for_selector(".pair-view .brush-steps button:text('Clear'):enabled")
    page.click(".pair-view .brush-steps button:text('Clear')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".pair-card >> nth=1 >> .pair-painted", state="hidden")


@pytest.mark.thorough
def test_the_subject_of_a_reference_is_painted_and_its_pairs_are_judged_again(
    watched: Watched, served: Served
):
    studio = served.place.studio
    project, round_id, reference = object_with_subject(studio)
    node = pairs_made(studio, round_id)
    page = watched.open(f"{served.address}/?project={project}&step=rounds&round={node}")
    page.click(".pair-card >> nth=0")
    page.wait_for_selector(".pair-view .part-outline")
    page.click("[data-action=subject]")
    page.wait_for_selector(".mask-view .brush-layer")
    assert page.is_enabled("[data-action=keep-mask]"), "what the studio found can be saved as it is"
    stroke(page, ".mask-view .brush-layer", [(0.7, 0.5), (0.9, 0.5)])
    page.click("[data-action=keep-mask]")
    page.wait_for_selector("[data-part=job-title]:text('Making pairs')")
    name = studio.store.projects.reference(reference).mask
    mask = np.asarray(studio.store.images.mask(name))
    assert (mask[:, :24] == 255).all(), "what the studio found"
    assert mask[24, 38] == 255, "what was painted"
    assert mask[2, 38] == 0
    assert [round_.kind for round_ in studio.rounds(project)] == ["fine_tune", "refine"]


def test_a_refinement_is_compared_measured_undone_and_gone_on_from(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    refined(studio, node)
    page = opened(watched, served, node)
    page.wait_for_selector(".compare .view-turns:has-text('Image 1 of')")
    pictures_before_and_after(page)
    what_was_measured(page)
    every_control_has_a_name(page)
    page.click("[data-choice=candidates]")
    page.wait_for_selector(".grid .tile:visible")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    settled(page)
    assert list(studio.store.decisions.of_round(node).verdicts.values()) == ["accepted"]
    page.click("[data-choice=refinement]")
    page.wait_for_selector(".refine-left h2:visible")
    back_and_on(page, served, node)


def pictures_before_and_after(page: Any) -> None:
    page.focus(".compare .view-bar input")
    page.keyboard.press("End")
    clip = "getComputedStyle(document.querySelector('.compare .view-after')).clipPath"
    page.wait_for_function(f"{clip}.includes('100%')")
    page.keyboard.press("Home")
    page.wait_for_function(f"!{clip}.includes('100%')")
    first = page.get_attribute(".compare .view-after", "src")
    page.click("[aria-label='Next image']")
    page.wait_for_selector(".compare .view-title:has-text('seed 2 of 10')")
    assert page.get_attribute(".compare .view-after", "src") != first
    second = page.locator(".compare-head option").nth(1)
    page.select_option(".compare-head select", second.get_attribute("value"))
    expect(page.locator(".compare .view-title")).to_contain_text(second.inner_text())


def what_was_measured(page: Any) -> None:
    page.wait_for_selector(".refine-measured li >> nth=2")
    words = page.inner_text(".refine-measured").lower()
    assert "judged by the clip model vit-b-32/openai" in words
    assert "likeness to the prompt\n" in words and "0.271" not in words
    page.evaluate("localStorage.setItem('gal-studio-figures', 'shown')")
    page.reload()
    page.wait_for_selector(".refine-measured li >> nth=2")
    words = page.inner_text(".refine-measured").lower()
    assert "likeness to the prompt 0.271 → 0.284, +0.013 [+0.004, +0.021] over 180 images" in words
    assert [verdict.strip() for verdict in page.locator(".measured-verdict").all_inner_texts()] == [
        "✓ better",
        "≈ no clear change",
        "✕ worse",
    ]
    expect(page.locator(".refine-losses .chart")).to_have_count(1)
    page.click(".refine-measured .how summary")
    page.wait_for_selector(".refine-measured .how >> text=confidence interval")


def every_control_has_a_name(page: Any) -> None:
    page.click("[data-choice=pairs]")
    page.click(".pair-card >> nth=0")
    page.wait_for_selector(".pair-view .brush-bar")
    nameless = page.evaluate(
        "[...document.querySelectorAll('.studio :is(button, input, select, canvas[tabindex], [role])')]"
        ".filter((node) => !node.hidden && !node.closest('[aria-hidden=true]'))"
        ".filter((node) => node.getAttribute('role') !== 'status')"
        ".filter((node) => !(node.ariaLabel || node.hasAttribute('aria-labelledby')"
        " || node.textContent.trim() || node.labels?.length))"
        ".map((node) => node.outerHTML.slice(0, 120))"
    )
    assert nameless == []
    page.keyboard.press("Escape")


def back_and_on(page: Any, served: Served, node: str) -> None:
    studio = served.place.studio
    page.click("text=Back to the previous round")
    page.wait_for_selector(".chip-round:nth-of-type(2)[aria-current]")
    page.wait_for_selector(".grid .tile:visible")
    assert [round_.kind for round_ in studio.rounds(served.place.project)] == ["fine_tune", "refine"]
    assert studio.refinement_view(node).step == "done", "nothing is deleted"

    page.click(".chip-round >> nth=2")
    page.wait_for_selector(".refine-left h2:visible")
    before = page.inner_text(".rule-words")
    page.select_option(".refine-rule select", "repeat")
    page.wait_for_function(
        "(before) => document.querySelector('.rule-words').textContent !== before", arg=before
    )
    assert studio.project(served.place.project).settings.refine.next_round == "repeat"
    page.click("[data-action=next_round]")
    page.wait_for_selector(".chip-round[aria-current]:has-text('Round 2')")
    rounds = studio.rounds(served.place.project)
    following = next(round_ for round_ in rounds if round_.parent_id == node)
    assert following.kind == "fine_tune"
    assert any(round_.parent_id == following.id for round_ in rounds), "its refinement is queued as well"
