"""A race draws, in a real Chromium: the page fills, says how it ended, and a click draws more of a prompt."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gal_studio.core.gal.recipes import candidate_recipe
from gal_studio.core.seeds import candidate_seed
from gal_studio.core.types import CHANCE, Job
from gal_studio.rounds import planned
from gal_studio.state.tables.candidates import NewCandidate
from gal_studio.studio import Studio
from tests.ui.conftest import Served, Watched, until
from tests.ui.seeded import make_project, picture, train

pytestmark = pytest.mark.browser


def draw_stage(studio: Studio, round_id: str) -> int:
    """Store what is drawn next: of three prompts each picture may be a copy, of the others none is."""
    here, batch = studio.store.snapshots.round(round_id), []
    for anchor, index in planned.missing(here):
        chance = 0.45 if anchor.order < 3 else 0.02
        image = studio.store.images.add(picture((40 * (index % 6), 60, 9 * anchor.order)))
        batch.append(
            NewCandidate(
                anchor.id, index, candidate_seed(0, anchor.prompt, index), image, 0.3, 0.2, np.zeros(4),
                more_scores={CHANCE: chance}, recipe=candidate_recipe(here.settings.generation, index),
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
def racing(served: Served) -> tuple[str, Job]:
    """A trained round of another project that a race begins to draw."""
    studio = served.place.studio
    project = make_project(studio, name="Race")
    studio.change_settings(project, {"generation": {"allocation": "race", "lowest_strength": 0.4}})
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


def test_the_page_fills_while_a_race_draws_and_says_when_it_is_decided(
    watched: Watched, served: Served, racing: tuple[str, Job]
) -> None:
    studio, (round_id, job) = served.place.studio, racing
    page = opened(watched, served, round_id)
    drawn = draw_stage(studio, round_id)
    assert drawn == 3 * 18
    expect(page.locator(".tile[data-id]")).to_have_count(drawn)
    expect(page.locator(".rounds")).to_contain_text("More pictures are drawn where it is not clear yet")
    while more := draw_stage(studio, round_id):
        drawn += more
        expect(page.locator(".tile[data-id]")).to_have_count(drawn)
    studio.store.races.end(round_id, planned.course(studio.store.snapshots.round(round_id)))
    studio.store.jobs.finish(job.id)
    said = f"{drawn} of 180 pictures were enough to tell which prompts are most undecided."
    expect(page.locator(".rounds")).to_contain_text(said)
    expect(page.locator(".tiles .waiting")).to_have_count(0)


def test_one_click_draws_three_more_pictures_of_a_prompt(
    watched: Watched, served: Served, racing: tuple[str, Job]
) -> None:
    studio, (round_id, job) = served.place.studio, racing
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
    row.get_by_role("button", name="Draw more").dblclick()  # draws no more than a click
    until(lambda: bool(planned.missing(studio.store.snapshots.round(round_id))))
    wanted = planned.missing(studio.store.snapshots.round(round_id))
    assert {one.id for one, _ in wanted} == {anchor} and len(wanted) == 3
    again = take(studio)
    expect(row.get_by_role("button", name="Draw more")).to_be_hidden()
    assert page.locator(".group").evaluate_all("all => all.map((one) => one.dataset.anchor)") == order
    assert draw_stage(studio, round_id) == 3
    studio.store.jobs.finish(again.id)
    expect(tiles).to_have_count(before + 3)
    expect(page.locator(".strengths")).to_contain_text("LoRA strength")  # the columns keep theirs
