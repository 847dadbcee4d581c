"""A wheel names this part among its entry points, as pyproject.toml does for a checkout."""

from hatchling.builders.wheel import WheelBuilder

from gal_studio.core import features
from tests.docs.test_packages import ROOT, packed


def test_the_wheel_names_it_among_the_features() -> None:
    told = WheelBuilder(str(ROOT)).metadata.core.entry_points
    assert told[features.FOLDER] == {"research": "gal_studio.research"}
    assert "gal_studio/research/__init__.py" in packed(WheelBuilder)
    assert "gal_studio.research" in features.names()
