"""Captions in same-name text files: what is written is read again."""

import io
import zipfile
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio.create.captions import LARGEST_CAPTION, caption_beside, captions_zip
from gal_studio.studio.create.prior import prior_folder


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
    ("data", "words"),
    [
        ("A cat in ink style".encode("utf-16-le"), "is not UTF-8 but UTF-16"),
        ("A caf\u00e9 in ink style".encode("utf-16-le"), "is not UTF-8 but UTF-16: save it again as UTF-8"),
        ("A caf\u00e9 in ink style".encode("cp1252"), "is not UTF-8 but Windows-1252"),
        ("\u732b\u3001\u6c34\u5f69\u753b\u98a8".encode("shift_jis"), "is not UTF-8 but in another encoding"),
        (b"x" * (LARGEST_CAPTION + 1), "is longer than"),
    ],
)
def test_what_is_no_caption_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "cat.txt").write_bytes(data)
    with pytest.raises(StudioError, match=words):
        caption_beside(tmp_path / "cat.png")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-8-sig"])
def test_a_text_that_marks_its_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "cat.txt").write_bytes(f"{mark}A caf\u00e9 in ink style\r\n".encode(encoding))
    assert caption_beside(tmp_path / "cat.png") == "A caf\u00e9 in ink style"


@pytest.mark.parametrize("name", ["cat.TXT", "cat.caption", "cat.CAPTION", "CAT.txt"])
def test_a_caption_is_found_in_any_case_of_letters(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("A cat in ink style")
    (tmp_path / "._cat.txt").write_text("of another system")
    assert caption_beside(tmp_path / "cat.PNG") == "A cat in ink style"


def test_of_two_captions_the_text_counts_and_of_two_texts_the_one_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "cat.caption").write_text("not this")
    (tmp_path / "CAT.txt").write_text("nor this")
    (tmp_path / "cat.txt").write_text("A cat in ink style")
    assert caption_beside(tmp_path / "cat.png") == "A cat in ink style"


def test_a_name_is_the_same_in_every_form_of_its_letters(tmp_path: Path) -> None:
    (tmp_path / "e\u0301tude.txt").write_text("A cat in ink style")
    assert caption_beside(tmp_path / "\u00e9tude.png") == "A cat in ink style"


def test_prior_pictures_are_read_as_references_are(tmp_path: Path) -> None:
    for name in ("a.png", "._a.png", "b.PNG"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "a.caption").write_text("a photo of a (dog:1.2)")
    (tmp_path / "b.TXT").write_text("a photo of a tree")
    found = prior_folder(tmp_path)
    assert [(path.name, text) for path, text in found] == [
        ("a.png", "a photo of a (dog:1.2)"),
        ("b.PNG", "a photo of a tree"),
    ]
    (tmp_path / "b.TXT").write_bytes("caf\u00e9".encode("utf-16-le"))
    with pytest.raises(StudioError, match="is not UTF-8 but UTF-16"):
        prior_folder(tmp_path)
