"""The images of a folder by one list, and what is said of the rest."""

from pathlib import Path

import pytest
from pi_heif import register_heif_opener
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.state.images.decode import FORMATS
from gal_studio.state.images.folder import ENDINGS, is_picture, left_out
from gal_studio.studio.create.captions import pictures_in
from gal_studio.studio.create.judged import pictures_of
from gal_studio.studio.create.prior import prior_folder

ALL = [ending for endings in ENDINGS.values() for ending in endings]


def test_the_list_has_every_format_that_is_decoded() -> None:
    assert tuple(ENDINGS) == FORMATS and len(set(ALL)) == len(ALL)
    register_heif_opener()
    Image.init()
    known = {ending for ending, form in Image.registered_extensions().items() if form in FORMATS}
    assert known <= set(ALL)


@pytest.mark.parametrize("ending", [*ALL, ".JPG", ".Tiff", ".HEIC"])
def test_every_reader_of_folders_takes_each_ending(ending: str, tmp_path: Path) -> None:
    picture = tmp_path / f"cat{ending}"
    picture.touch()
    (tmp_path / "cat.txt").write_text("a cat")
    assert pictures_in(tmp_path) == pictures_of(tmp_path) == [picture]
    assert prior_folder(tmp_path) == ((picture, "a cat"),)


def test_what_is_left_out_is_said_with_its_number(tmp_path: Path) -> None:
    for name in ("a.png", "a.txt", "metadata.csv", "a_sdxl.npz", ".DS_Store", "._a.png"):
        (tmp_path / name).touch()
    assert left_out(tmp_path) == "" and not is_picture(tmp_path / "._a.png")
    (tmp_path / "b.PSD").touch()
    assert left_out(tmp_path) == "1 file is left out, since the studio reads no .psd"
    for name in ("c.psd", "d.mov", "README", "e.svg", "f.cr2", "g.raw"):
        (tmp_path / name).touch()
    assert left_out(tmp_path) == (
        "7 files are left out, since the studio reads no .psd, .cr2, .mov, .raw or others"
    ) or left_out(tmp_path).startswith("7 files are left out, since the studio reads no .psd, ")
    assert left_out(tmp_path / "nowhere") == ""


@pytest.mark.parametrize("read", [pictures_of, prior_folder])
def test_a_folder_with_nothing_else_says_what_it_has(read: object, tmp_path: Path) -> None:
    (tmp_path / "clip.mov").touch()
    with pytest.raises(StudioError, match=r"\(1 file is left out, since the studio reads no \.mov\)"):
        read(tmp_path)  # type: ignore[operator]
