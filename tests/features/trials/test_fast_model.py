"""A prompt is tried as its round is generated: with the fast sibling of the base model."""

import pytest

from gal_studio.features.trials.pictures import of_trial
from gal_studio.features.trials.record import trials_of
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.features.trials.test_job import job_of
from tests.worker.test_fast_drawing import drawn_round, klein, with_fast
from tests.worker.working import work

__all__ = ["klein"]
Klein = tuple[tuple[str, str], str]


@pytest.mark.thorough
def test_a_prompt_is_tried_with_the_sibling(studio: Studio, klein: Klein) -> None:
    names, sibling = klein
    models = Models()
    fast = drawn_round(studio, models, names, with_fast(fast_model=sibling))
    trial = studio.try_prompt(fast, "A bus {}")
    assert work(studio, models, job_of(studio, fast)).message == ""
    assert trials_of(studio.store).get(trial.id).image
    said = of_trial(studio.store, trial.id)
    assert "Steps: 2, " in said and "Model: distilled" in said
