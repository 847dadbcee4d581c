"""Back, Forward, reload and a pasted address lead to the same places, in a real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.features.needed import needs_refine
from tests.ui.browser.menus import further
from tests.ui.browser.walk import make_full
from tests.ui.conftest import Served, Watched
from tests.ui.seeded_refinement import object_with_subject

pytestmark = pytest.mark.browser


def opened(watched: Watched, served: Served) -> Page:
    page = watched.open(served.address)
    page.click(".project-row")
    page.wait_for_selector(".tile")
    return page


def screen(page: Page) -> str:
    return page.evaluate("document.documentElement.dataset.step")


@pytest.mark.thorough
def test_back_and_forward_move_between_screens_and_views(watched: Watched, served: Served):
    page = opened(watched, served)
    page.click("[data-view=anchors]")
    page.click("[data-step=results]")
    page.wait_for_url("**step=results**")
    page.go_back()
    page.wait_for_selector("[data-step=rounds][aria-current]")
    expect(page.locator("[data-view=anchors]")).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.locator("[data-view=map]")).to_have_attribute("aria-selected", "true")
    page.go_back()
    page.wait_for_selector("[data-step=reference][aria-current]")
    assert "project=" not in page.url
    page.go_forward()
    page.wait_for_selector("[data-step=rounds][aria-current]")
    page.wait_for_selector(".tile")
    page.go_forward()
    page.go_forward()
    page.wait_for_selector("[data-step=results][aria-current]")


@pytest.mark.thorough
def test_back_moves_between_rounds(watched: Watched, served: Served):
    first = served.place.round
    second = served.place.studio.branch(first).id
    page = watched.open(f"{served.url()}&round={first}")
    page.wait_for_selector(".tile")
    page.click(".chip-round:has(.chip-name:text-is('Round 2'))")
    page.wait_for_url(f"**round={second}**")
    page.go_back()
    page.wait_for_url(f"**round={first}**")
    page.wait_for_selector(".tile")
    page.go_forward()
    page.wait_for_url(f"**round={second}**")
    expect(page.locator(".tile")).to_have_count(0)


@pytest.mark.thorough
def test_back_closes_the_enlarged_picture_and_an_address_opens_it(page: Page):
    name = page.get_attribute(".tile >> nth=0", "data-id")
    dialog = page.locator("dialog.lightbox[open]")
    page.focus(f"[data-id='{name}'] .tile-face")
    page.keyboard.press(" ")
    page.wait_for_url(f"**of={name}**")
    page.keyboard.press("ArrowRight")
    second = page.get_attribute(".tile >> nth=1", "data-id")
    page.wait_for_url(f"**of={second}**")
    page.go_back()  # the turns are one place
    expect(dialog).to_be_hidden()
    assert "of=" not in page.url
    page.go_forward()
    expect(dialog).to_be_visible()
    page.reload()
    expect(dialog).to_be_visible()
    address = page.url
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert "of=" not in page.url
    other = page.context.new_page()
    other.goto(address)
    expect(other.locator("dialog.lightbox")).to_be_visible()
    assert f"picture/{second}" in str(other.get_attribute(".lightbox .stage img", "src"))


@pytest.mark.thorough
def test_a_dialog_that_was_closed_is_no_place_to_go_back_to(watched: Watched, served: Served):
    page = opened(watched, served)
    length = page.evaluate("history.length")
    for _ in range(3):
        page.keyboard.press("?")
        page.wait_for_url("**dialog=keys**")
        page.keyboard.press("Escape")
        page.wait_for_url(lambda url: "dialog=" not in url)
    assert page.evaluate("history.length") == length + 1, "they share one entry"
    page.go_back()  # and that is passed over
    page.wait_for_selector("[data-step=reference][aria-current]")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("step", "opener", "name", "selector"),
    [
        ("results", "[data-action=test-set]", "benchmark", "dialog.test-set"),
        ("results", ".results-table button:text('Download')", "download", "dialog.exports"),
        ("reference", "[data-action=paint-mask]", "mask", "dialog.mask-view"),
    ],
)
def test_dialogs_of_the_other_screens_are_places(
    watched: Watched, served: Served, step: str, opener: str, name: str, selector: str
):
    address = served.url(step)
    if name == "mask":
        project, _, _ = object_with_subject(served.place.studio)
        address = f"{served.address}/?project={project}&step={step}"
    page = watched.open(address)
    page.wait_for_url("**round=**")
    page.click(opener)
    page.wait_for_url(f"**dialog={name}**")
    expect(page.locator(selector)).to_be_visible()
    page.go_back()
    expect(page.locator(selector)).to_be_hidden()
    assert screen(page) == step
    page.go_forward()
    # a closed one is removed at its event, which may come after the new one opened
    expect(page.locator(f"{selector}[open]")).to_be_visible()
    expect(page.locator(selector)).to_have_count(1)
    if name == "download":
        page.reload()
        expect(page.locator(f"{selector}[open]")).to_be_visible()
        page.goto("about:blank")
        page.goto(f"{served.url()}&dialog=download&of={served.place.round}")  # on another screen
        expect(page.locator(f"{selector}[open]")).to_be_visible()


def test_dialogs_are_places(watched: Watched, served: Served):
    page = watched.open(f"{served.url()}&view=anchors")
    page.wait_for_selector(".tile")
    for opener, name, selector in (
        ("help", "keys", "dialog.help"),
        ("log", "log", "dialog.log"),
        (".anchors .prompt-actions [data-action=edit-prompts]", "prompts", "dialog.anchors-editor"),
    ):
        page.click(opener) if name == "prompts" else further(page, opener)
        page.wait_for_url(f"**dialog={name}**")
        page.go_back()
        expect(page.locator(selector)).to_be_hidden()
        assert screen(page) == "rounds"
        page.go_forward()
        expect(page.locator(f"{selector}[open]")).to_be_visible()
        page.reload()
        expect(page.locator(selector)).to_be_visible()
        expect(page.locator("[data-view=anchors]")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Escape")
        page.wait_for_selector(selector, state="hidden")


@needs_refine
@pytest.mark.thorough
def test_back_leaves_the_viewer_of_results_and_the_pair_of_a_refinement(watched: Watched, served: Served):
    refined = make_full(served)
    page = watched.open(f"{served.url()}&round={refined}")
    page.click(".pair-card >> nth=0")
    page.wait_for_url("**dialog=pair**")
    page.reload()
    expect(page.locator("dialog.pair-view")).to_be_visible()
    page.go_back()
    expect(page.locator("dialog.pair-view")).to_be_hidden()
    page.click("[data-step=results]")
    page.click(".sheet .enlarge >> nth=1")
    page.wait_for_url("**dialog=viewer**")
    page.go_back()
    expect(page.locator("dialog.viewer")).to_be_hidden()
    assert screen(page) == "results"
    page.go_forward()
    expect(page.locator("dialog.viewer[open]")).to_be_visible()
    page.go_back()
    page.go_back()
    page.wait_for_selector("[data-step=rounds][aria-current]")


@pytest.mark.thorough
def test_an_address_of_what_is_gone_opens_the_rest(watched: Watched, served: Served):
    page = watched.open(f"{served.url()}&dialog=picture&of=gone&view=nonsense")
    page.wait_for_selector(".tile")
    page.wait_for_function("!/gone|nonsense/.test(location.href)")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("[data-view=map]")).to_have_attribute("aria-selected", "true")
