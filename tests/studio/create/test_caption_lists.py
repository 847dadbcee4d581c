"""Captions in the forms of other trainers are read where they are plain, and named where they are not."""

import json
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio.create.caption_lists import LARGEST_LIST, unread_beside
from gal_studio.studio.create.captions import caption_beside
from gal_studio.studio.create.prior import prior_folder

LINES = '{"file_name": "dog.png", "text": "A dog"}\n\n{"file_name": "Cat.PNG", "text": "A cat in\\n ink"}\n'
FORMS = {
    "cat.png.txt": "A cat in ink",
    "cat.png.caption": "A cat in ink",
    "cat.txt.txt": "A cat in ink",
    "metadata.jsonl": LINES,
    "Metadata.JSONL": "\ufeff" + LINES,
    "metadata.csv": 'file_name,text\ndog.png,A dog\ncat.png,"A cat in ink"\n',
    "captions.csv": "image,caption\ncat.png,A cat in ink\n",
    "meta_cap.json": json.dumps({"/data/cat.png": {"caption": "A cat in ink"}, "/data/dog.png": {}}),
    "Captions.JSON": json.dumps(
        {
            "images": [{"id": 7, "file_name": "cat.png"}, {"id": 8, "file_name": "dog.png"}],
            "annotations": [{"image_id": 7, "caption": "A cat in ink"}, {"image_id": 7, "caption": "A cat"}],
        }
    ),
    "captions.json": json.dumps({"dog.png": "A dog", "cat.png": "A cat in ink"}),
    "metadata.json": json.dumps({"/data/10_cat/cat": {"tags": "cat", "caption": "A cat in ink"}}),
    "captions.jsonl": json.dumps({"image": "pictures/cat.png", "caption": "A cat in ink"}),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_caption_is_read_in_every_plain_form(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(FORMS[name], encoding="utf-8")
    assert caption_beside(tmp_path / "cat.png") == "A cat in ink"
    assert caption_beside(tmp_path / "fox.png") is None


def test_a_list_of_objects(tmp_path: Path) -> None:
    rows = [{"image": "cat.png", "prompt": "A cat in ink"}, {"image": "dog.png"}]
    (tmp_path / "captions.json").write_text(json.dumps(rows))
    assert caption_beside(tmp_path / "cat.png") == "A cat in ink"
    assert caption_beside(tmp_path / "dog.png") is None


def test_a_text_file_comes_before_a_list_and_a_list_before_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "10_sks dog"
    folder.mkdir()
    assert caption_beside(folder / "cat.png") == "sks dog"
    (folder / "metadata.jsonl").write_text(LINES)
    assert caption_beside(folder / "cat.png") == "A cat in ink"
    (folder / "cat.png.txt").write_text("A cat, twice named")
    assert caption_beside(folder / "cat.png") == "A cat, twice named"
    (folder / "cat.txt").write_text("A cat")
    assert caption_beside(folder / "cat.png") == "A cat"


@pytest.mark.parametrize("name", ["sketches", "2024_holiday", "10_", "_x"])
def test_other_folders_say_nothing(name: str, tmp_path: Path) -> None:
    assert caption_beside(tmp_path / name / "cat.png") is None


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        '"words"',
        "{",
        "[" * 50_000,
        '{"annotations": 3}',
        '{"images": [1], "annotations": []}',
        "nothing",
    ],
)
def test_a_list_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "captions.json").write_text(text)
    with pytest.raises(StudioError, match=r"captions in captions\.json cannot be read: give each") as refusal:
        caption_beside(tmp_path / "cat.png")
    assert str(refusal.value).count(". ") == 0
    (tmp_path / "captions.json").write_bytes(b" " * (LARGEST_LIST + 1))
    with pytest.raises(StudioError, match="cannot be read"):
        caption_beside(tmp_path / "cat.png")


def test_odd_numbers_and_endless_fields_are_no_accident(tmp_path: Path) -> None:
    rows = {
        "annotations": [{"image_id": [1], "caption": "A cat"}],
        "images": [{"id": {}, "file_name": "cat.png"}],
    }
    (tmp_path / "captions.json").write_text(json.dumps(rows))
    assert caption_beside(tmp_path / "cat.png") is None
    (tmp_path / "captions.csv").write_text(f"file,caption\ncat.png,{'x' * 200_000}\n")
    with pytest.raises(StudioError, match=r"captions in captions\.csv cannot be read"):
        caption_beside(tmp_path / "cat.png")


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "cat.png").write_bytes(b"")
    assert unread_beside(tmp_path / "cat.png") == ""
    (tmp_path / "cat.json").write_text("{}")
    assert "cat.json is not read: put the caption into cat.txt" in unread_beside(tmp_path / "cat.png")
    with pytest.raises(StudioError, match=r"has no prompt \(cat\.json is not read"):
        prior_folder(tmp_path)


def test_folders_with_repeats_are_read_as_one(tmp_path: Path) -> None:
    for name in ("1_dog/a.png", "20_a cat/b.png", "other/c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "20_a cat" / "b.txt").write_text("a cat on a sofa")
    found = prior_folder(tmp_path)
    assert [(path.name, text) for path, text in found] == [("a.png", "dog"), ("b.png", "a cat on a sofa")]
