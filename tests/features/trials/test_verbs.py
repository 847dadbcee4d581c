"""Grids of free prompts: prompts by seeds by strengths, all of them or none."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.features.trials.record import trials_of
from tests.ui.conftest import Place


def test_each_combination_is_queued_once(place: Place) -> None:
    made = place.studio.try_grid(place.round, ["A kite {}", "A drum {}"], [3, 4], [0.4, 1.0], 5.0)
    assert len(made) == 8
    assert {(one.prompt.split()[1], one.seed, one.recipe, one.guidance_scale) for one in made} == {
        (thing, seed, Recipe.constant(strength), 5.0)
        for thing in ("kite", "drum")
        for seed in (3, 4)
        for strength in (0.4, 1.0)
    }
    assert [job.kind for job in place.studio.queue_view().waiting] == ["try"], "one job does all of them"
    (alone,) = place.studio.try_grid(place.round, ["A kite"], [1])
    assert alone.recipe == AS_TRAINED


def test_what_is_too_much_or_wrong_queues_nothing(place: Place) -> None:
    with pytest.raises(StudioError, match="That makes 60 images, but only 50 may wait at once"):
        place.studio.try_grid(place.round, ["A", "B", "C"], range(10), [0.4, 1.0])
    with pytest.raises(StudioError, match="The prompt is empty"):
        place.studio.try_grid(place.round, ["A kite", " "], [1])
    with pytest.raises(StudioError):
        place.studio.try_grid(place.round, ["A kite"], [1], [0.5, 7.0])
    assert not trials_of(place.studio.store).waiting(place.round)
