"""The scorer: cosines become maps by the limits for as many references as a subject has."""

import numpy as np
import pytest

from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.worker.patches.patch_scorer import PatchScorer

RIGHT, WRONG = np.array([[[1.0, 0.0]]]), np.array([[[0.6, 0.8]]])


@pytest.mark.parametrize(("count", "placed"), [(1, 0.5), (2, 0.2), (4, -0.6)])
def test_the_same_match_says_less_among_more_references(count: int, placed: float) -> None:
    scorer = PatchScorer(None, None, Limits(0.2, 1.0, (0.5, 0.75)), "vision")  # type: ignore[arg-type]
    found = scorer.quality(RIGHT, {"cat": [(WRONG, None)] * count})
    assert found["cat"].item() == pytest.approx(placed)
    assert scorer.map(found["cat"]).values.item() == pytest.approx(max(placed, 0.0))
