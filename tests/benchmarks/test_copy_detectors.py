"""The command that measures the copy detectors against labels."""

import numpy as np
import pytest

from benchmarks.quality.copy_detectors import (
    Labelled,
    agreement,
    choose_threshold,
    report,
)
from gal_studio.assets import resolve_model
from gal_studio.engine.patches.loading import load_vision

pytestmark = pytest.mark.thorough


def labelled(copies: list[int], prompts: list[int], likeness: list[float], name: str = "cat") -> Labelled:
    return Labelled(name, np.array(copies, bool), np.array(prompts, bool), np.array(likeness))


def test_agreement_by_hand() -> None:
    found = agreement(np.array([True, True, False, False]), np.array([True, False, True, False]))
    assert (found.recall, found.precision, found.kappa) == (0.5, 0.5, 0.0)


def test_the_threshold_separates_what_the_prompts_leave() -> None:
    case = labelled([1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0.1, 0.5, 0.6, 0.2, 0.3])
    assert 0.3 < choose_threshold([case]) < 0.5
    other = labelled([1, 0, 0], [0, 0, 0], [0.9, 0.2, 0.8], "fish")
    lines = report([case, other], 0.4)
    assert "both" in lines[2]
    assert "recall 1.00, precision 0.50, kappa 0.40" in lines[-1]  # by the threshold of the cat
    assert lines[-1].startswith("fish")


@pytest.mark.parametrize("name", ["assets:pocket/vision"])
def test_the_bundled_vision_model_has_a_threshold(name: str) -> None:
    clip = resolve_model("local-dir:assets:pocket/clip")
    assert load_vision(resolve_model(name), clip, "cpu").shows_from == pytest.approx(0.19)
