"""The compared regimes of training: arms are valid settings, styles are pictures, sheets show all."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality.regimes.arms import ARMS, BARE
from benchmarks.quality.regimes.cases import Case, dots, stripes, tiles
from benchmarks.quality.regimes.sheets import load_grid, save_grid, seeds_sheet
from gal_studio.core.settings import TuneSettings

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize(
    "arm", [name for name, changes in ARMS.items() if changes and changes.get("steps") != 0]
)
def test_every_arm_has_valid_settings(arm: str) -> None:
    made = TuneSettings().updated({**BARE, **(ARMS[arm] or {})})
    assert made.essential != TuneSettings().updated(BARE).essential


@pytest.mark.parametrize("style", [tiles, stripes, dots])
def test_drawn_styles_are_pictures_with_two_colours_at_least(style) -> None:
    picture = np.ones((128, 128, 3))
    picture[32:96, 32:96] = 0.2
    drawn = style(picture)
    assert drawn.shape == (128, 128, 3) and drawn.dtype == np.uint8
    assert np.abs(drawn[40:90, 40:90].mean((0, 1)) - drawn[:24].mean((0, 1))).max() > 40


def test_sheets_keep_pictures_and_frame_copies(tmp_path) -> None:
    pictures = [Image.new("RGB", (128, 128), (number * 5, 0, 0)) for number in range(36)]
    save_grid(pictures, 2, tmp_path / "pictures.png")
    assert [each.getpixel((5, 5)) for each in load_grid(tmp_path / "pictures.png")] == [
        (number * 5, 0, 0) for number in range(36)
    ]
    case = Case("cat", "style", ((pictures[0], "A cat in odd style"),))
    sheet = seeds_sheet(case, tmp_path / "pictures.png", 2, [False] * 35 + [True])
    red = (np.asarray(sheet) == (214, 39, 40)).all(-1)
    rows, columns = np.nonzero(red)
    assert rows.min() > sheet.height // 2 and columns.min() > sheet.width * 2 // 3
