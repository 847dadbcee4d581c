"""What a person sees between a press and its answer, in a real Chromium."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.chromium import PATIENCE
from tests.features.needed import needs_refine
from tests.ui.access.gates import FULL, refuse, refused_once
from tests.ui.browser.app.late_answers import Late, before_changes
from tests.ui.browser.brush.brushing import opened
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import make_project
from tests.ui.seeded_refinement import pairs_made, refined

pytestmark = [pytest.mark.browser, pytest.mark.races]

EDITOR = "dialog.anchors-editor[open]"


@pytest.mark.thorough
def test_the_queue_swallows_no_click(watched: Watched, served: Served):
    studio = served.place.studio
    first, second = studio.run_round(studio.next_round(served.place.round).id)
    third = studio.judge_quality(served.place.round)
    page = watched.open(served.url())
    page.click("[data-part=queue]")
    row = ".queue-list li[data-job='{}'] [aria-label^='{}']"
    answer = Late(page, "reorder")
    page.click(row.format(third.id, "To the front"))
    answer.wait()
    page.wait_for_selector(f".queue-list li:nth-child(1)[data-job='{third.id}']")
    with pytest.raises(Exception, match="Timeout"):
        page.click(row.format(second.id, "Cancel"), timeout=1000)
    answer.come()
    page.click(row.format(second.id, "Cancel"))
    until(lambda: studio.store.jobs.get(second.id).state == "stopped")
    assert studio.store.jobs.get(first.id).state == "queued"


@pytest.mark.thorough
def test_what_waited_for_the_mouse_comes_wherever_it_is_released(watched: Watched, served: Served):
    page = watched.open(served.url("reference"))
    page.hover(".open-project .derived-line")
    page.mouse.down()
    served.place.studio.rename(served.place.project, "Cat of the harbour")
    page.wait_for_selector("[data-part=name]:text-is('Cat of the harbour')")
    page.hover(".top-more", force=True)
    page.mouse.up()
    page.wait_for_function("document.querySelector('.name-in-place').value === 'Cat of the harbour'")


@pytest.mark.thorough
def test_a_switch_is_not_put_back_by_a_poll_of_before(watched: Watched, served: Served):
    studio, project = served.place.studio, served.place.project
    gate = before_changes(studio)
    page = watched.open(served.url("reference"))
    page.click(".open-project button:text('Edit test prompts')")
    switch = f"{EDITOR} input[role=switch] >> nth=0"
    page.evaluate(
        f"() => {{ window.said = []; const one = document.querySelector('{EDITOR} input[role=switch]');"
        " const look = () => { window.said.push(one.checked); requestAnimationFrame(look); };"
        " one.addEventListener('change', look); }"
    )
    other = studio.project(project).anchors[5].id
    gate.close()
    page.click(switch)
    assert gate.reached.wait(60)
    studio.enable_anchor(other, False)
    answer = Late(page, "poll")
    answer.wait()
    gate.open()
    until(lambda: not studio.project(project).anchors[0].enabled)
    page.wait_for_function("document.querySelector('[data-part=kept]').textContent === 'All changes saved'")
    answer.come()
    page.wait_for_selector(f"{EDITOR} >> text=16 of 18 on")
    assert True not in page.evaluate("window.said")


@pytest.mark.thorough
def test_results_are_those_of_the_project_that_is_shown(watched: Watched, served: Served):
    studio = served.place.studio
    studio.accept_suggestion(served.place.round)
    make_project(studio, name="Ink harbour")
    page = watched.open(served.url("results"))
    page.wait_for_selector(".shelf-pictures img")
    page.click("[data-step=reference]")
    page.click(".project-row:has-text('Ink harbour')")
    page.wait_for_selector("[data-part=name]:text-is('Ink harbour')")
    results, seeds = (Late(page, name) for name in ("outcomes", "same_seed"))
    page.click("[data-step=results]")
    results.wait()
    expect(page.locator(":is(.shelf-pictures, .same-row) img").filter(visible=True)).to_have_count(0)
    results.come()
    page.wait_for_selector(".results-table tbody tr")
    seeds.wait()
    expect(page.locator(":is(.shelf-pictures, .same-row) img").filter(visible=True)).to_have_count(0)
    seeds.come()


@pytest.mark.thorough
def test_a_refusal_is_said_although_the_next_change_was_kept(watched: Watched, served: Served):
    studio = served.place.studio
    studio.decide = refused_once(studio.decide)  # type: ignore[method-assign]
    gate = before_changes(studio)
    page = watched.open(served.url())
    gate.close()
    for key in ("ArrowRight", "a", "ArrowRight", "a"):
        page.keyboard.press(key)
    assert gate.reached.wait(60)
    gate.open()
    until(lambda: len(studio.store.decisions.of_round(served.place.round).accepted) == 1)
    page.wait_for_function("document.querySelector('[data-part=kept]').textContent === 'All changes saved'")
    assert page.is_visible(f".toast:has-text('{FULL}')")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    page.wait_for_selector(".toast", state="detached")


@needs_refine
@pytest.mark.thorough
def test_before_and_after_are_asked_for_again_when_there_was_no_answer(watched: Watched, served: Served):
    node = pairs_made(served.place.studio, served.place.round)
    refined(served.place.studio, node)
    away = ["before_after"]

    def lose(route: Any) -> None:
        asked = route.request.post_data or ""
        route.abort() if any(f'"{name}"' in asked for name in away) else route.fallback()

    watched.page.route("**/component_server/", lose)
    watched.page.route("**/writes", lambda route: route.abort() if away else route.fallback())
    page = opened(watched, served, node)
    page.wait_for_selector(".toast:has-text('responding')")
    page.wait_for_selector(".toast", state="detached")
    away.clear()
    page.click("[data-choice=pairs]")
    page.click("[data-choice=compare]")
    page.wait_for_selector(".compare .view-after")
    watched.complaints[:] = [line for line in watched.complaints if "ERR_FAILED" not in line]


@needs_refine
@pytest.mark.thorough
def test_a_rule_that_is_refused_goes_back(watched: Watched, served: Served):
    studio = served.place.studio
    node = pairs_made(studio, served.place.round)
    refined(studio, node)
    studio.change_settings = refuse  # type: ignore[method-assign]
    page = opened(watched, served, node)
    page.focus(".refine-rule select")
    page.select_option(".refine-rule select", "repeat")
    page.wait_for_selector(f".toast:has-text('{FULL}')")
    page.wait_for_function("document.querySelector('.refine-rule select').value === 'continue'")


class Lost:
    """Connections that a sleep took: the first call of each path is never answered, and no error comes."""

    def __init__(self, page: Any) -> None:
        self.taken: list[str] = []
        for path in ("component_server/", "writes"):
            page.route(f"**/{path}", self._take)

    def _take(self, route: Any) -> None:
        path = route.request.url.rsplit("/", 1)[-1] or "poll"
        if path in self.taken:
            return route.fallback()
        self.taken.append(path)
        return None


@pytest.mark.thorough
def test_what_a_sleep_took_is_asked_for_again(chromium: Any, served: Served):
    """A poll and a change on connections that died without a word: nothing waits for them for ever."""
    studio, project = served.place.studio, served.place.project
    with chromium.new_context() as kept:  # its clock is its own
        page = kept.new_page()
        page.set_default_timeout(PATIENCE)
        page.clock.install()
        page.goto(served.url("reference"))
        page.wait_for_selector("html[data-studio=ready]")
        page.wait_for_selector(".name-in-place")
        lost = Lost(page)
        until(lambda: page.wait_for_timeout(50) or "poll" in lost.taken)
        page.fill(".name-in-place", "Cat of the harbor")
        page.keyboard.press("Enter")
        until(lambda: page.wait_for_timeout(50) or "writes" in lost.taken)
        assert studio.project(project).name != "Cat of the harbor"
        page.clock.fast_forward(61_000)
        until(lambda: page.wait_for_timeout(50) or studio.project(project).name == "Cat of the harbor")
        studio.rename(project, "Dog of the hill")
        page.wait_for_function("document.querySelector('.name-in-place').value === 'Dog of the hill'")
