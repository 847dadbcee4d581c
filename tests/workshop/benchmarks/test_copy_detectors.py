"""The command that measures the copy detectors against labels."""

import pytest

from gal_studio.assets import resolve_model
from gal_studio.engine.patches.loading import load_vision

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize("name", ["assets:pocket/vision"])
def test_the_bundled_vision_model_has_a_threshold(name: str) -> None:
    clip = resolve_model("local-dir:assets:pocket/clip")
    assert load_vision(resolve_model(name), clip, "cpu").shows_from == pytest.approx(0.19)
