"""Captions in same-name text files: what is written is read again."""

import io
import zipfile
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio.create.captions import LARGEST_CAPTION, caption_beside, captions_zip


def test_what_is_saved_is_read_beside_the_pictures(tmp_path: Path) -> None:
    given = [("cat.png", "A cat in ink style"), ("sub.dir.jpg", "猫、水彩画風"), ("cat.jpg", "Another cat")]
    with zipfile.ZipFile(io.BytesIO(captions_zip(given))) as archive:
        assert archive.namelist() == ["cat.txt", "sub.dir.txt", "cat (2).txt"]
        archive.extractall(tmp_path)
    assert caption_beside(tmp_path / "cat.png") == "A cat in ink style"
    assert caption_beside(tmp_path / "sub.dir.jpg") == "猫、水彩画風"
    assert caption_beside(tmp_path / "dog.png") is None


def test_pictures_of_one_name_keep_their_captions() -> None:
    given = [("cat.jpg", "A cat"), ("Cat.png", "A dog"), ("cat.webp", "A cat"), ("cat.gif", "A fox")]
    with zipfile.ZipFile(io.BytesIO(captions_zip(given))) as archive:
        texts = {name: archive.read(name).decode().strip() for name in archive.namelist()}
    assert texts == {"cat.txt": "A cat", "Cat (2).txt": "A dog", "cat (3).txt": "A fox"}


def test_a_folder_has_no_caption() -> None:
    assert caption_beside(Path()) is None


def test_text_of_other_programs_is_read(tmp_path: Path) -> None:
    (tmp_path / "cat.txt").write_bytes(b"\xef\xbb\xbfA cat \r\n in ink style\r\n")
    assert caption_beside(tmp_path / "cat.png") == "A cat in ink style"


@pytest.mark.parametrize(
    ("data", "words"), [(b"\xff\xfeA\0", "is not UTF-8"), (b"x" * (LARGEST_CAPTION + 1), "is longer than")]
)
def test_what_is_no_caption_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "cat.txt").write_bytes(data)
    with pytest.raises(StudioError, match=words):
        caption_beside(tmp_path / "cat.png")
