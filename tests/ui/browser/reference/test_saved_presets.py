"""Settings are saved as a preset of one's own, listed with the presets, taken again, and removed."""

import pytest
from playwright.sync_api import expect

from tests.ui.browser.menus import open_advanced
from tests.ui.browser.reference.test_unfinished_form import opened
from tests.ui.conftest import Served, Watched

pytestmark = pytest.mark.browser


def test_settings_are_saved_as_a_preset_taken_again_and_removed(watched: Watched, served: Served) -> None:
    studio = served.place.studio
    page = opened(watched, served)
    mine = page.locator(".saved-presets")
    expect(mine).to_be_hidden()
    page.check(".presets input[value=sd15]")
    open_advanced(page, ".new-project")
    steps, seed = page.locator("[name='tune.steps']"), page.locator("[name=seed]")
    steps.fill("321")
    seed.fill("77")
    page.get_by_role("button", name="Save as a preset").click()
    question = page.locator("dialog.question[open]")
    expect(question.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Ink drawings")
    page.keyboard.press("Enter")
    expect(question).to_have_count(0)
    expect(mine).to_be_visible()
    (kept,) = studio.own_presets()
    assert (kept.name, kept.preset, dict(kept.settings)) == ("Ink drawings", "sd15", {"tune.steps": "321"})
    page.check(".presets input[value=pocket]")
    steps.fill("55")
    page = opened(watched, served)
    open_advanced(page, ".new-project")
    expect(steps).to_have_value("55")
    mine.get_by_role("button", name="Ink drawings", exact=True).click()
    expect(page.locator(".presets input[value=sd15]")).to_be_checked()
    expect(steps).to_have_value("321")
    expect(seed).to_have_value("0")
    mine.get_by_role("button", name="Remove the preset Ink drawings").click()
    expect(mine).to_be_hidden()
    assert studio.own_presets() == ()
    expect(steps).to_have_value("321")
    page.get_by_role("button", name="Undo").click()
    expect(mine).to_be_visible()
    assert studio.own_presets() == (kept,)


@pytest.mark.thorough
def test_a_training_says_whose_its_values_are(watched: Watched, served: Served) -> None:
    page = opened(watched, served)
    page.check(".presets input[value=sdxl]")
    open_advanced(page, ".new-project")
    origin = page.locator(".new-project .origin")
    expect(origin).to_contain_text("Training settings: learning rate from OneTrainer’s preset; target from")
    rate, target = page.locator("[name='tune.learning_rate']"), page.locator("[name='tune.target']")
    expect(rate).to_have_value("0.0003")
    expect(target).to_have_value("all")
    page.check(".presets input[value=sd15]")
    expect(origin).to_contain_text("Training settings: all GAL Studio’s own.")
    page.check(".presets input[value=own]")
    expect(origin).to_have_count(0)
