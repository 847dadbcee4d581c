"""Candidates have the recipes of Eq. G13; a picture is the same whatever is drawn beside it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gal_studio.core.recipe import AS_TRAINED
from gal_studio.core.records.candidate import Candidate
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import changed, tiny_draft
from tests.worker.working import first_round, work

Names = tuple[str, str]


def drawn_with(studio: Studio, models: Models, names: Names, **recipes: float) -> list[Candidate]:
    """The six candidates of a project's first prompt."""
    changes = changed(generation={"candidates": 6, **recipes})
    round_id = first_round(studio, tiny_draft(names, changes=changes))
    for job in (studio.fine_tune, studio.generate):
        assert work(studio, models, job(round_id)).state == "completed"
    first = studio.round_view(round_id).project.anchors[0].id
    drawn = [each for each in studio.store.candidates.of_round(round_id) if each.anchor_id == first]
    return sorted(drawn, key=lambda each: each.index)


def pixels(studio: Studio, candidate: Candidate) -> NDArray[np.float64]:
    return np.asarray(studio.store.images.picture(candidate.image).convert("RGB"), np.float64)


def test_pictures_have_the_recipe_that_is_stored(studio: Studio, models: Models, names: Names) -> None:
    full = drawn_with(studio, models, names)
    down = drawn_with(studio, models, names, lowest_strength=0.0)
    late = drawn_with(studio, models, names, lowest_strength=0.0, latest_switch=0.8)
    assert {each.recipe for each in full} == {AS_TRAINED}
    assert [each.recipe.late for each in down] == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0, 1.0])
    assert [each.recipe.switch for each in late] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 0.0])
    assert [each.seed for each in full] == [each.seed for each in down] == [each.seed for each in late]
    steps = studio.store.projects.all()[0].settings.generation.steps
    for one, other, third in zip(full, down, late, strict=True):
        assert same(studio, one, other) == (other.recipe == AS_TRAINED)
        assert same(studio, one, third) == (third.recipe.first_late(steps) == 0)
    assert (pixels(studio, down[4]) == untaught(models, names, studio, down[4])).all()


def same(studio: Studio, one: Candidate, other: Candidate) -> bool:
    return bool((pixels(studio, one) == pixels(studio, other)).all())


def untaught(models: Models, names: Names, studio: Studio, like: Candidate) -> NDArray[np.float64]:
    """What the base model draws for the same prompt from the same seed."""
    project = studio.store.projects.all()[0]
    settings = project.settings.generation
    model = models.image_model(names[0], project.settings.machine)
    with drawing(model) as ready:
        events = list(draw(ready, [DrawRequest("A tie in ink style", like.seed)], settings))
    (batch,) = (event for event in events if isinstance(event, DrawnBatch))
    return np.asarray(batch.images[0].convert("RGB"), np.float64)
