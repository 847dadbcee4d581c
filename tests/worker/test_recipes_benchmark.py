"""The comparison of recipes: every way draws every request, and a count is read off the key."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality import recipes
from gal_studio.core.recipe import Recipe
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work

pytestmark = pytest.mark.thorough


def test_every_way_draws_every_request(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    round_id = first_round(studio, tiny_draft(names))
    assert work(studio, models, studio.fine_tune(round_id)).state == "completed"
    bench = recipes.opened(studio.store, tmp_path)
    drawn = {name: way(bench) for name, way in recipes.WAYS.items()}
    assert {len(images) for images in drawn.values()} == {len(bench.requests)}
    first = {name: np.asarray(images[0]).tobytes() for name, images in drawn.items()}
    assert first["1"] == np.asarray(bench.by(Recipe())[0]).tobytes(), "nothing is left in the model"
    assert len({first[name] for name in ("1", "0, 1 from 0.5", "0 to 1", ".4, redrawn from 0.5")}) == 4
    judged = recipes.judged(bench, drawn)
    assert {one.recipe for one in judged} == set(recipes.RECIPES.values())
    recipes.sheet(drawn, [each.prompt for each in bench.requests], tmp_path)
    key = json.loads((tmp_path / "key.json").read_text())
    assert len(key) == sum(map(len, drawn.values()))
    counted = recipes.count(tmp_path, [key.index("1")])
    assert counted["1"] == (1, len(bench.requests)) and counted["0 to 1"][0] == 0
    with Image.open(tmp_path / "sheet.png") as page:
        assert page.width == recipes.COLUMNS * recipes.SIDE
