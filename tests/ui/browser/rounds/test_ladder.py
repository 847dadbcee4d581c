"""Pictures go down the ladder, in a real Chromium: from strong to gentle, and a click draws more."""

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gal_studio.core.gal.ladder import rung_of
from gal_studio.core.gal.recipes import candidate_recipe, drawing_seed
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.types import CHANCE, Job
from gal_studio.rounds import planned
from gal_studio.studio import Studio
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import make_project, picture, train

pytestmark = pytest.mark.browser
ORDER = """() => [...document.querySelectorAll(".group:not([hidden])")].map((group) =>
    [...group.querySelectorAll(".tile[data-id]")].map((tile) => tile.dataset.id))"""


def draw_stage(studio: Studio, round_id: str) -> int:
    """Store what is drawn next: copies from mean strength 0.6 on, of three prompts at any."""
    here, batch = studio.store.snapshots.round(round_id), []
    for anchor, index in planned.missing(here):
        chance = 0.9 if anchor.order < 3 or rung_of(index).mean > 0.6 else 0.1
        image = studio.store.images.add(picture((40 * (index % 6), 60, 9 * anchor.order)))
        batch.append(
            Candidate(
                "", anchor.id, index, drawing_seed(here.settings, 0, anchor.prompt, index), image, 0.3, 0.2,
                feature=np.zeros(4), more_scores={CHANCE: chance},
                recipe=candidate_recipe(here.settings, index),
            )
        )  # fmt: skip
    studio.store.candidates.save(round_id, batch)
    return len(batch)


def take(studio: Studio) -> Job:
    job = studio.store.jobs.claim("w")
    assert job is not None
    studio.store.jobs.progress(job.id, "draw", 0, 108, "")
    return job


@pytest.fixture
def climbing(served: Served) -> tuple[str, Job]:
    """A trained round of another project that begins to draw down the ladder."""
    studio = served.place.studio
    project = make_project(studio, name="Ladder")
    studio.change_settings(project, {"generation": {"allocation": "ladder"}})
    round_id = studio.rounds(project)[0].id
    train(studio, round_id)
    studio.generate(round_id)
    studio.store.workers.enter("w")
    job = take(studio)
    studio.store.races.begin(round_id, 0.0)
    return round_id, job


def opened(watched: Watched, served: Served, round_id: str) -> Page:
    project = served.place.studio.store.rounds.get(round_id).project_id
    page: Any = watched.open(f"{served.address}/?project={project}&step=rounds")
    return page


def test_images_stand_from_strong_to_gentle_without_holes(
    watched: Watched, served: Served, climbing: tuple[str, Job]
) -> None:
    studio, (round_id, job) = served.place.studio, climbing
    page = opened(watched, served, round_id)
    drawn = draw_stage(studio, round_id)
    assert drawn == 3 * 18
    expect(page.locator(".tile[data-id]")).to_have_count(drawn)
    said = "More images are generated at the LoRA strengths at which most are good."
    expect(page.locator(".round-words")).to_contain_text(said)
    expect(page.locator(".strengths")).to_be_visible()
    label = page.locator(".tile-face[data-strength*='of steps, then'] >> nth=0")
    words = re.compile(r"LoRA strength 0(.4)? for .* of steps, then 1")
    expect(label).to_have_attribute("data-strength", words)
    while more := draw_stage(studio, round_id):
        drawn += more
        expect(page.locator(".tile[data-id]")).to_have_count(drawn)
    studio.store.races.end(round_id, planned.course(studio.store.snapshots.round(round_id)))
    studio.store.jobs.finish(job.id)
    expect(page.locator(".tiles .waiting")).to_have_count(0)
    expect(page.locator(".round-words")).not_to_contain_text(said)
    expect(page.locator(".tiles > :not(.tile)")).to_have_count(0)  # no place is empty
    strong_first(page, studio, round_id)


def strong_first(page: Page, studio: Studio, round_id: str) -> None:
    """Check that the images of each prompt go from strong to gentle."""
    mean = {one.id: one.recipe.mean for one in studio.store.candidates.of_round(round_id)}
    rows = page.evaluate(ORDER)
    assert len(rows) > 3
    for row in rows:
        strengths = [mean[one] for one in row]
        assert strengths == sorted(strengths, reverse=True)


def test_one_click_draws_three_more_pictures_of_a_prompt(
    watched: Watched, served: Served, climbing: tuple[str, Job]
) -> None:
    studio, (round_id, job) = served.place.studio, climbing
    while draw_stage(studio, round_id):
        pass
    studio.store.races.end(round_id, planned.course(studio.store.snapshots.round(round_id)))
    studio.store.jobs.finish(job.id)
    page = opened(watched, served, round_id)
    anchor = page.get_attribute(".group >> nth=1", "data-anchor")
    row = page.locator(f".group[data-anchor='{anchor}']")
    order = page.locator(".group").evaluate_all("all => all.map((one) => one.dataset.anchor)")
    tiles = row.locator(".tile[data-id]")
    before = tiles.count()
    row.locator(".tile >> nth=0").hover()
    row.get_by_role("button", name="Generate more").dblclick()  # draws no more than a click
    until(lambda: bool(planned.missing(studio.store.snapshots.round(round_id))))
    wanted = planned.missing(studio.store.snapshots.round(round_id))
    assert {one.id for one, _ in wanted} == {anchor} and len(wanted) == 3
    again = take(studio)
    expect(row.get_by_role("button", name="Generate more")).to_be_hidden()
    assert page.locator(".group").evaluate_all("all => all.map((one) => one.dataset.anchor)") == order
    assert draw_stage(studio, round_id) == 3
    studio.store.jobs.finish(again.id)
    expect(tiles).to_have_count(before + 3)
    strong_first(page, studio, round_id)
