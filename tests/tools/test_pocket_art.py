"""Vector art, how it is placed on pictures, and random drawings."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tools.pocket.data import art, compose, plain
from tools.pocket.data.concepts import HELD_OUT_DESIGNS
from tools.pocket.data.dataset import LABEL, LIVELY, NONE, PALE, Plan, caption_of, label_of, render
from tools.pocket.data.icons import Design
from tools.pocket.scenes.bold_art import draw_bold

pytestmark = pytest.mark.thorough

DISC = np.zeros((128, 128, 4), np.uint8)
DISC[np.hypot(*(np.mgrid[0:128, 0:128] - 63.5)) < 56] = (200, 60, 30, 255)


def test_an_icon_without_colour_is_dark_and_keeps_its_frame() -> None:
    stored = {"height": 24, "icons": {"a": {"body": '<path fill="currentColor" d="M0 0"/>', "width": 32}}}
    svg = art.svg_of(stored, "a")
    assert 'viewBox="0 0 32 24"' in svg
    assert "currentColor" not in svg


def test_doubles_and_flags_are_left_out() -> None:
    assert art.is_general("cat-face") and art.is_general("human-like") and art.is_general("chair")
    assert not art.is_general("flag-for-chad")
    assert not art.is_general("waving-hand-light-skin-tone")


def _write_archive(path: Path, **members: object) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            data = json.dumps(content).encode()
            info = tarfile.TarInfo(f"package/{name}.json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def test_held_out_and_measured_art_is_never_trained_on(tmp_path: Path) -> None:
    square = {"body": '<path d="M4 4h8v8h-8z"/>'}
    for name in ("noto", "twemoji"):
        codes = {code: f"icon-{code}" for _, code, pack in HELD_OUT_DESIGNS if pack == name}
        drawn = {"icons": dict.fromkeys((*codes.values(), "free"), square)}
        _write_archive(tmp_path / art.archive_name(name), icons=drawn, chars=codes)
    found = [(name, icon) for name, icon, _ in art.general_icons(tmp_path, ["noto", "twemoji"])]
    assert found == [("noto", "free"), ("twemoji", "free")]
    assert not set(art.MEASURED) & set(art.SETS)
    with pytest.raises(ValueError, match="measuring only"):
        list(art.general_icons(tmp_path, ["openmoji"]))


def test_a_design_lands_on_its_spot_with_its_size() -> None:
    layer = compose.paste(DISC, (64.0, (40.0, 80.0)), np.random.default_rng(0), upright=True)
    assert layer.shape == (128, 128, 4) and layer.dtype == np.float32
    rows, cols = np.nonzero(layer[..., 3] > 0.5)
    assert abs(rows.mean() - 80) < 1.5 and abs(cols.mean() - 40) < 1.5
    assert 0.8 < (layer[..., 3].sum() / (np.pi * 28**2)) < 1.2
    assert (layer[..., :3] <= layer[..., 3:] + 1e-4).all()


def test_seeds_differ_in_size_and_ground() -> None:
    designs = [Design("cat", "1f431", "noto", DISC)]
    rng = np.random.default_rng(1)
    drawn = [render(Plan((0,), NONE, NONE, LIVELY), designs, rng) for _ in range(12)]
    grounds = {tuple(picture[2, 2] // 32) for picture in drawn}
    assert len(grounds) > 4
    sizes = [s for s, _ in (compose.spots(1, False, rng)[0] for _ in range(200))]
    assert min(sizes) < 65 and max(sizes) > 110


def test_only_pale_grounds_are_called_clean() -> None:
    designs = [Design("cat", "1f431", "noto", DISC)]
    rng = np.random.default_rng(2)
    for ground, expected in ((PALE, True), (LIVELY, False)):
        label = np.array(label_of(Plan((0,), NONE, NONE, ground), designs), LABEL)[()]
        said = [caption_of(label, rng).lower() for _ in range(150)]
        assert any("background" in words for words in said) == expected


def test_made_up_drawings_come_from_their_seed() -> None:
    first, again = (draw_bold(np.random.default_rng(4)) for _ in range(2))
    assert first.shape == (128, 128, 3) and first.dtype == np.uint8
    assert np.array_equal(first, again)
    many = [draw_bold(np.random.default_rng(seed)) for seed in range(8)]
    assert len({picture.tobytes() for picture in many}) == 8


def test_an_outline_surrounds_the_shape() -> None:
    layer = compose.warped(compose.premultiplied(DISC), 160, (128, 128), np.eye(2))
    lined = plain.outlined(layer, np.random.default_rng(0))
    assert lined[..., 3].sum() > layer[..., 3].sum()
    picture = plain.draw_icons(DISC[None], np.random.default_rng(3))
    assert picture.shape == (128, 128, 3) and picture.dtype == np.uint8
