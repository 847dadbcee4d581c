"""The constants of the three rules are found again from labels that follow them; pictures are drawn again."""

import numpy as np
import pytest

from benchmarks.quality.eyes import RULES, Counted, fit

pytestmark = pytest.mark.thorough


def counted(name: str, seed: int) -> Counted:
    """A reference whose raters say what the shipped constants say, by chance."""
    rng = np.random.default_rng(seed)
    clues = {
        "copy": rng.normal((0.0, 0.4), (0.3, 0.3), (4000, 2)),
        "asked": rng.normal(0.3, 1.0, (4000, 1)),
        "like": rng.normal(0.65, 0.2, (4000, 1)),
    }
    seen = {}
    for rule in RULES:
        chance = 1 / (1 + np.exp(-(clues[rule.name] @ rule.shipped[0] + rule.shipped[1])))
        seen[rule.name] = (rng.random(4000) < chance, rng.random(4000) < chance)
    return Counted(name, clues, seen)


def test_the_constants_are_those_that_the_labels_follow() -> None:
    cases = [counted("one", 0), counted("two", 1)]
    for rule in RULES:
        weights, constant = fit(rule.name, cases)
        assert weights == pytest.approx(rule.shipped[0], rel=0.1)
        assert constant == pytest.approx(rule.shipped[1], rel=0.1, abs=0.1)
