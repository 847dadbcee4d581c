"""Try a prompt: asked for in a form, kept in a strip, used as a candidate that can be accepted."""

import numpy as np
import pytest
from playwright.sync_api import expect

from gal_studio.core.recipe import Recipe
from gal_studio.features.trials.record import trials_of
from gal_studio.studio import Studio
from tests.ui.conftest import WITH_FIGURES, Served, Watched, until
from tests.ui.seeded import picture

pytestmark = pytest.mark.browser
PROMPT = "A lighthouse in watercolor painting style"


def draw_all(studio: Studio, round_id: str) -> None:
    """Store the pictures that wait, as if a worker drew them."""
    for number, trial in enumerate(trials_of(studio.store).waiting(round_id)):
        trials_of(studio.store).save(
            trial.id,
            studio.store.images.add(picture((40, 90 + 20 * number, 160))),
            np.zeros(4),
            {"similarity_anchor": 0.4, "similarity_reference": 0.2},
            "",
            studio.store.rounds.get(round_id).trained_as or "",
        )


def test_a_prompt_is_tried_and_its_picture_accepted(watched: Watched, served) -> None:
    studio, round_id = served.place.studio, served.place.round
    page = watched.open(served.url())
    page.get_by_role("tab", name="Try a prompt").click()
    form = page.locator(".trial-form")
    form.get_by_text("Write “in watercolor painting style” in a prompt, or {} for short.").wait_for()
    example = form.get_by_label("Prompt", exact=True).get_attribute("placeholder")
    assert example == "A lighthouse in watercolor painting style"
    inks = form.get_by_label("Negative prompt").evaluate(
        "(field) => ['::placeholder', null].map((part) => getComputedStyle(field, part).color)"
    )
    assert inks[0] != inks[1], "an example does not look like a value"
    form.get_by_role("button", name="Generate").click()
    form.get_by_text("Write what the image should show.").wait_for()
    form.get_by_label("Prompt", exact=True).fill("A lighthouse {}")
    form.get_by_label("Negative prompt").fill("blurry, \n text")
    form.get_by_label("Seed", exact=True).fill("12")
    form.get_by_label("Early strength (layout)").fill("0.4")
    form.get_by_label("Switch after").fill("0.3")
    form.get_by_text("at 30%").wait_for()
    form.get_by_role("button", name="Generate").click()
    form.get_by_text("It is queued, and appears below when it is generated.").wait_for()
    card = page.locator(".trial")
    card.get_by_text("Waiting to be generated…").wait_for()
    (trial,) = trials_of(studio.store).waiting(round_id)
    assert (trial.prompt, trial.seed, trial.recipe) == (PROMPT, 12, Recipe(0.4, 1.0, 0.3))
    assert trial.negative == "blurry, text"
    assert [job.kind for job in studio.queue_view().waiting] == ["try"]
    assert studio.next_step(round_id) == "accept", "the round can be decided on meanwhile"
    draw_all(studio, round_id)
    card.locator("img").wait_for()
    form.get_by_text("It is queued").wait_for(state="hidden")
    facts = "seed 12 · guidance 4 · LoRA strength 0.4 for 30% of steps, then 1 · not “blurry, text”"
    card.get_by_text(f"Round 1 · {facts}").wait_for()
    card.get_by_role("button", name="Enlarge").click()
    viewer = page.locator("dialog.viewer[open]")
    viewer.get_by_text(facts.replace(" · ", ", ")).wait_for()
    page.keyboard.press("a")  # decides on no picture behind it
    page.keyboard.press("Escape")
    viewer.wait_for(state="hidden")
    assert studio.round_view(round_id).accepted == 0
    before = page.locator(".tile").count()
    card.get_by_role("button", name="Use in this round").click()
    card.get_by_role("button", name="Show it").wait_for()
    tile = page.get_by_role("button", name=f"{PROMPT}, your own image")
    tile.first.wait_for()
    expect(page.locator(".tile")).to_have_count(before + 1)
    tile.first.focus()
    page.keyboard.press("a")
    until(lambda: studio.round_view(round_id).accepted == 1)
    (accepted,) = studio.store.decisions.of_round(round_id).accepted
    assert studio.store.candidates.get(accepted).own
    card.get_by_role("button", name="Again…").click()
    expect(form.get_by_label("Prompt", exact=True)).to_have_value(PROMPT)
    expect(form.get_by_label("Negative prompt")).to_have_value("blurry, text")
    card.get_by_role("button", name="Remove it from this list").click()
    page.get_by_text("Write any prompt and press Generate").wait_for()
    assert studio.round_view(round_id).accepted == 1
    page.get_by_role("button", name="Undo").last.click()
    card.get_by_text(PROMPT).wait_for()


@pytest.mark.thorough
def test_the_draft_is_kept_over_a_reload(watched: Watched, served: Served) -> None:
    page = watched.open(served.url())
    page.get_by_role("tab", name="Try a prompt").click()
    form = page.locator(".trial-form")
    form.get_by_text("or {} for short").wait_for()
    form.get_by_label("Prompt", exact=True).fill("A bridge {}")
    form.get_by_label("Seed", exact=True).fill("9154399023593721872")
    page.reload()
    page.wait_for_selector("html[data-studio=ready]")
    page.get_by_role("tab", name="Try a prompt").click()
    expect(form.get_by_label("Prompt", exact=True)).to_have_value("A bridge {}")
    expect(form.get_by_label("Seed", exact=True)).to_have_value("9154399023593721872")


def test_strengths_by_seeds_and_prompts_are_a_grid_that_is_kept(watched: Watched, served: Served) -> None:
    studio, round_id = served.place.studio, served.place.round
    page = watched.open(served.url())
    page.get_by_role("tab", name="Try a prompt").click()
    form = page.locator(".trial-form")
    form.get_by_text("or {} for short").wait_for()
    form.get_by_label("Prompt", exact=True).fill("A lighthouse {}\nA bridge {}")
    form.get_by_label("Seeds").fill("2")
    form.get_by_label("Grid of strengths").fill("0.4 much")
    form.get_by_role("button", name="Generate").click()
    form.get_by_text("The grid takes up to 10 strengths").wait_for()
    form.get_by_label("Grid of strengths").fill("0.4, 1")
    expect(form.get_by_label("Early strength (layout)")).to_be_hidden()
    form.get_by_role("button", name="Random seed").click()
    seed = int(form.get_by_label("Seed", exact=True).input_value())
    assert seed > 0
    form.get_by_role("button", name="Generate").click()
    form.get_by_text("8 images are queued").wait_for()
    waiting = trials_of(studio.store).waiting(round_id)
    assert {(one.prompt.split()[1], one.seed, one.recipe) for one in waiting} == {
        (thing, number, Recipe.constant(strength))
        for thing in ("lighthouse", "bridge")
        for number in (seed, seed + 1)
        for strength in (0.4, 1.0)
    }
    draw_all(studio, round_id)
    table = page.locator(".trial-grid")
    expect(table.locator("td img")).to_have_count(8)
    expect(table.locator("thead th")).to_have_text(["LoRA strength", "0.4", "1"])
    expect(table.locator("tbody tr")).to_have_count(4)
    page.reload()
    page.wait_for_selector("html[data-studio=ready]")
    page.get_by_role("tab", name="Try a prompt").click()
    expect(table.locator("td img")).to_have_count(8)  # it is kept
    expect(form.get_by_label("Grid of strengths")).to_have_value("0.4, 1")
    table.locator("td").first.get_by_role("button", name="Enlarge").click()
    page.wait_for_selector("dialog.viewer[open]")
    page.keyboard.press("Escape")
    table.locator("td").first.get_by_role("button", name="Use", exact=True).click()
    until(lambda: len(studio.store.candidates.with_own(round_id)) == 181)


@pytest.mark.thorough
def test_its_list_is_saved_as_a_table_and_as_no_figure(watched: Watched, served: Served) -> None:
    watched.page.add_init_script(WITH_FIGURES)
    page = watched.open(served.url())
    page.click("[data-view=trials]")
    page.click("[data-action=save-view]")
    expect(page.locator("[data-save=html]")).to_be_hidden()
    page.click("[data-save=csv]")
    page.wait_for_selector(".toast:has-text('Try a prompt: there is nothing to save yet.')")
