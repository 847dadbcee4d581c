"""Eq. P3: the loss and the targets by hand, and what tuning changes."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.engine.patches.loading import PatchTower, load_vision
from gal_studio.engine.training.checkpoints import Checkpoint
from tests.engine.tiny_vision import make_tiny_clip_with, make_tiny_transformer
from workshop.pocket.train.towers import (
    TowerSettings,
    as_pixels,
    localization_accuracy,
    place_loss,
    place_targets,
    tune_tower,
)
from workshop.pocket.train.tuned import tuned_weights

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


def test_patches_learn_to_find_their_position(tower: PatchTower) -> None:
    held_out = drawings(24, np.random.default_rng(99))
    before = localization_accuracy(tower, held_out, np.random.default_rng(0))
    settings = TowerSettings(steps=150, batch_size=4, learning_rate=5e-3, blocks=4)
    events = list(tune_tower(tower, drawings, settings, seed=0))
    after = localization_accuracy(tower, held_out, np.random.default_rng(0))
    assert [event.step for event in events] == list(range(1, 151))
    assert after > before + 0.03
    assert np.mean([event.loss for event in events[-10:]]) < np.mean([event.loss for event in events[:10]])


def test_chance_level_is_low(tower: PatchTower) -> None:
    """Random features find one of four patches among 256."""
    tower.network = type(tower.network)(**{**vars(tower.network), "maps": lambda pixels: [_noise(pixels, 1)]})
    tower.mixture = (1.0,)
    share = localization_accuracy(tower, drawings(24, np.random.default_rng(1)), np.random.default_rng(0))
    assert share < 0.05


def _noise(pixels: torch.Tensor, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed + int(1e6 * float(pixels.mean())))
    return torch.randn(len(pixels), 16, 16, 16, generator=generator)


def test_only_the_last_blocks_change(tower: PatchTower) -> None:
    before, names = state(tower), set(tuned_weights(tower, 1))
    list(tune_tower(tower, drawings, SETTINGS, seed=0))
    after = state(tower)
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed and changed <= names
    assert all("layer3" in name for name in names)  # layer4 is coarser than the maps that are used
    assert not any(weight.requires_grad for weight in tower.network.module.parameters())
    assert len(tuned_weights(tower, 2)) > len(names)


def test_a_transformer_can_be_tuned(tmp_path: Path) -> None:
    tower = load_vision(make_tiny_transformer(tmp_path / "dino", "dinov2"), "unused", "cpu")
    before = state(tower)
    settings = TowerSettings(steps=2, batch_size=2, blocks=1, queries=64)
    list(tune_tower(tower, drawings, settings, seed=0))
    changed = {name for name, value in state(tower).items() if not torch.equal(value, before[name])}
    assert changed and all("layer.1." in name for name in changed)


def test_new_weights_have_no_limits_yet(tower: PatchTower) -> None:
    tower.limits = Limits(0.1, 0.9)
    list(tune_tower(tower, drawings, SETTINGS, seed=0))
    assert tower.limits is None


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


def test_a_stopped_tuning_leaves_the_tower_unchanged(tower: PatchTower) -> None:
    before = state(tower)
    taken: list[Checkpoint] = []
    tower.limits = Limits(0.1, 0.9)
    events = tune_tower(tower, drawings, SETTINGS, 0, checkpoint=taken.append)
    for _ in range(4):
        next(events)
    events.close()
    assert [part.step for part in taken] == [3, 4]
    assert all(torch.equal(value, before[name]) for name, value in state(tower).items())
    assert tower.limits == Limits(0.1, 0.9)
    assert not any(weight.requires_grad for weight in tower.network.module.parameters())


def test_a_checkpoint_of_another_tuning_is_refused(tower: PatchTower, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint"
    list(tune_tower(tower, drawings, SETTINGS, 0, checkpoint=lambda state: state.save(path)))
    with pytest.raises(StudioError, match="other settings or images"):
        next(tune_tower(tower, drawings, SETTINGS, 1, resume_from=path))


def test_pictures_and_arrays_are_the_same() -> None:
    pixels = drawings(2, np.random.default_rng(0))
    pictures = [Image.fromarray(part) for part in pixels]
    torch.testing.assert_close(as_pixels(pixels, 64), as_pixels(pictures, 64))
    torch.testing.assert_close(as_pixels(pixels, 32), as_pixels(pictures, 32))


def test_two_renditions_give_one_view_each(tower: PatchTower) -> None:
    shown: list[tuple[np.ndarray, np.ndarray]] = []

    def twice(count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        first = drawings(count, rng)
        shown.append((first, 255 - first))
        return shown[-1]

    plain = next(tune_tower(tower, lambda count, rng: twice(count, rng)[0], SETTINGS, 0)).loss
    both = next(tune_tower(tower, twice, SETTINGS, 0)).loss
    assert both > plain  # positions are harder to find in an inverted picture


@pytest.mark.parametrize("measure", [True, False])
def test_flat_pictures_are_refused(tower: PatchTower, measure: bool) -> None:
    def flat(count: int, rng: np.random.Generator) -> np.ndarray:
        return np.full((count, 64, 64, 3), 128, np.uint8)

    with pytest.raises(StudioError, match="too little detail"):
        if measure:
            localization_accuracy(tower, flat(2, np.random.default_rng(0)), np.random.default_rng(0))
        else:
            next(tune_tower(tower, flat, SETTINGS, 0))


def test_a_diverging_learning_rate_fails(tower: PatchTower) -> None:
    before = state(tower)
    settings = TowerSettings(steps=40, batch_size=2, learning_rate=1e30, blocks=1)
    with pytest.raises(StudioError, match="use a learning rate below"):
        list(tune_tower(tower, drawings, settings, 0))
    assert all(torch.equal(value, before[name]) for name, value in state(tower).items())
