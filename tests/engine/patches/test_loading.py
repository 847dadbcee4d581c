"""Saving and loading tuned towers; damaged ones are refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.engine.patches.loading import PatchTower, load_vision, vision_needs
from tests.engine.conftest import noise_picture
from tests.engine.tiny_vision import make_tiny_clip_with, make_tiny_transformer
from workshop.pocket.train.tuned import save_tower, tuned_weights


def changed_tower(clip: str) -> PatchTower:
    tower = load_vision("clip", clip, "cpu")
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in tuned_weights(tower, 1).values():
            weight.add_(0.1 * torch.randn(weight.shape, generator=generator))
    tower.limits = Limits(0.25, 0.75, (0.3, 0.5))
    return tower


def test_a_saved_tower_is_loaded_unchanged(tmp_path: Path) -> None:
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


def test_a_tuned_transformer_is_loaded_unchanged(tmp_path: Path) -> None:
    name = make_tiny_transformer(tmp_path / "dino", "dinov2")
    tower = load_vision(name, "unused", "cpu")
    assert vision_needs(f"local-dir:{name}", "unused", {}) == ()
    local = load_vision(f"local-dir:{name}", "unused", "cpu")
    pictures = [noise_picture(1)]
    np.testing.assert_array_equal(local.patches(pictures), tower.patches(pictures))
    save_tower(tower, tmp_path / "tuned", name, tuned_weights(tower, 1))
    again = load_vision(str(tmp_path / "tuned"), "unused", "cpu")  # a directory with a card is one of ours
    np.testing.assert_allclose(
        again.patches([noise_picture(1)]), tower.patches([noise_picture(1)]), atol=5e-3
    )
    assert again.limits is None


@pytest.mark.parametrize("base", ["clip:local-dir:../clip", "{}/clip"])
def test_a_tower_whose_base_moved_says_what_to_do(tmp_path: Path, base: str) -> None:
    """The project names the tower alone, so that it cannot be pointed to its base."""
    folder = save_tower(
        changed_tower(make_tiny_clip_with(tmp_path / "clip", "timm")), tmp_path / "tuned",
        base.format(tmp_path), {},
    )  # fmt: skip
    shutil.move(tmp_path / "clip", tmp_path / "moved")
    name = f"local-dir:{tmp_path / 'tuned'}"
    for look in (lambda: load_vision(name, "unused", "cpu"), lambda: vision_needs(name, "unused", {})):
        with pytest.raises(StudioError) as told:
            look()
        assert str(told.value) == (
            f"The vision model {folder} was tuned from {tmp_path / 'clip'}, which is not on this computer, "
            f"or has moved: move it back, or write its new place as base into {folder / 'vision.json'}."
        )


def carded(folder: Path, **changed: str) -> None:
    card = json.loads((folder / "vision.json").read_text())
    (folder / "vision.json").write_text(json.dumps({**card, **changed}))


def of_another_base(folder: Path) -> None:
    make_tiny_clip_with(folder.parent / "other", "vit")
    carded(folder, base="clip:local-dir:../other")


def of_another_size(folder: Path) -> None:
    tuned = load_file(folder / "tower.safetensors")
    save_file({name: weight[:1].contiguous() for name, weight in tuned.items()}, folder / "tower.safetensors")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "vision.json").write_text("{"), "not a vision model"),
        (lambda folder: carded(folder, mixture="all"), "not a vision model"),
        (lambda folder: (folder / "tower.safetensors").unlink(), "missing or damaged"),
        (lambda folder: (folder / "tower.safetensors").write_bytes(b"12345678"), "missing or damaged"),
        (of_another_base, "do not fit"),
        (of_another_size, "do not fit"),
    ],
)
def test_a_damaged_tower_is_refused(tmp_path: Path, spoil: Callable[[Path], object], message: str) -> None:
    tower = changed_tower(make_tiny_clip_with(tmp_path / "clip", "timm"))
    folder = save_tower(tower, tmp_path / "tuned", "clip:local-dir:../clip", tuned_weights(tower, 1))
    spoil(folder)
    with pytest.raises(StudioError, match=message):
        load_vision(f"local-dir:{folder}", "unused", "cpu")
