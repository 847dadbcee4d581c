"""What a replay takes over from its project: the test set and the prior pictures."""

from dataclasses import replace

import pytest

from gal_studio.research.replays.record import replays_of
from gal_studio.research.replays.start import start
from gal_studio.rounds import test_set
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.prior import drawn_prior
from gal_studio.studio import Studio
from tests.research.replaying import redraw
from tests.studio.replaying import project_of
from tests.studio.seeding import measure, train


def test_the_test_set_is_taken_over_and_arms_of_another_one_are_not_compared(
    studio: Studio, second: str
) -> None:
    source = project_of(studio, second)
    studio.change_test_set(source, ["A house {}", "A fish {}"], 2)
    made = studio.replay(source, "human", second)
    chosen = studio.store.measures.held_out_set(made)
    assert chosen == replace(
        test_set.ensure(studio.store, studio.store.snapshots.outline(source)), measured="always"
    )
    prompts = [[each.prompt for each in studio.measures(name).all_prompts] for name in (source, made)]
    assert prompts[0] == prompts[1]
    redraw(studio, made)
    last = studio.store.rounds.of_project(made)[1]
    train(studio, last.id)
    measure(studio, last.id, likeness=0.5)
    measure(studio, second, likeness=0.4)
    (view,) = studio.replays(source)
    assert view.incomparable == ""
    assert view.differences["clip_i"].value == pytest.approx(0.1)
    studio.change_test_set(source, ["A house {}"], 2)
    (view,) = studio.replays(source)
    assert "benchmark has changed since" in view.incomparable
    assert view.differences == {}


def test_held_out_prompts_that_do_not_count_are_taken_over(studio: Studio, second: str) -> None:
    """The base model answers one with the reference: the project leaves it out, and so does the replay."""
    source = project_of(studio, second)
    studio.change_test_set(source, ["A house {}", "A fish {}"], 2)
    house = studio.measures(source).prompts[0]
    measure(studio, second, arms=[None, second], shown={house: 0.9})
    assert studio.measures(source).asking == (house,)
    made = studio.replay(source, "human", second)
    enabled = [
        {
            each.prompt
            for each in test_set.load(studio.store, studio.store.snapshots.outline(name)).enabled
            if each.part == "held_out"
        }
        for name in (source, made)
    ]
    assert house in enabled[1] and enabled[0] == enabled[1]


def test_the_first_round_trains_on_the_same_prior_pictures(studio: Studio, second: str) -> None:
    """Also when prompts were switched off before it, and pictures drawn otherwise after its training."""
    first, store = studio.store.snapshots.node(second).ancestors[0].round, studio.store
    last_prompt = store.projects.anchors(first.project_id)[-1]
    for own in (first.id, second):
        settings = store.rounds.get(own).settings
        drawn_later = settings.updated({"generation": {"steps": settings.generation.steps + 3}})
        store.rounds.keep_prior_drawing(own)
        store.rounds.set_settings(own, drawn_later.updated({"tune": {"prior_images": 18}}))
    store.database.write("DELETE FROM candidates WHERE anchor_id = ?", (last_prompt.id,))
    wanted = drawn_prior(inputs_of(store, first.id))
    for number, each in enumerate(wanted):
        image = store.images.add(f"prior {number}".encode())
        store.projects.add_class_image(first.project_id, each.key, 0, image)
    made = start(store, second, "random")
    again = store.rounds.of_project(made)[0].id
    assert drawn_prior(inputs_of(store, again)) == wanted and len(wanted) == 18
    here, there = (store.projects.prior_images(one)[0] for one in (made, first.project_id))
    assert all(here[each.key] == there[each.key] for each in wanted)
    assert last_prompt.prompt not in [anchor.prompt for anchor in studio.pool(again)]
    recorded = replays_of(store).rounds(made)
    assert [each.prior_drawing.steps for each in recorded] == [
        each.settings.generation.steps - 3 for each in recorded
    ]
    assert start(store, second, "random") == made
