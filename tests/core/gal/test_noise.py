"""Noise has steps of colour everywhere."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gal_studio.core.gal.scores.noise import MOST, noise, roughness
from gal_studio.core.gal.self_check import self_check
from gal_studio.core.records.candidate import Candidate


def speckled(side: int, block: int = 1) -> NDArray[np.uint8]:
    values = np.random.default_rng(0).integers(0, 256, (side // block, side // block, 3), dtype=np.uint8)
    return values.repeat(block, axis=0).repeat(block, axis=1)


def test_roughness_is_of_colours_everywhere_and_the_same_at_every_size() -> None:
    grey = speckled(128)[..., :1].repeat(3, axis=2)
    assert roughness(grey) == 0.0, "brightness is no colour"
    assert roughness(np.full((1, 1, 3), 7, dtype=np.uint8)) == 0.0
    assert roughness(speckled(128)) == pytest.approx(roughness(speckled(1024, 8)), rel=0.01)
    edges = np.zeros((64, 64, 3), dtype=np.uint8)
    edges[::8, :, 0] = edges[:, ::8, 2] = 255
    assert roughness(edges) == 0.0, "lines are not everywhere"


def test_roughness_by_hand() -> None:
    row = np.array([[[30, 0, 0], [0, 30, 0], [0, 0, 0], [3, 0, 0]]], dtype=np.uint8)
    # less the mean: (20, -10, -10), (-10, 20, -10), (0, 0, 0), (2, -1, -1): steps of 30, 20 and 2, and a 0
    assert roughness(row) == pytest.approx((2.0 + 20.0) / 2)


def test_noise_is_measured_against_what_is_known() -> None:
    assert noise(7.5, 0.5) == 3.0, "flat drawings have 2.5"
    assert noise(7.5, 10.0) == 0.75, "a style of confetti"
    assert noise(1e9, 1.0) == MOST


def candidates(scores: list[float]) -> list[Candidate]:
    return [
        Candidate(str(n), "a", n, n, "x", 0.5, 0.1, more_scores={"noise": one})
        for n, one in enumerate(scores)
    ]


def test_a_round_of_noise_says_that_its_training_diverged() -> None:
    check = self_check(candidates([3.9, 2.0, 0.0]))
    assert check.diverged and check.is_final
    assert check.sentence.startswith("The training diverged: 2 of 3 images at full strength are noise")
    assert check.sentence.endswith("(Reference › Advanced), then press Train.")
    assert not self_check(candidates([3.9, 1.9, 0.4])).diverged
    assert not self_check(candidates([3.9, 2.0, 0.0]), loss="fell").diverged, "a rough style was learned"
    assert not self_check([]).diverged


def test_a_training_whose_loss_rose_diverged_whatever_its_pictures_are() -> None:
    check = self_check(candidates([0.4, 0.2]), loss="rose")
    assert check.diverged and "its loss ended far above its start" in check.sentence
    assert not self_check(candidates([0.4, 0.2]), loss="unclear").diverged


def test_a_round_without_training_is_told_to_weaken_its_references() -> None:
    sentence = self_check(candidates([3.9, 2.0, 0.0]), number=0).sentence
    assert "lower the reference strength" in sentence and "training" not in sentence
