"""A prompt that is tried on Round 0 is drawn with the references."""

import itertools

import pytest
from PIL import Image

from gal_studio.commands.running.outputs import _table
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.features.trials.payloads import trial_payloads
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.engine.sampling.test_sampler import difference
from tests.features.needed import needs_round_zero
from tests.given_adapter import redrawn, with_adapter
from tests.tiny_project import CHANGES, object_draft
from tests.worker.running import work

pytestmark = needs_round_zero


@pytest.mark.thorough
def test_a_free_prompt_is_drawn_with_the_references(
    studio: Studio, names: tuple[str, str], adapter: str
) -> None:
    changes = with_adapter(adapter, generation={**CHANGES["generation"], "candidates": 2})
    project = studio.create_project(object_draft(names, changes=changes))
    zero = studio.instant_round(project).round_id
    trial = studio.try_prompt(zero, "{} under a tree", seed=9)
    work(studio, Models())
    found = Image.open(studio.trial_picture(trial.id))
    prompt = studio.trials(project)[0].prompt
    assert difference(found, redrawn(studio, zero, adapter, prompt, 9)) <= 1


def test_the_strength_is_on_every_picture_and_a_trial_multiplies_it(
    studio: Studio, names: tuple[str, str], adapter: str
) -> None:
    few = with_adapter(adapter, generation={**CHANGES["generation"], "candidates": 2})
    project = studio.create_project(object_draft(names, changes=few))
    zero, models = studio.instant_round(project).round_id, Models()
    work(studio, models)
    view = studio.round_view(zero)
    assert {tile.recipe for tile in view.candidates} == {"reference strength 0.8"}
    assert _table([view]).splitlines()[1].split(",")[4:7] == ["0.8", "0.8", "0.0"]
    drawn = {}
    for recipe in (Recipe.constant(0.0), Recipe.constant(0.5), Recipe(0.5, 1.0, 0.6), AS_TRAINED):
        trial = studio.try_prompt(zero, "{} under a tree", seed=9, recipe=recipe)
        work(studio, models)
        drawn[recipe] = Image.open(studio.trial_picture(trial.id))
    pictures = list(drawn.values())
    assert all(difference(one, two) > 1 for one, two in itertools.combinations(pictures, 2))
    words = [one.recipe.words for one in trial_payloads(studio, project)]
    assert words == [
        "reference strength 0.8",
        "reference strength 0.4 for 60% of steps, then 0.8",
        "reference strength 0.4",
        "without the reference",
    ]
    studio.change_settings(project, {"references": {"strength": 0.4}})
    weaker = studio.instant_round(project).round_id
    trial = studio.try_prompt(weaker, "{} under a tree", seed=9)
    work(studio, models)
    again = Image.open(studio.trial_picture(trial.id))
    assert difference(again, drawn[Recipe.constant(0.5)]) <= 1
