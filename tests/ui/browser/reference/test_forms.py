"""The first screen in a real Chromium: rows, presets and facts are what the person made of them."""

from typing import Any

import pytest
from playwright.sync_api import expect

from gal_studio.ui.panels import reference
from gal_studio.ui.panels.form_plan import own_settings
from tests.state.images.heic import HEIC_PICTURE
from tests.ui.access.gates import Gate
from tests.ui.browser.menus import create_with_own_model, file, open_advanced
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import make_project, noise, picture

pytestmark = pytest.mark.browser


@pytest.mark.thorough
def test_a_row_that_is_removed_on_its_way_takes_no_other_with_it(watched: Watched, served: Served):
    page = watched.open(served.address)
    page.wait_for_selector("[data-part=presets] input")
    held: list[Any] = []
    page.route("**/upload*", lambda route: held.append(route))
    broken = file("broken.png", picture((1, 2, 3))[:60])
    page.set_input_files("input[data-part=file]", [broken, file("good.png", picture((200, 20, 30)))])
    page.fill("[aria-label='What good.png shows']", "A cat in ink style")
    page.click("[aria-label='Remove broken.png']")
    page.wait_for_function("document.querySelectorAll('.reference-rows li').length === 1")
    while len(held) < 2:
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    page.wait_for_selector(".toast:has-text('broken.png')")
    create_with_own_model(page)
    assert [shown.prompt for shown in served.place.studio.projects()[0].references] == ["A cat in ink style"]
    watched.complaints[:] = [line for line in watched.complaints if "415" not in line]


@pytest.mark.thorough
@pytest.mark.races
def test_the_presets_come_once(watched: Watched, served: Served, monkeypatch: pytest.MonkeyPatch):
    gate = Gate(reference.load_presets)
    monkeypatch.setattr(reference, "load_presets", gate)
    gate.close()
    asked: list[str] = []
    watched.page.on(
        "request", lambda ask: asked.append("once") if '"options"' in (ask.post_data or "") else None
    )
    page = watched.open(served.address)
    assert gate.reached.wait(60)
    page.click("button[data-step=reference]")
    gate.open()
    page.wait_for_selector("[data-part=presets] input")
    assert asked == ["once"]
    expect(page.locator("[data-part=presets] input[value=own]")).to_have_count(1)
    expect(page.locator("[data-part=advanced] input[name='tune.rank']")).to_have_count(1)


def test_the_open_project_follows_what_is_typed_here_and_elsewhere(watched: Watched, served: Served):
    studio, project = served.place.studio, served.place.project
    page = watched.open(served.url("reference"))
    page.wait_for_selector(".open-project img")
    expect(page.locator(".open-project [data-action=paint-mask]")).to_have_count(0)  # all of it is the style
    open_advanced(page, ".open-project")
    page.fill(".open-project input[name='tune.steps']", "77")
    page.keyboard.press("Tab")
    page.wait_for_selector(".facts-list >> text=77 steps")
    assert studio.store.projects.get(project).settings.tune.steps == 77
    page.focus(".open-project input[name='tune.rank']")
    studio.change_settings(project, {"tune": {"steps": 78}})
    page.wait_for_selector(".facts-list >> text=78 steps")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_function(
        "document.querySelector(\".open-project input[name='tune.steps']\").value === '78'"
    )
    assert page.evaluate("document.querySelector('.open-project details').open"), "Advanced stays open"
    page.fill(".name-in-place", "Cat of the harbour")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-part=name]:text-is('Cat of the harbour')")
    page.wait_for_selector(".project-row b:text-is('Cat of the harbour')")
    page.fill(".name-in-place", "  ")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast:has-text('The name of the project is empty')")
    page.wait_for_function("document.querySelector('.name-in-place').value === 'Cat of the harbour'")
    assert studio.project(project).name == "Cat of the harbour"


def test_a_project_is_archived_restored_and_deleted(watched: Watched, served: Served):
    studio = served.place.studio
    other = make_project(studio, name="Ink harbour")
    page = watched.open(served.url("reference"))
    away = ".put-away li:has-text('Ink harbour')"
    page.click("[aria-label='Archive Ink harbour']")
    page.click(".put-away summary")
    page.wait_for_selector(away)
    expect(page.locator(".project-row:has-text('Ink harbour')")).to_have_count(0)
    page.click(f"{away} >> text=Restore")
    page.wait_for_selector(".project-row:has-text('Ink harbour')")
    page.wait_for_selector(".put-away", state="detached")
    page.click("[aria-label='Archive Ink harbour']")
    page.click(f"{away} >> text=Delete for good…")
    page.wait_for_selector(f"{away} [role=alert]:has-text('cannot be undone')")
    page.keyboard.press("Enter")  # the focus is on "Keep"
    assert other in studio.store.projects.archived(), "it asks once"
    page.click(f"{away} >> text=Delete for good…")
    page.click(f"{away} [data-action=delete-sure]")
    page.wait_for_selector(".toast:has-text('Ink harbour is deleted')")
    page.wait_for_selector(".put-away", state="detached")
    assert [project.id for project in studio.projects()] == [served.place.project]
    assert other not in studio.store.projects.archived()
    studio.run_round(studio.next_round(served.place.round).id)
    page.click("[data-action=put-away]")
    page.wait_for_selector(".toast:has-text('Watercolour cat has jobs that wait or run')")
    assert studio.store.projects.archived() == frozenset()


@pytest.mark.thorough
def test_the_page_of_a_deleted_project_says_so(watched: Watched, served: Served):
    studio = served.place.studio
    page = watched.open(served.url())
    page.wait_for_selector(".tile")
    studio.archive(served.place.project)
    studio.delete(served.place.project)
    page.wait_for_selector(".toast:has-text('There is no project')")
    page.wait_for_selector("[data-step=reference][aria-current]")
    page.goto("about:blank")  # no more of its pictures are asked for
    watched.complaints[:] = [line for line in watched.complaints if "404" not in line]


@pytest.mark.races
def test_a_demo_answers_at_once_and_begins_once_though_the_list_comes_again_meanwhile(
    watched: Watched, served: Served
):
    studio = served.place.studio
    gate = Gate(studio.create_demo)
    studio.create_demo = gate  # type: ignore[method-assign]
    gate.close()
    page = watched.open(served.url("reference"))
    page.click(".demo-button >> nth=0")
    page.wait_for_selector(".demo-button[aria-busy=true] >> text=Creating the project")
    expect(page.locator(".demo-button[aria-busy] progress")).to_be_visible()
    assert gate.reached.wait(60)
    make_project(studio, name="Ink harbour")
    page.click("[data-step=results]")
    page.click("[data-step=reference]")
    page.wait_for_selector(".project-row:has-text('Ink harbour')")
    page.wait_for_selector(".demo-button:disabled >> nth=1")
    gate.open()
    page.wait_for_selector("[data-part=name]:text-is('Bold outline cat')")
    page.click("[data-step=reference]")
    page.wait_for_selector(".demo-button:enabled >> nth=1")
    assert len(studio.projects()) == 3
    page.click(".demo-button >> nth=0")
    page.wait_for_selector(".toast:has-text('This is your demo project')")
    page.click("[data-step=reference]")
    page.wait_for_selector(".demo-button:enabled >> nth=1")
    expect(page.locator(".demo-button progress, .demo-button[aria-busy]")).to_have_count(0)


def test_enter_starts_the_project(watched: Watched, served: Served):
    studio = served.place.studio
    page = watched.open(served.address)
    page.wait_for_selector("[data-part=presets] input")
    page.set_input_files("input[data-part=file]", [file("cat.png", noise(1, 128))])
    page.fill("[data-part=prompt]", "A cat in ink style")
    page.press("[data-part=name]", "Enter")
    page.wait_for_selector(".chip-round[aria-current]")
    newest = next(one for one in studio.projects() if one.id != served.place.project)
    assert studio.store.jobs.of_project(newest.id), "not only created"


def test_what_is_refused_is_said_once_a_small_picture_is_told_and_forty_rows_go_at_once(
    watched: Watched, served: Served
):
    page = watched.open(served.address)
    page.wait_for_selector("[data-part=presets] input")
    page.set_input_files("input[data-part=file]", [file("notes.png", b"no picture at all")])
    page.wait_for_selector(".toast:has-text('notes.png could not be uploaded: it is not an image')")
    page.wait_for_selector(".reference-rows li", state="detached")
    assert page.locator("[role=alert]:visible, .toast-body:visible, .error:visible").count() == 1
    assert "HTTP" not in page.inner_text("body")
    watched.complaints[:] = [line for line in watched.complaints if "415" not in line]
    page.set_input_files("input[data-part=file]", [file("tiny.png", noise(1, 24))])
    page.wait_for_selector("li:has-text('tiny.png') .field-notes p:has-text('only 24 x 24 px')")
    many = [file(f"cat-{i}.png", noise(i, i)) for i in range(100, 139)]
    page.set_input_files("input[data-part=file]", many)
    rows = page.locator(".reference-rows li")
    expect(rows).to_have_count(40)
    page.click("text=Remove all 40 images")
    expect(rows).to_have_count(0)
    expect(page.locator(".remove-all")).to_be_hidden()
    page.click(".toast >> text=Undo")
    expect(rows).to_have_count(40)


@pytest.mark.thorough
def test_heic_is_taken_and_shown(watched: Watched, served: Served):
    page = watched.open(served.address)
    page.wait_for_selector("[data-part=presets] input")
    page.set_input_files("input[data-part=file]", [file("IMG_1.HEIC", HEIC_PICTURE)])
    page.wait_for_function("document.querySelector('.reference-rows img')?.naturalWidth === 64")
    page.fill("[data-part=prompt]", "A cat in ink style")
    page.click("[data-part=create]")
    page.wait_for_selector(".chip-round[aria-current]")
    assert [one.prompt for one in served.place.studio.projects()[0].references] == ["A cat in ink style"]


@pytest.mark.thorough
def test_a_setting_or_all_of_them_are_set_back(watched: Watched, served: Served):
    page = watched.open(served.address)
    page.wait_for_selector("[data-part=presets] input")
    open_advanced(page, ".new-project")
    looks = page.eval_on_selector_all(
        ".new-project .advanced .field input:is([type=text], [type=search])",
        "(all) => [...new Set(all.map((one) => [getComputedStyle(one).borderRadius, one.type]).map(String))]",
    )
    assert sorted(looks) == ["9px,search", "9px,text"], "the field that finds a setting is one of them"
    rank, steps = (page.locator(f".new-project [name='tune.{name}']") for name in ("rank", "steps"))
    usual = [rank.input_value(), steps.input_value()]
    expect(page.locator(".new-project .reset-field:visible")).to_have_count(0)
    expect(page.locator(".new-project .reset-all")).to_be_hidden()
    rank.fill("5")
    steps.fill("7")
    page.select_option(".new-project [name='tune.schedule']", index=1)
    page.wait_for_selector(".reset-all:text-is('Reset 3 changed settings')")
    page.click(".new-project [aria-label='Reset Rank']")
    assert rank.input_value() == usual[0]
    assert steps.input_value() == "7"
    page.click(".new-project .reset-all")
    assert [rank.input_value(), steps.input_value()] == usual
    expect(page.locator(".new-project .reset-field:visible")).to_have_count(0)


def test_a_projects_settings_are_set_back_to_those_of_its_model(watched: Watched, served: Served):
    studio, project = served.place.studio, served.place.project
    page = watched.open(served.url("reference"))
    open_advanced(page, ".open-project")
    usual = own_settings()["style"].to_dict()["tune"]
    page.fill(".open-project [name='tune.steps']", "77")
    page.keyboard.press("Tab")
    until(lambda: studio.project(project).settings.tune.steps == 77)
    page.click(".open-project [aria-label='Reset Training steps']")
    until(lambda: studio.project(project).settings.tune.steps == usual["steps"])
    page.fill(".open-project [name='tune.rank']", "3")
    page.keyboard.press("Tab")
    until(lambda: studio.project(project).settings.tune.rank == 3)
    page.click(".open-project .reset-all")
    until(lambda: studio.project(project).settings.tune.rank == usual["rank"])


@pytest.mark.thorough
def test_another_model_begins_with_a_clip_model_and_without_a_complaint(watched: Watched, served: Served):
    page = watched.open(served.address)
    page.wait_for_selector(".presets input[value=own]")
    page.click("[data-part=create]")  # from now on the form tells what is missing
    page.wait_for_selector(".new-project [data-tone=error]")
    with page.expect_response(lambda answer: '"final"' in (answer.request.post_data or "")):
        page.check(".presets input[value=own]")
    expect(page.locator(".own-model [data-tone=error]")).to_have_count(0)
    assert page.input_value("[name=clip_model]") == "ViT-B-32/openai"
