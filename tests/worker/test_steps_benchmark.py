"""What few steps are measured on: the round's own LoRA, whose images are scored like candidates."""

import pytest

from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work
from workshop.benchmarks.quality import steps

pytestmark = pytest.mark.thorough


def test_each_strength_is_drawn_and_scored(studio: Studio, models: Models, names: tuple[str, str]) -> None:
    round_id = first_round(studio, tiny_draft(names))
    assert work(studio, models, studio.fine_tune(round_id)).state == "completed"
    bench, drawn = steps.opened(studio.store), steps.Drawn()
    for name in (steps.BASE, *steps.RECIPES):
        steps.add(bench, bench.task.settings.generation, name, drawn)
    assert {len(images) for images in drawn.images.values()} == {len(bench.requests)}
    assert drawn.images["1"][0].tobytes() != drawn.images[steps.BASE][0].tobytes()
    judged = steps.judged(bench, drawn.images)
    assert {one.recipe for one in judged} == set(steps.RECIPES.values()), "the base model is no round"
    assert len(judged) == drawn.number - len(bench.requests)
