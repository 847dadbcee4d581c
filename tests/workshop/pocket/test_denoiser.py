"""The denoiser: initial weights, timesteps, loss, and the measure of diversity."""

from __future__ import annotations

import numpy as np
import pytest

from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import LABEL, NONE
from workshop.pocket.train import denoiser

pytestmark = pytest.mark.thorough


def test_places_and_pairs_are_rarer_late_and_held_out_things_never_drawn() -> None:
    known = [n for n, concept in enumerate(CONCEPTS) if concept.in_denoiser]
    hidden = next(n for n, concept in enumerate(CONCEPTS) if not concept.in_denoiser)
    labels = np.zeros(4, LABEL)
    labels["first"], labels["second"], labels["place"] = known[0], NONE, NONE
    labels["place"][1], labels["second"][2], labels["first"][3] = 0, known[1], hidden
    for two_subjects, in_places in (denoiser.MIXTURE, denoiser.LATE_MIXTURE):
        rates = denoiser.drawing_rates(labels, (two_subjects, in_places))
        assert rates / rates[0] == pytest.approx([1, in_places, two_subjects, 0])
    draws, rng = denoiser.Draws(labels), np.random.default_rng(0)
    early, late = (np.bincount(draws.rows(rng, 4000, share), minlength=4) for share in (0.5, 0.9))
    assert early[1] > 1.5 * late[1] > 0 and early[2] > 1.2 * late[2] > 0 and early[3] == late[3] == 0
