"""The limits of the maps, and the augmented views."""

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.engine.patches.augmented_views import Augmentation, make_views
from gal_studio.engine.patches.backbones import Network
from gal_studio.engine.patches.calibration import best_matches, measure_limits, true_matches
from gal_studio.engine.patches.tower import PatchTower, to_pixels
from tests.engine.conftest import noise_picture, soft_pictures


def raw_tower() -> PatchTower:
    """A tower whose features are the 8 x 8 pixels around a patch's centre."""

    def maps(pixels: torch.Tensor) -> list[torch.Tensor]:
        return [torch.nn.functional.unfold(pixels, 8, stride=4, padding=2).unflatten(2, (16, 16))]

    network = Network(torch.nn.Identity(), 64, (0.5,) * 3, (1.0,) * 3, maps)
    return PatchTower("pixels", network, torch.device("cpu"), (1.0,), 16)


def test_best_matches_by_hand() -> None:
    features = np.array([[[[1.0, 0.0], [0.0, 1.0]]]], np.float32)
    others = np.array([[[[0.6, 0.8], [-1.0, 0.0]]]], np.float32)
    np.testing.assert_allclose(best_matches(features, others), [[0.6, 0.8]])


def test_a_view_matches_itself_perfectly() -> None:
    still = Augmentation(smallest=1, largest=1, turn=0, mirror=0, colour=0, blur=0, noise=0)
    pixels = to_pixels(soft_pictures(2, 0), 64)
    views = make_views(pixels, 64, 16, torch.Generator().manual_seed(0), still)
    moved = views.places[0, 0]  # two windows of the same size, apart by some patches
    assert moved.abs().max() > 0.1
    assert np.median(true_matches(raw_tower(), views)) > 0.9


def test_limits_are_measured_and_seeded() -> None:
    pictures, others = soft_pictures(6, 1), soft_pictures(6, 2)
    found = [measure_limits(raw_tower(), pictures, others, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    assert -1 < found[0].low < found[0].high <= 1 + 1e-6


def test_the_low_limits_rise_with_the_number_of_references() -> None:
    tower, soft = raw_tower(), soft_pictures(9, 1)
    found = measure_limits(tower, soft[:4], soft[4:], np.random.default_rng(0))
    assert len(found.lows) == 2  # 2 and 4 of the five others
    assert found.low < found.lows[0] < found.lows[1] < found.high
    alike = measure_limits(tower, soft[:4], soft[4:5], np.random.default_rng(0))
    assert alike.lows == ()


def test_limits_need_pictures_with_detail() -> None:
    flat = [Image.new("RGB", (64, 64), (80, 90, 100))] * 2
    rng = np.random.default_rng(0)
    with pytest.raises(StudioError, match="images of the subject and of other subjects"):
        measure_limits(raw_tower(), [], soft_pictures(1, 1), rng)
    with pytest.raises(StudioError, match="without detail"):
        measure_limits(raw_tower(), flat, flat, rng)


def coordinates(side: int = 128) -> torch.Tensor:
    """A picture with the column in red and the row in green, both in [0, 1]."""
    line = (torch.arange(side) + 0.5) / side
    return torch.stack([line.expand(side, side), line[:, None].expand(side, side), torch.zeros(side, side)])


def test_corresponding_patches_show_the_same() -> None:
    """A patch's centre in one view shows the same as the corresponding position in the other."""
    how = Augmentation(colour=0, blur=0, noise=0, mirror=0.5, turn=25)
    pixels = coordinates().expand(16, -1, -1, -1)
    views = make_views(pixels, 128, 16, torch.Generator().manual_seed(1), how)
    grid = ((torch.arange(16) + 0.5) / 8 - 1).expand(16, 16)
    centres = torch.stack([grid, grid.T], dim=-1).expand(16, -1, -1, -1)
    sample = torch.nn.functional.grid_sample
    here = sample(views.first, centres, align_corners=False).flatten(2)
    there = sample(views.second, ((views.places + 0.5) / 8 - 1)[:, None], align_corners=False)[:, :, 0]
    inside = (views.places > 0).all(dim=-1) & (views.places < 15).all(dim=-1)
    shown = ((here[:, :2] > 0.05) & (here[:, :2] < 0.95)).all(dim=1) & inside
    assert shown.sum() > 500
    apart = (here - there).abs().amax(dim=1)[shown]
    assert apart.max() < 0.02


def test_flat_and_hidden_patches_are_not_valid() -> None:
    pixels = torch.full((4, 3, 64, 64), 0.5)
    assert not make_views(pixels, 64, 16, torch.Generator().manual_seed(0)).valid.any()
    busy = to_pixels([noise_picture(seed, 64, 64) for seed in range(8)], 64)
    views = make_views(busy, 64, 16, torch.Generator().manual_seed(0))
    assert views.valid.any()
    assert (views.places[views.valid] >= -1e-4).all() and (views.places[views.valid] <= 15 + 1e-4).all()


def test_views_depend_on_the_generator() -> None:
    pixels = to_pixels([noise_picture(1, 64, 64)], 64)
    one, same = (make_views(pixels, 64, 16, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one.first, same.first) and torch.equal(one.second, same.second)
    assert not torch.allclose(one.first, one.second)
