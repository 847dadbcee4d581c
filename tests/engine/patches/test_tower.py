"""Patch features of all kinds of towers, and models without any."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.engine.patches.backbones import open_clip_network
from gal_studio.engine.patches.loading import PatchTower, load_vision
from gal_studio.engine.patches.tower import to_pixels
from tests.engine.conftest import noise_picture, soft_pictures
from tests.engine.tiny_vision import TOWERS, make_tiny_clip_with, make_tiny_transformer

HUB_KINDS = ["dinov2", "registers", "dinov3", "siglip", "hub_vit", "hub_resnet", "convnext", "test_vit"]
KINDS = [*TOWERS, *HUB_KINDS]
Opener = Callable[[str], PatchTower]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opener:
    """A tower of each kind, loaded once."""
    towers: dict[str, PatchTower] = {}

    def tower(kind: str) -> PatchTower:
        if kind not in towers:
            folder = tmp_path_factory.mktemp("towers") / kind
            if kind in TOWERS:
                towers[kind] = load_vision("clip", make_tiny_clip_with(folder, kind), "cpu")
            else:
                name = make_tiny_transformer(folder, kind.removeprefix("hub_"))
                towers[kind] = load_vision(name, "unused", "cpu")
        return towers[kind]

    return tower


@pytest.mark.parametrize("kind", KINDS)
def test_unit_rows_on_a_grid_of_at_least_16(opened: Opener, kind: str) -> None:
    tower = opened(kind)
    found = tower.patches([noise_picture(1), noise_picture(2, 80, 48)])
    assert found.dtype == np.float32
    assert found.shape[:3] == (2, tower.grid, tower.grid)
    assert tower.grid >= 16
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_its_pictures_one_by_one(opened: Opener, kind: str) -> None:
    pictures = [noise_picture(seed) for seed in range(3)]
    alone = np.concatenate([opened(kind).patches([picture]) for picture in pictures])
    np.testing.assert_allclose(opened(kind).patches(pictures), alone, atol=2e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_patches_are_where_their_pixels_are(opened: Opener, kind: str, corner: tuple[int, int]) -> None:
    """Changing a quarter of the picture changes the features there most."""
    tower = opened(kind)
    side, (down, right) = tower.network.side, corner
    pixels = np.array(noise_picture(1, side, side))
    half = side // 2
    part = (slice(down * half, (down + 1) * half), slice(right * half, (right + 1) * half))
    changed = pixels.copy()
    changed[part] = np.array(noise_picture(2, side, side))[part]
    before, after = tower.patches([Image.fromarray(pixels), Image.fromarray(changed)])
    moved = 1 - (before * after).sum(axis=-1)
    middle = tower.grid // 2
    quarters = {
        (i, j): moved[i * middle : (i + 1) * middle, j * middle : (j + 1) * middle].mean()
        for i in (0, 1)
        for j in (0, 1)
    }
    assert max(quarters, key=lambda place: quarters[place]) == corner


def test_no_pictures_give_no_rows(opened: Opener) -> None:
    assert opened("vit").patches([]).shape[0] == 0


@pytest.mark.parametrize(("kind", "others"), [("dinov2", 1), ("registers", 4), ("hub_vit", 1)])
def test_class_and_register_tokens_are_left_out(opened: Opener, kind: str, others: int) -> None:
    tower = opened(kind)
    pixels = to_pixels([noise_picture(3)], tower.network.side)
    mean, std = (torch.tensor(part).view(1, 3, 1, 1) for part in (tower.network.mean, tower.network.std))
    with torch.no_grad():
        said = tower.network.module(pixel_values=(pixels - mean) / std, interpolate_pos_encoding=True)
    tokens = said.last_hidden_state[0]
    assert len(tokens) == others + tower.grid**2
    expected = torch.nn.functional.normalize(tokens[others:], dim=-1).view(tower.grid, tower.grid, -1)
    np.testing.assert_allclose(tower.patches([noise_picture(3)])[0], expected.numpy(), atol=1e-5)


def test_a_mixture_is_the_weighted_mean_of_its_maps_cosines(opened: Opener) -> None:
    tower = opened("timm")
    pictures = [noise_picture(1), noise_picture(2)]
    plain = tower.mixture
    cosines = {}
    try:
        for mixture in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.3, 0.2)):
            tower.mixture = mixture
            one, two = tower.patches(pictures)
            cosines[mixture] = (one * two).sum(axis=-1)
    finally:
        tower.mixture = plain
    fine, middle, coarse, mixed = cosines.values()
    np.testing.assert_allclose(mixed, 0.5 * fine + 0.3 * middle + 0.2 * coarse, atol=1e-5)


def test_a_picture_smaller_than_one_patch_is_refused(opened: Opener) -> None:
    with pytest.raises(StudioError, match="9 x 40 pixels is smaller than one patch"):
        opened("dinov2").patches([noise_picture(1, 9, 40)])


def test_features_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    tower = load_vision("clip", make_tiny_clip_with(tmp_path / "clip", "vit"), "cpu")
    with torch.no_grad():
        next(iter(tower.network.module.parameters())).fill_(float("nan"))
    with pytest.raises(StudioError, match="not finite"):
        tower.patches([noise_picture(1)])


def test_a_text_model_has_no_patches(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="has no patch features"):
        load_vision(make_tiny_transformer(tmp_path / "bert", "bert"), "unused", "cpu")


def test_a_tower_with_one_vector_per_picture_has_no_patches() -> None:
    class Pooled(torch.nn.Module):
        image_size = 32

        def __init__(self) -> None:
            super().__init__()
            self.projection = torch.nn.Parameter(torch.ones(3, 8))

        def forward(self, pixels: torch.Tensor) -> torch.Tensor:
            return pixels.mean(dim=(2, 3)) @ self.projection

    class Clip(torch.nn.Module):
        visual = Pooled()

    with pytest.raises(StudioError, match="one has no patch features"):
        open_clip_network("one", Clip(), {"mean": (0.5,) * 3, "std": (0.5,) * 3})


def test_invalid_models_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="cannot be opened"):
        load_vision(str(tmp_path), "unused", "cpu")
    with pytest.raises(StudioError, match=r"not a vision model of GAL Studio: it needs vision\.json"):
        load_vision(f"local-dir:{tmp_path}", "unused", "cpu")


@pytest.mark.slow
def test_the_bundled_tower_is_fast() -> None:
    """One picture, warmed up, on one thread, takes under 100 ms of CPU time."""
    tower = load_vision("clip", resolve_model("local-dir:assets:pocket/clip"), "cpu")
    picture = soft_pictures(1, 0, side=128)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert tower.patches(picture).shape[:3] == (1, 16, 16)
        spent = []
        for _ in range(5):
            start = time.thread_time()
            tower.patches(picture)
            spent.append(time.thread_time() - start)
    finally:
        torch.set_num_threads(threads)
    assert min(spent) < 0.1
