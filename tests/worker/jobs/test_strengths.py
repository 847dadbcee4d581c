"""Candidates have the strengths of Eq. G13; a picture is the same whatever is drawn beside it."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gal_studio.core.types import Candidate
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, work

Names = tuple[str, str]


def drawn_down_to(studio: Studio, models: Models, names: Names, lowest: float) -> list[Candidate]:
    """The six candidates of a project's first prompt."""
    changes: dict[str, Any] = {**CHANGES}
    changes["generation"] = {**CHANGES["generation"], "candidates": 6, "lowest_strength": lowest}
    round_id = first_round(studio, tiny_draft(names, changes=changes))
    for job in (studio.fine_tune, studio.generate):
        assert work(studio, models, job(round_id)).state == "completed"
    first = studio.round_view(round_id).project.anchors[0].id
    drawn = [each for each in studio.store.candidates.of_round(round_id) if each.anchor_id == first]
    return sorted(drawn, key=lambda each: each.index)


def pixels(studio: Studio, candidate: Candidate) -> NDArray[np.float64]:
    return np.asarray(studio.store.images.picture(candidate.image).convert("RGB"), np.float64)


def test_pictures_have_the_strength_that_is_stored(studio: Studio, models: Models, names: Names) -> None:
    full = drawn_down_to(studio, models, names, 1.0)
    down = drawn_down_to(studio, models, names, 0.0)
    assert [each.strength for each in full] == [1.0] * 6
    assert [each.strength for each in down] == pytest.approx([1.0, 0.75, 0.5, 0.25, 0.0, 1.0])
    assert [each.seed for each in full] == [each.seed for each in down]
    for one, other in zip(full, down, strict=True):
        same = bool((pixels(studio, one) == pixels(studio, other)).all())
        assert same == (other.strength == 1.0)
    assert (pixels(studio, down[4]) == untaught(models, names, studio, down[4])).all()


def untaught(models: Models, names: Names, studio: Studio, like: Candidate) -> NDArray[np.float64]:
    """What the base model draws for the same prompt from the same seed."""
    project = studio.store.projects.all()[0]
    settings = project.settings.generation
    model = models.image_model(names[0], project.settings.machine)
    with drawing(model) as ready:
        events = list(draw(ready, [DrawRequest("A tie in ink style", like.seed)], settings))
    (batch,) = (event for event in events if isinstance(event, DrawnBatch))
    return np.asarray(batch.images[0].convert("RGB"), np.float64)
