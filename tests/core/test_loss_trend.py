"""Whether a training's loss still falls is told from its last half, and chance is not taken for it."""

import math

from gal_studio.core.loss_trend import still_falls, trend
from gal_studio.core.seeds import generator


def rows(slope: float, count: int = 120) -> list[tuple[int, float]]:
    noise = generator(0, "losses").normal(0, 0.05, count)
    return [(step + 1, 0.5 - slope * step + float(each)) for step, each in enumerate(noise)]


def test_a_clear_fall_is_told_from_chance() -> None:
    assert still_falls(rows(0.002))
    assert not still_falls(rows(0.0))
    assert not still_falls(rows(-0.002))


def test_a_short_training_says_nothing() -> None:
    assert still_falls(rows(0.01, 40))
    assert not still_falls(rows(0.01, 39))
    assert not still_falls([])


def test_a_loss_rose_or_fell_if_its_ends_are_clearly_and_far_apart() -> None:
    assert trend(rows(0.002)) == "fell"
    assert trend(rows(-0.002)) == "rose"
    assert trend(rows(0.0)) == trend(rows(-0.0005)) == trend(rows(0.0005)) == "unclear"
    assert trend(rows(-0.01, 39)) == trend([]) == "unclear"
    assert trend([(1, 0.5), (2, math.nan)]) == "rose"
