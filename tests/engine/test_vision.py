"""Patch features of every kind of tower, their limits, and models that have none."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.patch_quality import Limits
from gal_studio.engine.views import Augmentation, make_views
from gal_studio.engine.vision import PatchTower, load_vision, measure_limits, save_tower
from gal_studio.engine.vision_limits import best_matches, true_matches
from gal_studio.engine.vision_networks import Network, open_clip_network
from gal_studio.engine.vision_tower import to_pixels
from gal_studio.engine.vision_tuning import tuned_weights
from tests.engine.conftest import noise_picture
from tests.engine.tiny_vision import TOWERS, make_tiny_clip_with, make_tiny_transformer

KINDS = [*TOWERS, "dinov2", "registers", "hub_vit", "hub_resnet"]
Opener = Callable[[str], PatchTower]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opener:
    """A tower of each kind, opened once."""
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


def soft_pictures(count: int, seed: int, side: int = 64) -> list[Image.Image]:
    """Pictures of coloured blobs: detail that survives a change of scale."""
    pixels = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return [Image.fromarray(row).resize((side, side), Image.Resampling.BICUBIC) for row in pixels]


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
def test_patches_lie_where_their_pixels_do(opened: Opener, kind: str, corner: tuple[int, int]) -> None:
    """Rows are the picture's rows: what changes in one quarter changes the features there most."""
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


def test_no_pictures_no_rows(opened: Opener) -> None:
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


def test_features_that_are_no_numbers(tmp_path: Path) -> None:
    tower = load_vision("clip", make_tiny_clip_with(tmp_path / "clip", "vit"), "cpu")
    with torch.no_grad():
        next(iter(tower.network.module.parameters())).fill_(float("nan"))
    with pytest.raises(StudioError, match="no numbers"):
        tower.patches([noise_picture(1)])


def test_a_model_of_words_has_no_patches(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="has no patch features"):
        load_vision(make_tiny_transformer(tmp_path / "bert", "bert"), "unused", "cpu")


def test_a_tower_that_gives_one_vector_has_no_patches() -> None:
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


def test_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="cannot be opened"):
        load_vision(str(tmp_path), "unused", "cpu")
    with pytest.raises(StudioError, match=r"not a vision model of this studio: it needs a vision\.json"):
        load_vision(f"local-dir:{tmp_path}", "unused", "cpu")


# --- saved towers


def changed_tower(clip: str) -> PatchTower:
    tower = load_vision("clip", clip, "cpu")
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in tuned_weights(tower, 1).values():
            weight.add_(0.1 * torch.randn(weight.shape, generator=generator))
    tower.limits = Limits(0.25, 0.75)
    return tower


def test_a_saved_tower_comes_back(tmp_path: Path) -> None:
    clip = make_tiny_clip_with(tmp_path / "clip", "timm")
    tower = changed_tower(clip)
    tower.mixture = (0.2, 0.5, 0.3)
    saved = tuned_weights(tower, 1)
    save_tower(tower, tmp_path / "tuned", "clip:local-dir:../clip", saved)
    again = load_vision(f"local-dir:{tmp_path / 'tuned'}", "unused", "cpu")
    assert (again.limits, again.mixture, again.grid) == (tower.limits, tower.mixture, tower.grid)
    pictures = [noise_picture(1), noise_picture(2)]
    np.testing.assert_allclose(again.patches(pictures), tower.patches(pictures), atol=5e-3)
    base = load_vision("clip", clip, "cpu").patches(pictures)
    assert np.abs(again.patches(pictures) - base).max() > 0.02
    wholly = sum(weight.numel() for weight in tower.network.module.parameters())
    assert 2 * sum(weight.numel() for weight in saved.values()) < 2 * wholly
    assert not any(weight.requires_grad for weight in again.network.module.parameters())


def test_a_tuned_transformer_comes_back(tmp_path: Path) -> None:
    name = make_tiny_transformer(tmp_path / "dino", "dinov2")
    tower = load_vision(name, "unused", "cpu")
    save_tower(tower, tmp_path / "tuned", name, tuned_weights(tower, 1))
    again = load_vision(str(tmp_path / "tuned"), "unused", "cpu")  # a directory with a card is one of ours
    np.testing.assert_allclose(
        again.patches([noise_picture(1)]), tower.patches([noise_picture(1)]), atol=5e-3
    )
    assert again.limits is None


def spoil_card(folder: Path) -> None:
    card = json.loads((folder / "vision.json").read_text())
    (folder / "vision.json").write_text(json.dumps({**card, "mixture": "all"}))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "vision.json").write_text("{"), "not a vision model"),
        (spoil_card, "not a vision model"),
        (lambda folder: (folder / "tower.safetensors").unlink(), "missing or broken"),
        (lambda folder: (folder / "tower.safetensors").write_bytes(b"12345678"), "missing or broken"),
    ],
)
def test_a_broken_tower_is_refused(tmp_path: Path, spoil: Callable[[Path], object], message: str) -> None:
    tower = changed_tower(make_tiny_clip_with(tmp_path / "clip", "timm"))
    folder = save_tower(tower, tmp_path / "tuned", "clip:local-dir:../clip", tuned_weights(tower, 1))
    spoil(folder)
    with pytest.raises(StudioError, match=message):
        load_vision(f"local-dir:{folder}", "unused", "cpu")


def test_weights_of_another_base_are_refused(tmp_path: Path) -> None:
    tower = changed_tower(make_tiny_clip_with(tmp_path / "clip", "timm"))
    make_tiny_clip_with(tmp_path / "other", "vit")
    folder = save_tower(tower, tmp_path / "tuned", "clip:local-dir:../other", tuned_weights(tower, 1))
    with pytest.raises(StudioError, match="belong to another model"):
        load_vision(f"local-dir:{folder}", "unused", "cpu")


def test_weights_of_another_size_are_refused(tmp_path: Path) -> None:
    tower = changed_tower(make_tiny_clip_with(tmp_path / "clip", "timm"))
    tuned = {name: weight[:1] for name, weight in tuned_weights(tower, 1).items()}
    folder = save_tower(tower, tmp_path / "tuned", "clip:local-dir:../clip", tuned)
    with pytest.raises(StudioError, match="belong to another model"):
        load_vision(f"local-dir:{folder}", "unused", "cpu")


# --- limits


def raw_tower() -> PatchTower:
    """A tower whose features are the 8 x 8 pixels around a patch's centre."""

    def maps(pixels: torch.Tensor) -> list[torch.Tensor]:
        return [torch.nn.functional.unfold(pixels, 8, stride=4, padding=2).unflatten(2, (16, 16))]

    network = Network(torch.nn.Identity(), 64, (0.5,) * 3, (1.0,) * 3, maps, ())
    return PatchTower("pixels", network, torch.device("cpu"), (1.0,), 16)


def test_best_matches_by_hand() -> None:
    features = np.array([[[[1.0, 0.0], [0.0, 1.0]]]], np.float32)
    others = np.array([[[[0.6, 0.8], [-1.0, 0.0]]]], np.float32)
    np.testing.assert_allclose(best_matches(features, others), [[0.6, 0.8]])


def test_the_same_view_matches_itself_wholly() -> None:
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


def test_limits_need_pictures_with_detail() -> None:
    flat = [Image.new("RGB", (64, 64), (80, 90, 100))] * 2
    rng = np.random.default_rng(0)
    with pytest.raises(StudioError, match="pictures of the subject and of other subjects"):
        measure_limits(raw_tower(), [], soft_pictures(1, 1), rng)
    with pytest.raises(StudioError, match="without detail"):
        measure_limits(raw_tower(), flat, flat, rng)


# --- views


def coordinates(side: int = 128) -> torch.Tensor:
    """A picture whose red says its column and whose green says its row, both in [0, 1]."""
    line = (torch.arange(side) + 0.5) / side
    return torch.stack([line.expand(side, side), line[:, None].expand(side, side), torch.zeros(side, side)])


def test_known_geometry_is_true() -> None:
    """What lies at a patch's centre in one view is what the pixels of the other say at its place."""
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


def test_flat_patches_and_what_is_out_of_sight_do_not_count() -> None:
    pixels = torch.full((4, 3, 64, 64), 0.5)
    assert not make_views(pixels, 64, 16, torch.Generator().manual_seed(0)).valid.any()
    busy = to_pixels([noise_picture(seed, 64, 64) for seed in range(8)], 64)
    views = make_views(busy, 64, 16, torch.Generator().manual_seed(0))
    assert views.valid.any()
    assert (views.places[views.valid] >= -1e-4).all() and (views.places[views.valid] <= 15 + 1e-4).all()


def test_views_differ_from_each_other_and_by_the_generator() -> None:
    pixels = to_pixels([noise_picture(1, 64, 64)], 64)
    one, same = (make_views(pixels, 64, 16, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one.first, same.first) and torch.equal(one.second, same.second)
    assert not torch.allclose(one.first, one.second)


# --- the embedded model


@pytest.mark.slow
def test_the_embedded_tower_is_quick() -> None:
    """The map of one picture, warm, on one thread: under 100 ms of processor time."""
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
