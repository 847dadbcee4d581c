"""Eq. P3: the loss and the targets by hand, and what tuning changes."""

import math

import pytest
import torch

from workshop.pocket.train.towers import (
    place_loss,
    place_targets,
)


def test_loss_by_hand() -> None:
    queries, keys = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    # at temperature 1 the logits are 1, 0, -1
    total = math.e + 1 + 1 / math.e
    first = place_loss(queries, keys, torch.tensor([[1.0, 0.0, 0.0]]), temperature=1.0)
    assert first.item() == pytest.approx(-math.log(math.e / total))
    shared = place_loss(queries, keys, torch.tensor([[0.75, 0.25, 0.0]]), temperature=1.0)
    assert shared.item() == pytest.approx(math.log(total) - 0.75)
    sharp = place_loss(queries, keys, torch.tensor([[1.0, 0.0, 0.0]]), temperature=0.1)
    assert sharp.item() == pytest.approx(math.log(1 + math.exp(-10) + math.exp(-20)), rel=1e-2)


def test_targets_by_hand() -> None:
    # x = 1.25, y = 0 on a grid of 3: three quarters of patch 1 and one of patch 2
    found = place_targets(torch.tensor([[1.25, 0.0], [0.0, 1.5], [2.0, 2.0], [-0.4, 2.3]]), 3)
    assert found[0].tolist() == [0, 0.75, 0.25, 0, 0, 0, 0, 0, 0]
    assert found[1].tolist() == [0, 0, 0, 0.5, 0, 0, 0.5, 0, 0]
    assert found[2].tolist() == found[2].round().tolist() and found[2, 8] == 1
    assert found[3, 6] == 1  # half a patch beyond the edge is the edge's
    torch.testing.assert_close(found.sum(dim=1), torch.ones(4))
