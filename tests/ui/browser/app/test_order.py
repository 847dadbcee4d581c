"""Answers that come in another order than they were asked for, or late, in a real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.features.needed import needs_refine
from tests.ui.browser.app.late_answers import Late, before_changes
from tests.ui.browser.brush.brushing import enlarged, opened, pair_opened, settled, stroke
from tests.ui.conftest import Served, Watched
from tests.ui.seeded_refinement import judge, object_with_subject, pairs_made, take

pytestmark = [pytest.mark.browser, pytest.mark.races]

PAIR, SUBJECT = ".pair-view .brush-layer", ".mask-view .brush-layer"


@pytest.mark.thorough
def test_a_mask_is_there_although_the_answer_is_older_than_it(watched: Watched, served: Served):
    studio = served.place.studio
    project, _, _ = object_with_subject(studio)
    gate = before_changes(studio)
    page = watched.open(f"{served.address}/?project={project}&step=reference")
    page.click("[data-action=paint-mask]")
    page.wait_for_selector(SUBJECT)
    gate.close()
    stroke(page, SUBJECT, [(0.7, 0.5), (0.9, 0.5)])
    page.click("[data-action=keep-mask]")
    assert gate.reached.wait(60)
    page.keyboard.press("Escape")
    page.wait_for_selector(".mask-view", state="hidden")
    answer = Late(page, "reference_mask")
    page.click("[data-action=paint-mask]")
    answer.wait()
    gate.open()
    page.wait_for_function("document.querySelector('.with-mask')")
    answer.come()
    page.wait_for_selector(".mask-view >> text=is what you painted.")


@pytest.mark.thorough
def test_a_mask_that_was_closed_stays_closed(watched: Watched, served: Served):
    studio = served.place.studio
    project, _, _ = object_with_subject(studio)
    gate = before_changes(studio)
    page = watched.open(f"{served.address}/?project={project}&step=reference")
    page.click("[data-action=paint-mask]")
    page.wait_for_selector(SUBJECT)
    stroke(page, SUBJECT, [(0.7, 0.5), (0.9, 0.5)])
    page.click("[data-action=keep-mask]")
    page.wait_for_selector(".with-mask")
    page.click("[data-action=paint-mask]")
    gate.close()
    page.click("[data-action=undo-mask]")
    assert gate.reached.wait(60)
    page.keyboard.press("Escape")
    page.wait_for_selector(".mask-view", state="hidden")
    gate.open()
    page.wait_for_selector(".with-mask", state="detached")
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.thorough
def test_a_name_that_is_typed_while_another_is_kept_stays(watched: Watched, served: Served):
    gate = before_changes(served.place.studio)
    page = watched.open(served.url("reference"))
    gate.close()
    page.fill(".name-in-place", "Cat of the harbour")
    page.keyboard.press("Enter")
    assert gate.reached.wait(60)
    page.fill(".name-in-place", "Cat of the h")
    gate.open()
    page.wait_for_selector(".project-row b:text-is('Cat of the harbour')")
    assert page.input_value(".name-in-place") == "Cat of the h"


@pytest.mark.thorough
def test_anchors_are_typed_one_behind_the_other(watched: Watched, served: Served):
    studio, project = served.place.studio, served.place.project
    gate = before_changes(studio)
    page = watched.open(served.url("reference"))
    page.click(".open-project button:text('Edit test prompts')")
    gate.close()
    for line in ("A mill {}", "A barn {}"):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    assert gate.reached.wait(60)
    gate.open()
    page.wait_for_selector("dialog.anchors-editor li:has-text('A barn')")
    added = [anchor.prompt.split(" in ")[0] for anchor in studio.project(project).anchors[18:]]
    assert added == ["A mill", "A barn"]


@pytest.mark.thorough
def test_a_heatmap_appears_although_it_was_asked_for_before_the_last_judgement(
    watched: Watched, served: Served
):
    studio = served.place.studio
    page, _ = enlarged(watched, served)
    studio.judge_quality(served.place.round)
    job = take(studio)
    page.wait_for_selector("[data-part=job-title]:text('Making heat maps')", state="attached")
    answer = Late(page, "patch_maps")
    page.press("dialog.lightbox[open]", "h")
    answer.wait()
    judge(studio, served.place.round)
    studio.store.jobs.finish(job.id)
    page.wait_for_selector("[data-part=job-title]:text('Heat maps ready')", state="attached")
    answer.come()
    page.wait_for_selector(".lightbox .heat canvas")


@needs_refine
@pytest.mark.thorough
def test_kept_is_said_of_the_last_stroke(watched: Watched, served: Served):
    studio = served.place.studio
    gate = before_changes(studio)
    page = opened(watched, served, pairs_made(studio, served.place.round))
    pair_opened(page, 0)
    page.evaluate(
        "() => { window.said = []; const words = document.querySelector('.pair-kept');"
        " const kept = document.querySelector('[data-part=kept]');"
        " new MutationObserver(() => window.said.push([words, kept].map((node) => node.textContent).join()))"
        ".observe(words, { childList: true, characterData: true, subtree: true }); }"
    )
    gate.close()
    for height in (0.3, 0.7):
        stroke(page, PAIR, [(0.2, height), (0.8, height)])
        page.wait_for_timeout(500)  # the page waits for 400 ms after a stroke
    gate.open()
    page.wait_for_selector(".pair-kept:text-is('Saved')")
    settled(page)
    assert "Saved,Saving…" not in page.evaluate("window.said")
