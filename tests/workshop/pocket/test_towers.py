"""Eq. P3: the loss and the targets by hand, and what tuning changes."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from gal_studio.engine.patches.loading import PatchTower, load_vision
from tests.engine.tiny_vision import make_tiny_clip_with
from workshop.pocket.train.towers import (
    TowerSettings,
    place_loss,
    place_targets,
    tune_tower,
)

SETTINGS = TowerSettings(steps=6, batch_size=4, learning_rate=2e-3, blocks=1, checkpoint_every=3)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_tiny_clip_with(tmp_path_factory.mktemp("clip"), "timm")


@pytest.fixture
def tower(clip: str) -> PatchTower:
    return load_vision("clip", clip, "cpu")


def drawings(count: int, rng: np.random.Generator, side: int = 64) -> np.ndarray:
    """Coloured discs and bars on a pale background, uint8 (n, side, side, 3)."""
    across, down = np.meshgrid(np.arange(side), np.arange(side))
    pictures = np.full((count, side, side, 3), 240, np.uint8)
    for picture in pictures:
        for shape in range(9):
            x, y, size = *rng.integers(0, side, 2), rng.integers(4, 14)
            apart = (
                np.hypot(across - x, down - y)
                if shape % 2
                else np.maximum(abs(across - x) / 2, abs(down - y))
            )
            picture[apart < size] = rng.integers(0, 256, 3)
    return pictures


def state(tower: PatchTower) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in tower.network.module.state_dict().items()}


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


def test_resume_is_bit_for_bit(clip: str, tmp_path: Path) -> None:
    whole = load_vision("clip", clip, "cpu")
    expected = [event.loss for event in tune_tower(whole, drawings, SETTINGS, seed=4)]
    path, parts = tmp_path / "checkpoint", load_vision("clip", clip, "cpu")
    events = tune_tower(parts, drawings, SETTINGS, 4, checkpoint=lambda state: state.save(path))
    first = [next(events).loss for _ in range(4)]
    events.close()
    rest = [event.loss for event in tune_tower(parts, drawings, SETTINGS, 4, resume_from=path)]
    assert first + rest == expected
    assert all(torch.equal(value, state(whole)[name]) for name, value in state(parts).items())
