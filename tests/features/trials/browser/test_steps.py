"""The steps of a training, in *Curves*: drawn by strengths, walked through large, taken, and taken back."""

import pytest
from playwright.sync_api import expect

from gal_studio.core.snapshot import KeptStep
from gal_studio.features.trials.record import trials_of
from tests.features.trials.browser.test_trials import draw_all
from tests.ui.browser.menus import switch_figures
from tests.ui.conftest import Served, Watched, until
from tests.ui.conftest import few_images as finished_workspace

__all__ = ["finished_workspace"]

pytestmark = pytest.mark.browser
PROMPT = "A lighthouse in watercolor painting style"


@pytest.fixture
def kept(served: Served) -> Served:
    """A drawn round with the LoRAs of three steps, the last of which it has."""
    rounds, first = served.place.studio.store.rounds, served.place.round
    adapter = rounds.get(first).adapter
    assert adapter is not None
    for step in (20, 40):
        rounds.keep_step(first, KeptStep(step, f"{step:064x}", f"f{step}", step))
    rounds.keep_step(first, KeptStep(60, adapter, rounds.get(first).trained_as or "", None))
    return served


def test_steps_by_strengths_are_kept_over_a_reload_and_walked_by_arrows(
    watched: Watched, kept: Served
) -> None:
    studio, first = kept.place.studio, kept.place.round
    page = watched.open(kept.url())
    page.get_by_role("tab", name="Curves").click()
    form = page.locator(".steps-form")
    form.get_by_label("Prompt").fill("A lighthouse {}")
    form.get_by_label("LoRA strengths").fill("0.4 1")
    form.get_by_role("button", name="Generate 6 images").wait_for()
    form.get_by_label("40", exact=True).uncheck()
    form.get_by_role("button", name="Generate 4 images").dblclick()
    until(lambda: len(trials_of(studio.store).waiting(first)) == 4)
    asked = trials_of(studio.store).waiting(first)
    assert {(one.prompt, one.seed, one.step, one.recipe.late) for one in asked} == {
        (PROMPT, 0, step, strength) for step in (20, 60) for strength in (0.4, 1.0)
    }
    grid = page.locator(".kept-steps .trial-grid")
    expect(grid.get_by_text("Waiting to be generated…")).to_have_count(4)
    draw_all(studio, first)
    page.reload()
    page.get_by_role("tab", name="Curves").click()
    expect(grid.locator("img")).to_have_count(4)
    expect(grid.locator("tbody tr")).to_have_count(2)
    expect(grid.locator("p.trial-judged")).to_have_count(4)
    assert "%" not in grid.inner_text(), "figures are shown on request"
    switch_figures(page)
    expect(grid.locator("dt", has_text="Copy risk")).to_have_count(4)
    expect(grid.get_by_text("This round’s LoRA")).to_have_count(1)
    grid.get_by_role("button", name="Enlarge").nth(1).click()
    viewer = page.locator("dialog.viewer[open]")
    title, shown = viewer.locator(".view-title"), viewer.locator(".view-frame[aria-pressed=true]")
    expect(title).to_contain_text("Step 20")
    expect(shown).to_contain_text("Strength 1")
    page.keyboard.press("ArrowDown")
    expect(title).to_contain_text("Step 60")
    expect(shown).to_contain_text("Strength 1")
    page.keyboard.press("ArrowLeft")
    expect(shown).to_contain_text("Strength 0.4")
    page.keyboard.press("ArrowUp")
    expect(title).to_contain_text("Step 20")
    expect(shown).to_contain_text("Strength 0.4")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Try a prompt").click()
    page.get_by_text("Write any prompt and press Generate").wait_for()


def test_a_step_is_taken_as_a_round_beside_and_taken_back(watched: Watched, kept: Served) -> None:
    studio, first = kept.place.studio, kept.place.round
    studio.try_steps(first, "A lighthouse {}", strengths=[1.0])
    draw_all(studio, first)
    page = watched.open(kept.url())
    page.get_by_role("tab", name="Curves").click()
    page.get_by_role("button", name="Use the LoRA of step 40").click()
    question = page.locator("dialog.question[open]")
    question.get_by_text("keeps its LoRA, images, choices and later rounds").wait_for()
    question.get_by_role("button", name="Make the new round").click()
    page.get_by_text("The new round has the LoRA of step 40.").wait_for()
    made = next(one for one in studio.rounds(kept.place.project) if one.title == "Round 1, step 40")
    assert (made.adapter, made.step) == (f"{40:064x}", "generate")
    assert made.id in page.url
    page.get_by_role("button", name="Undo", exact=True).last.click()
    until(lambda: studio.store.rounds.get(made.id).archived)
    page.wait_for_url(lambda url: first in url)
    assert studio.round_view(first).candidates, "nothing of the first one is gone"


@pytest.mark.thorough
def test_without_kept_steps_one_sentence_says_what_to_do(watched: Watched, served: Served) -> None:
    page = watched.open(served.url())
    page.get_by_role("tab", name="Curves").click()
    page.locator(".kept-steps").get_by_text("Set “Validate every” under Advanced").wait_for()


@pytest.mark.thorough
def test_deleting_the_steps_asks_first_and_leaves_the_images(watched: Watched, kept: Served) -> None:
    studio, first = kept.place.studio, kept.place.round
    studio.try_steps(first, "A lighthouse {}", strengths=[1.0])
    draw_all(studio, first)
    page = watched.open(kept.url())
    page.get_by_role("tab", name="Curves").click()
    page.get_by_role("button", name="Delete these LoRAs…").click()
    question = page.locator("dialog.question[open]")
    question.get_by_text("Those of step 20 and step 40.").wait_for()
    question.get_by_role("button", name="Delete", exact=True).click()
    until(lambda: not studio.kept_steps(first))
    page.locator(".kept-steps").get_by_text("steps no longer kept").wait_for()
    expect(page.locator(".kept-steps .trial-grid img")).to_have_count(3)
