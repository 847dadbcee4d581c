"""Heatmaps and brushes in a real Chromium: what a person does, and what the store holds then."""

import numpy as np
import pytest
from playwright.sync_api import expect

from gal_studio.core.gal.scores.registry import SCORES, known_scores
from tests.ui.browser.brush.brushing import (
    EDGE,
    distances,
    enlarged,
    mask_of,
    settled,
    stroke,
)
from tests.ui.conftest import WITH_FIGURES, Served, Watched, until
from tests.ui.conftest import few_images as finished_workspace
from tests.ui.seeded_refinement import HIGH, LOW, judge, take, two_subjects

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser

LAYER = ".lightbox .brush-layer"


def test_scores_are_named_and_a_heatmap_is_read_by_pointer_and_keys_and_made_weaker(
    watched: Watched, served: Served
):
    judge(served.place.studio, served.place.round)
    watched.page.add_init_script(WITH_FIGURES)
    page, candidate = enlarged(watched, served)
    facts = page.inner_text(".lightbox-facts")
    known = known_scores(served.place.studio.store.candidates.get(candidate))
    assert len(known) >= 2
    assert [score.label for score in SCORES if score.name in known and score.label not in facts] == []
    assert page.locator(f'.lightbox-facts [title="{SCORES[0].explanation}"]').count() > 0
    expect(page.locator(".lightbox .heat")).to_have_count(0)
    page.keyboard.press("h")
    page.wait_for_selector(".lightbox .heat canvas")
    legend = page.inner_text(".lightbox .heat-legend")
    assert "0 different" in legend
    assert "1 identical" in legend
    box = page.locator(".lightbox .stage").bounding_box()
    for x, value in ((0.2, LOW), (0.8, HIGH)):
        page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * 0.5)
        page.wait_for_selector(f".heat-value:text('{value:.2f}')")
        tick = page.evaluate("parseFloat(document.querySelector('.lightbox .heat-tick').style.left)")
        assert tick == pytest.approx(100 * value)
    page.mouse.move(5, 5)
    page.wait_for_selector(".heat-value", state="hidden")
    page.focus(".lightbox .heat")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f".heat-value:text('{LOW:.2f}')")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f".heat-value:text('{HIGH:.2f}')")
    strength = ".lightbox .heat-strength input"
    page.focus(strength)
    before = int(page.input_value(strength))
    page.keyboard.press("ArrowRight")
    assert int(page.input_value(strength)) == before + 5, "a slider's arrows are its own"
    assert candidate == page.get_attribute(".tile:has(.tile-face[tabindex='0'])", "data-id"), "it stayed"
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('.lightbox .heat canvas').style.opacity === '0'")
    page.keyboard.press("a")
    until(lambda: served.place.studio.store.decisions.of_round(served.place.round).accepted == (candidate,))
    page.keyboard.press("h")
    page.wait_for_selector(".lightbox .heat", state="detached")


@pytest.mark.thorough
def test_the_heatmap_of_each_subject_is_chosen_by_keys(watched: Watched, served: Served):
    project, round_id = two_subjects(served.place.studio)
    page = watched.open(f"{served.address}/?project={project}&step=rounds&round={round_id}")
    both, one = (
        page.get_attribute(f".tile:has([aria-label*='{words}'])", "data-id")
        for words in ("<dotty> teapot and a <brumm> teddy bear in a gym", "<brumm> teddy bear at a cafe")
    )
    chosen = ".lightbox .segments[aria-label='Whose heat map'] [aria-pressed=true]"
    page.focus(f".tile[data-id='{both}'] .tile-face")
    page.keyboard.press("h")
    page.wait_for_selector(f"{chosen}:text-is('<dotty>')")
    page.wait_for_selector(".lightbox .heat[aria-label^='Likeness to the reference of <dotty>'] canvas")
    box = page.locator(".lightbox .stage").bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_selector(f".lightbox .heat-value:text('{LOW:.2f}')")
    page.focus(chosen)
    page.keyboard.press("Tab")
    page.keyboard.press(" ")
    page.wait_for_selector(f"{chosen}:text-is('<brumm>')")
    expect(page.locator("dialog.lightbox[open]")).to_have_count(1)
    page.wait_for_function("document.activeElement.textContent === '<brumm>'")
    page.wait_for_selector(".lightbox .heat[aria-label^='Likeness to the reference of <brumm>'] canvas")
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_selector(f".lightbox .heat-value:text('{HIGH:.2f}')")
    expect(page.locator(".lightbox .heat canvas")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{chosen}:text-is('<brumm>')")  # also of the next picture
    page.keyboard.press("h")
    page.wait_for_selector(".lightbox .segments", state="detached")
    page.keyboard.press("Escape")
    page.focus(f".tile[data-id='{one}'] .tile-face")
    page.keyboard.press("h")
    page.wait_for_selector(".lightbox .heat[aria-label^='Likeness to the reference of <brumm>'] canvas")
    expect(page.locator(".lightbox .segments")).to_have_count(0)  # it names one


def test_a_round_is_judged_and_the_heatmap_appears_by_itself(watched: Watched, served: Served):
    studio = served.place.studio
    page, _ = enlarged(watched, served)
    page.keyboard.press("h")
    page.wait_for_selector(".heat-missing:has-text('no heat map of this image yet')")
    page.dblclick(".heat-missing button")
    page.wait_for_selector(".heat-words:text('Making the heat maps')")
    jobs = [job.kind for job in studio.store.jobs.of_project(served.place.project)]
    assert jobs == ["quality"]
    job = take(studio)
    studio.store.jobs.progress(job.id, "maps", 34, 180)
    page.wait_for_selector(".heat-words:text('34 / 180')")
    page.wait_for_selector("[data-part=job-title]:text('Making heat maps 34 / 180')", state="attached")
    judge(studio, served.place.round)
    studio.store.jobs.finish(job.id)
    page.wait_for_selector(".lightbox .heat canvas")


@pytest.mark.thorough
def test_the_heatmap_goes_while_an_image_is_painted_and_comes_back(watched: Watched, served: Served):
    judge(served.place.studio, served.place.round)
    page, _ = enlarged(watched, served)
    heat = page.locator(".lightbox .heat")
    page.keyboard.press("b")
    page.wait_for_selector(LAYER)
    page.keyboard.press("h")
    expect(heat).to_have_count(1)
    page.keyboard.press("Escape")
    page.wait_for_selector(LAYER, state="detached")
    expect(heat).to_have_count(1)  # turned on in between
    page.keyboard.press("b")
    page.wait_for_selector(LAYER)
    expect(heat).to_have_count(0)
    page.keyboard.press("Escape")
    expect(heat).to_have_count(1)


def next_painted(page) -> str:
    """The next picture, large, with its brush."""
    page.keyboard.press("ArrowRight")
    page.keyboard.press("b")
    page.wait_for_selector(LAYER)
    page.wait_for_selector("[data-action=accept-part]:disabled")
    return page.get_attribute(".tile:has(.tile-face[tabindex='0'])", "data-id")


def test_what_is_painted_by_pointer_wheel_and_keys_is_what_is_stored(watched: Watched, served: Served):
    page, candidate = enlarged(watched, served)
    a_stroke(page, served, candidate)
    undo_and_eraser(page, served)
    keys_alone(page, served)
    a_larger_brush(page, served)


def a_stroke(page, served: Served, candidate: str) -> None:
    page.click("[data-action=part]")
    page.wait_for_selector(LAYER)
    page.wait_for_selector("[data-action=accept-part]:disabled")
    stroke(page, LAYER, [(0.25, 0.5), (0.75, 0.5)])
    page.click("[data-action=accept-part]")
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region]", state="attached")
    settled(page)
    mask = mask_of(served, candidate)
    away = distances((0.25 * EDGE, 0.5 * EDGE), (0.75 * EDGE, 0.5 * EDGE))
    radius = 0.06 * EDGE
    assert mask.shape == (EDGE, EDGE)
    assert set(np.unique(mask)) == {0, 255}
    assert (mask[away < radius - 0.5] == 255).all()
    assert (mask[away > radius + 0.5] == 0).all()


def undo_and_eraser(page, served: Served) -> None:
    second = next_painted(page)
    stroke(page, LAYER, [(0.5, 0.2), (0.5, 0.8)])
    stroke(page, LAYER, [(0.2, 0.5), (0.8, 0.5)])
    page.keyboard.press("Control+z")
    page.keyboard.press("e")
    stroke(page, LAYER, [(0.4, 0.5), (0.6, 0.5)])
    page.keyboard.press("Escape")
    page.wait_for_selector(LAYER, state="detached")
    expect(page.locator("dialog.lightbox[open]")).to_have_count(1)  # Escape left the brush alone
    page.keyboard.press("b")
    page.wait_for_selector("[data-action=accept-part]:enabled")
    page.keyboard.press("Enter")
    settled(page)
    mask = mask_of(served, second)
    assert mask[EDGE // 4, EDGE // 2] == 255, "the first stroke"
    assert mask[EDGE // 2, EDGE // 2] == 0, "erased"
    assert mask[EDGE // 2, EDGE // 4] == 0, "undone"


def keys_alone(page, served: Served) -> None:
    third = next_painted(page)
    page.wait_for_selector(f"{LAYER}:focus")
    size = ".lightbox .brush-size input"
    before = page.input_value(size)
    page.keyboard.press("]")
    assert int(page.input_value(size)) > int(before)
    page.keyboard.press(" ")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    settled(page)
    mask = mask_of(served, third)
    assert mask[EDGE // 2, EDGE // 2] == mask[EDGE // 2, EDGE // 2 + 5] == 255
    assert mask[EDGE // 2, 2] == mask[2, EDGE // 2] == 0


def a_larger_brush(page, served: Served) -> None:
    fourth = next_painted(page)
    page.hover(LAYER)
    for _ in range(8):
        page.mouse.wheel(0, -100)
    page.wait_for_function("Number(document.querySelector('.brush-size input').value) > 80")
    stroke(page, LAYER, [(0.5, 0.5), (0.51, 0.5)])
    page.keyboard.press("Enter")
    settled(page)
    assert (mask_of(served, fourth) == 255).mean() > 0.2


def accepted_in_part(watched: Watched, served: Served):
    """The first picture of the grid, large, with a painted part that was accepted."""
    page, candidate = enlarged(watched, served)
    page.keyboard.press("b")
    page.wait_for_selector(".lightbox .brush-layer")
    stroke(page, ".lightbox .brush-layer", [(0.3, 0.3), (0.6, 0.6)])
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-action=accept]:text('Accepted in part')")
    return page, candidate


@pytest.mark.thorough
def test_a_part_is_marked_outlined_and_taken_back(watched: Watched, served: Served):
    page, candidate = accepted_in_part(watched, served)
    page.wait_for_selector(".lightbox .part-outline")
    page.keyboard.press("Escape")
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region] [aria-label*='accepted in part']")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f".tile[data-id='{candidate}']:not([data-region], [data-verdict])")
    settled(page)
    decisions = served.place.studio.store.decisions
    assert decisions.of_round(served.place.round).verdicts == {}
    assert len(decisions.log(served.place.round)) == 2, "appended, not overwritten"
    page.keyboard.press("Control+y")
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region]")
    page.keyboard.press("a")
    page.wait_for_selector(".toast:has-text('with the painted part')")
    page.wait_for_selector(f".tile[data-id='{candidate}']:not([data-region])")
    page.keyboard.press("Control+z")
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region]")
    settled(page)
    page.reload()
    page.wait_for_selector(f".tile[data-id='{candidate}'][data-region]")
