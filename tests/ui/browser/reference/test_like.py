"""A new project starts with the kind, the model and the settings of an open one."""

import pytest
from playwright.sync_api import expect

from tests.ui.browser.menus import open_advanced
from tests.ui.browser.reference.test_unfinished_form import file, noise
from tests.ui.conftest import Served, Watched, until

pytestmark = pytest.mark.browser


def test_a_new_project_like_an_open_one(watched: Watched, served: Served) -> None:
    studio, project = served.place.studio, served.place.project
    studio.change_settings(project, {"tune": {"steps": 77, "learning_rate": 0.0003}})
    page = watched.open(served.url("reference"))
    page.get_by_role("button", name="New project like this one").click()
    page.wait_for_selector(".toast:has-text('The form has the model and the settings of Watercolour cat')")
    expect(page.locator(".presets input[value=own]")).to_be_checked()
    expect(page.locator("[name=base_model]")).to_have_value("someone/a-model")
    expect(page.locator("[name=clip_model]")).to_have_value("ViT-B-32/openai")
    open_advanced(page, ".new-project")
    expect(page.locator(".new-project [name='tune.steps']")).to_have_value("77")
    page.set_input_files("input[data-part=file]", [file("dog.png", noise(2))])
    page.fill("[data-part=prompt]", "A dog in ink style")
    page.locator("[data-part=prompt]").blur()
    before = len(studio.projects())
    page.click("[data-part=create-only]")
    until(lambda: len(studio.projects()) == before + 1)
    made = studio.projects()[0]
    assert (made.kind, made.base_model, made.clip_model) == ("style", "someone/a-model", "ViT-B-32/openai")
    old = studio.project(project).settings
    assert (made.settings.tune, made.settings.generation) == (old.tune, old.generation)
    assert made.references[0].prompt == "A dog in ink style"
