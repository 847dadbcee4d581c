"""What the check of an exported file says when the file cannot be used."""

from pathlib import Path

import pytest
from PIL import Image

from gal_studio.engine.loras import stock
from gal_studio.engine.loras.check import Checked, _compare
from gal_studio.engine.loras.stock import StockRequest

PICTURE = Image.new("RGB", (8, 8))


def test_an_error_of_the_process_is_told(tmp_path: Path) -> None:
    """The process survives what its libraries raise, so that it can check the other files."""
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        missing = str(tmp_path / f"no model {name}")
        request = StockRequest(missing, {}, "cpu", "auto", "float32", "x", 1, (), 2, 1.0, 64)
        request.write(folder / "request.json")
    stock.main([tmp_path / "one" / "request.json", tmp_path / "two" / "request.json"])
    for name in ("one", "two"):
        found = _compare(tmp_path / name, [PICTURE], 0)
        assert not found.is_same
        assert found.sentence.startswith("The check failed, so do not use this file: ")
        assert f"no model {name}" in found.sentence


def test_a_process_that_was_ended_is_told(tmp_path: Path) -> None:
    found = _compare(tmp_path, [PICTURE], -9)
    assert found.sentence == (
        "The check failed, so do not use this file: its process ended with the code -9."
    )


@pytest.mark.parametrize(("grey", "words"), [(2, "same images"), (3, "differ from the studio's by up to 3")])
def test_pictures_are_compared(grey: int, words: str, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (0, grey, 0)).save(tmp_path / "0.png")
    found = _compare(tmp_path, [PICTURE], 0)
    assert found == Checked(1, grey) and words in found.sentence
