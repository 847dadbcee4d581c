"""A vision model is tuned on a folder of pictures and used by name (Eq. P3)."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.cli import main
from gal_studio.engine.patches.loading import load_vision
from tests.engine.tiny_vision import make_tiny_clip_with
from tests.research.features.tune_vision.test_engine import drawings


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for number, pixels in enumerate(drawings(24, np.random.default_rng(5))):
        Image.fromarray(pixels).save(folder / f"{number}.png")
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no image either")
    return folder


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    return make_tiny_clip_with(tmp_path_factory.mktemp("clip"), "timm")


def tune(pictures: Path, clip: str, out: Path, *more: str) -> int:
    words = ["tune-vision", "--pictures", str(pictures), "--out", str(out), "--clip-model", clip]
    return main([*words, "--steps", "16", "--json", *more])


def test_it_learns_and_is_used_by_name(
    pictures: Path, clip: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tune(pictures, clip, tmp_path / "tower", "--steps", "30") == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert 0 < told["own_place_before"] < 1 and 0 < told["own_place_after"] < 1
    assert (told["pictures"], told["held_out"]) == (20, 4)
    assert "Skipped" in said.err and "broken.jpg" in said.err
    one, other = load_vision(told["vision_model"], "unused", "cpu"), load_vision("clip", clip, "cpu")
    shown = [Image.open(pictures / "0.png").convert("RGB")]
    assert np.abs(one.patches(shown) - other.patches(shown)).max() > 0.01
    written = sorted(path.name for path in (tmp_path / "tower").iterdir())
    assert written == ["tower.safetensors", "vision.json"]
    assert tune(pictures, clip, tmp_path / "tower") == 2
    assert "already has a tuned vision model" in capsys.readouterr().err


def test_too_few_pictures_is_one_sentence(
    clip: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "few").mkdir()
    assert tune(tmp_path / "few", clip, tmp_path / "out") == 2
    assert "has 0 readable images: the tuning needs at least 20" in capsys.readouterr().err
    assert tune(tmp_path / "nowhere", clip, tmp_path / "out") == 2
    assert "There is no folder" in capsys.readouterr().err
    assert tune(tmp_path / "few", clip, tmp_path / "out", "--steps", "0") == 2
    assert not (tmp_path / "out").exists()
