"""The screen in a real Chromium: what a person does, and what the store says afterwards."""

import math
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.browser.app.late_answers import in_one_task
from tests.ui.browser.brush.brushing import settled
from tests.ui.browser.menus import further
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import draw, make_project, train
from tests.ui.seeded_refinement import take

pytestmark = pytest.mark.browser


def verdicts(served: Served):
    return served.place.studio.store.decisions.of_round(served.place.round).verdicts


def lasso(page, x: float, y: float, radius: float) -> None:
    """Draw a circle on the map; the middle in shares of its size, the radius in pixels."""
    page.hover(".view.map", trial=True)  # it stands still
    box = page.locator(".view.map").bounding_box()
    middle = box["x"] + box["width"] * x, box["y"] + box["height"] * y
    page.mouse.move(middle[0] + radius, middle[1])
    page.mouse.down()
    for step in range(1, 25):
        turn = 2 * math.pi * step / 24
        page.mouse.move(middle[0] + radius * math.cos(turn), middle[1] + radius * math.sin(turn))
    page.mouse.up()


def test_the_round_is_shown_whole_and_searched_on_the_map(page: Any):
    page.wait_for_selector(".map .plot .point")
    expect(page.locator(".tile")).to_have_count(180)
    expect(page.locator(".group")).to_have_count(18)
    expect(page.locator("[data-part=sign-out]")).to_be_hidden()  # there is no password to leave
    expect(page.locator(".tile[data-suggested]")).to_have_count(3)
    expect(page.locator(".suggestion-row")).to_have_count(3)
    assert page.inner_text(".shown") == "180 / 180 shown"
    assert page.get_attribute("[data-action=accept]", "data-next") == ""
    page.click(".suggestion .how summary")
    page.click(".suggestion .how-more")
    page.wait_for_selector("dialog.how-page[open] code:has-text('−p ln p') >> visible=true")
    loaded = "[...document.querySelectorAll('.how-examples img')].map((image) => image.naturalWidth)"
    page.wait_for_function(f"{loaded}.every((width) => width === 128)")
    assert "dialog=how" in page.url
    page.keyboard.press("a")  # decides nothing below the dialog
    page.keyboard.press("Escape")
    expect(page.locator("dialog.how-page[open]")).to_have_count(0)
    expect(page.locator(".tile[data-verdict=accepted]")).to_have_count(0)
    page.hover(".tile >> nth=3")
    page.wait_for_selector(".marks circle.hover")
    expect(page.locator(".marks circle.hover")).to_have_count(1)
    centre = page.evaluate(
        "(() => { const r = document.querySelector('.plot .point').getBoundingClientRect();"
        " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
    )
    page.mouse.move(*centre)
    page.wait_for_selector(".hover-preview:visible")
    page.wait_for_selector(".tile[data-ring]", state="attached")
    expect(page.locator(".tile[data-ring]")).to_have_count(1)
    lasso(page, 0.5, 0.5, 90)
    page.wait_for_selector(".shown:not(:text-is('180 / 180 shown'))")
    shown = int(page.inner_text(".shown").split(" / ")[0])
    assert 0 < shown < 180
    expect(page.locator(".tile:visible")).to_have_count(shown)
    page.keyboard.press("Escape")
    page.wait_for_selector(".shown:text-is('180 / 180 shown')")


def test_keys_decide_and_a_refresh_keeps_it(page: Any, served: Served):
    page.keyboard.press("Control+z")
    page.wait_for_selector(".toast:has-text('There is nothing to undo in this round.')")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("r")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    page.keyboard.press("Control+z")
    settled(page)
    assert sorted(verdicts(served).values()) == ["accepted", "rejected"]
    page.keyboard.press("Control+y")
    settled(page)
    assert sorted(verdicts(served).values()) == ["accepted", "accepted", "rejected"]
    page.reload()
    page.wait_for_selector("html[data-studio=ready]")
    page.wait_for_selector(".tile[data-verdict=rejected]")
    expect(page.locator(".tile[data-verdict=accepted]")).to_have_count(2)


def test_a_suggestion_is_left_out_and_the_rest_accepted(page: Any, served: Served):
    page.focus(".suggestion-row:nth-child(2) .leave")
    page.keyboard.press("Enter")
    next_best = ".suggestion-row:nth-child(2)[data-verdict=open] >> text=/This is the (best|last) /"
    page.wait_for_selector(next_best)
    settled(page)
    assert page.evaluate("document.activeElement.matches('.suggestion-row:nth-child(2) .leave')")
    page.click("[data-action=accept]")
    page.wait_for_selector("[data-action=next_round][data-next]")
    settled(page)
    assert sorted(verdicts(served).values()) == ["accepted", "accepted", "accepted", "rejected"]
    page.click("[data-action=next_round]")
    page.wait_for_selector(".chip-round:nth-of-type(3)[aria-current]")
    _, second = served.place.studio.rounds(served.place.project)
    waiting = [job for job in served.place.studio.store.queue.read().waiting if job.round_id == second.id]
    assert [job.kind for job in waiting][:2] == ["fine_tune", "generate"], "what is called a start starts"
    page.wait_for_selector(".learning h3:has-text('The model will be trained on your reference')")
    page.click(".chip-round >> nth=1")
    page.wait_for_selector("[data-action=next_round]:enabled:has-text('Go to round 2')")


@pytest.mark.thorough
@pytest.mark.parametrize("measures", [False, True])
def test_suggestions_stay_while_more_pictures_are_drawn_or_wait(
    watched: Watched, served: Served, measures: bool
):
    if measures:
        served.place.studio.measure(served.place.round)
        take(served.place.studio)
    page = watched.open(served.url())
    rows = page.locator(".suggestion-row")
    expect(rows).to_have_count(3)
    page.hover(".tile >> nth=0")
    page.locator(".group").first.get_by_role("button", name="Generate more").click()
    jobs = served.place.studio.store.jobs
    until(lambda: any(job.kind == "generate" for job in jobs.of_project(served.place.project)))
    if not measures:
        take(served.place.studio)
    said = "180 of 183 images are generated" if measures else "Suggestions update when they are done"
    expect(page.locator(".suggestion")).to_contain_text(said)
    expect(rows).to_have_count(3)
    expect(page.locator(".suggestion-row .leave")).to_have_count(0)
    expect(page.locator("[data-part=suggestion-note]")).to_be_empty()


@pytest.mark.thorough
def test_a_round_that_would_learn_the_same_again_is_asked_about(page: Any, served: Served):
    page.click("[data-action=next_round]")
    page.wait_for_selector("dialog.question[open] >> text=Nothing accepted: the next round")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.question", state="detached")
    assert len(served.place.studio.rounds(served.place.project)) == 1
    page.click("[data-action=next_round]")
    page.click("[data-answer=next_round]")
    page.wait_for_selector(".chip-round:nth-of-type(3)[aria-current]")
    assert len(served.place.studio.rounds(served.place.project)) == 2


@pytest.mark.thorough
def test_the_job_is_the_same_in_every_step_and_can_be_paused_and_stopped(watched: Watched, served: Served):
    studio = served.place.studio
    job = studio.fine_tune(studio.next_round(served.place.round).id)
    studio.store.workers.enter("worker")
    assert studio.store.jobs.claim("worker")
    studio.store.jobs.progress(job.id, "fine_tune", 40, 200)
    page = watched.open(served.url())
    for step in ("rounds", "results", "reference"):
        page.click(f"[data-step={step}]")
        page.wait_for_selector("[data-part=job-title]:text('Training 40 / 200')")
    page.reload()
    page.wait_for_selector("[data-part=job-title]:text('Training 40 / 200')")
    page.click("[data-part=pause]")
    page.wait_for_selector("[data-part=job-title]:text-is('Pausing')")
    until(lambda: studio.store.jobs.get(job.id).state == "pausing")
    studio.store.jobs.halt(job.id)
    page.wait_for_selector("[data-part=resume]:enabled")
    page.evaluate(
        "() => { const now = performance.now(); performance.now = () => now; }"
    )  # clocks stand still
    pressed = "document.querySelector('[data-part=resume]').click()"
    stop = "document.querySelector('[data-part=stop]').disabled"
    after = f"async () => {{ {pressed}; await new Promise((done) => setTimeout(done)); return {stop}; }}"
    assert page.evaluate(after) is True, "a second click would stop what the first one resumed"
    page.wait_for_selector("[data-part=job-title]:text('waiting for its turn')")
    page.click("[data-part=stop]")
    page.wait_for_selector("[data-part=job-title]:text('stopped after 40 of 200 steps')")
    until(lambda: studio.store.jobs.get(job.id).state == "stopped")


def test_pictures_appear_while_they_are_drawn_and_nothing_jumps(watched: Watched, served: Served):
    studio = served.place.studio
    project = make_project(studio, name="Another")
    round_id = studio.rounds(project)[0].id
    train(studio, round_id)
    pool = studio.pool(round_id)
    draw(studio, round_id, pool[:12])
    studio.generate(round_id)
    page = watched.open(f"{served.address}/?project={project}&step=rounds")
    page.wait_for_function("document.querySelectorAll('.tile').length === 120")
    expect(page.locator(".waiting")).to_have_count(60)
    page.evaluate(
        "document.querySelector('.grid').scrollTop = 500; document.querySelector('.tile').kept = true"
    )
    draw(studio, round_id, pool[12:14])
    page.wait_for_function("document.querySelectorAll('.tile').length === 140")
    assert page.evaluate("document.querySelector('.tile').kept") is True, "the first tile was built again"
    assert page.evaluate("document.querySelector('.grid').scrollTop") == 500


@pytest.mark.thorough
def test_the_queue_is_there_when_it_opens_and_the_page_goes_dark(page: Any):
    shown = in_one_task(
        page,
        "document.querySelector('[data-part=queue]').click();"
        " return document.querySelector('.queue-list').textContent;",
    )
    assert shown.startswith("QueueNothing is running or waiting."), "there when it opens"
    page.keyboard.press("Escape")
    assert page.get_attribute("html", "data-theme") == "light"
    further(page, "theme")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()
    assert page.get_attribute("html", "data-theme") == "dark"
