"""Captions in the forms of other trainers are read where they are plain, and named where they are not."""

import json
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.studio.create.caption_lists import LARGEST_LIST, unread_beside
from gal_studio.studio.create.captions import caption_beside, captions_among
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
        '{"images": [{"id": 7, "file_name": "cat.png"}], "annotations": []}',
        "nothing",
    ],
)
def test_a_list_that_is_none_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "captions.json").write_text(text)
    with pytest.raises(StudioError, match=r"captions in captions\.json cannot be read \(") as refusal:
        caption_beside(tmp_path / "cat.png")
    assert str(refusal.value).count(". ") == 0
    (tmp_path / "captions.json").write_bytes(b" " * (LARGEST_LIST + 1))
    with pytest.raises(StudioError, match=r"cannot be read \(they have more than \d+ MB\)"):
        caption_beside(tmp_path / "cat.png")


@pytest.mark.parametrize(
    ("table", "why"),
    [(f"file,caption\ncat.png,{'x' * 200_000}\n", ""), ("a,b\n1,2\n", "there are no columns")],
    ids=["endless fields", "no columns"],
)
def test_a_table_that_is_none_is_named(table: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "captions.csv").write_text(table)
    with pytest.raises(StudioError, match=rf"captions in captions\.csv cannot be read \({why}"):
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


def lines(*rows: object) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def test_an_entry_of_another_folder_never_counts(tmp_path: Path) -> None:
    rows = [{"file_name": f"{folder}1.png", "text": f"in {folder}"} for folder in ("cats/", "dogs/", "")]
    (tmp_path / "metadata.jsonl").write_text(lines(*rows))
    for folder in ("", "cats/", "dogs/", "foxes/", "cats/kittens/"):
        (tmp_path / folder).mkdir(exist_ok=True)
    assert caption_beside(tmp_path / "1.png") == "in"
    assert caption_beside(tmp_path / "cats" / "1.png") == "in cats/"
    assert caption_beside(tmp_path / "dogs" / "1.png") == "in dogs/"
    assert caption_beside(tmp_path / "foxes" / "1.png") is None
    assert caption_beside(tmp_path / "cats" / "kittens" / "1.png") is None


def test_paths_of_another_machine_count_where_all_are_of_one_folder(tmp_path: Path) -> None:
    for folder in ("cats", "mixed"):
        (tmp_path / folder).mkdir()
    meta = {"/data/10_cat/1": {"caption": "cats"}}
    (tmp_path / "cats" / "meta_cap.json").write_text(json.dumps(meta))
    meta["/data/dogs/1"] = {"caption": "dogs"}
    (tmp_path / "mixed" / "meta_cap.json").write_text(json.dumps(meta))
    assert caption_beside(tmp_path / "cats" / "1.png") == "cats"
    assert caption_beside(tmp_path / "mixed" / "1.png") is None
    meta[f"{(tmp_path / 'mixed').as_posix()}/1.png"] = {"caption": "of this folder"}
    (tmp_path / "mixed" / "captions.json").write_text(json.dumps(meta))
    assert caption_beside(tmp_path / "mixed" / "1.png") == "of this folder"
    (tmp_path / "mixed" / "captions.json").unlink()
    assert unread_beside(tmp_path / "mixed" / "1.png") == " (meta_cap.json has no row for it)"


def test_a_list_in_a_folder_above_that_is_about_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "captions.json").write_text("[1, 2]")
    (tmp_path / "cats").mkdir()
    assert caption_beside(tmp_path / "cats" / "1.png") is None


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\u0085", "\f"])
def test_line_ends_of_other_kinds_are_within_a_caption(tmp_path: Path, end: str) -> None:
    rows = [
        {"file_name": "dog.png", "text": float("nan")},
        {"file_name": "cat.png", "text": f"A cat{end}in ink"},
    ]
    (tmp_path / "metadata.jsonl").write_text(lines(*rows), encoding="utf-8")
    assert caption_beside(tmp_path / "cat.png") == "A cat in ink"
    assert caption_beside(tmp_path / "dog.png") is None


@pytest.mark.parametrize(
    "table",
    [
        "file_name;text\ncat.png;A cat, in ink\n",
        "file_name;text\r\ncat.png;A cat, in ink\r\n",
        "file_name\ttext\ncat.png\tA cat, in ink\n",
        'file_name,text\ncat.png,"A cat, in ink"\ndog.png,nan\n',
        "file_name|text\ncat.png|A cat, in ink\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_of_spreadsheets_are_read(tmp_path: Path, table: str, encoding: str) -> None:
    (tmp_path / "metadata.csv").write_bytes(table.encode(encoding))
    assert caption_beside(tmp_path / "cat.png") == "A cat, in ink"
    assert caption_beside(tmp_path / "dog.png") is None
    assert unread_beside(tmp_path / "dog.png") == " (metadata.csv has no row for it)"


def test_of_several_captions_the_first_counts(tmp_path: Path) -> None:
    (tmp_path / "captions.json").write_text(json.dumps({"cat.png": [None, "A cat in ink", "A cat"]}))
    assert caption_beside(tmp_path / "cat.png") == "A cat in ink"


def test_the_page_reads_what_the_command_reads() -> None:
    files = [
        ("metadata.csv", b"file_name;text\na.png;A\nb.png;B from the table\n"),
        ("B.TXT", "B from its text".encode("utf-16")),
        ("c.png.caption", b"C"),
        ("e.json", b"{}"),
        ("other.txt", b"x"),
    ]
    found = captions_among(files, ["a.png", "b.png", "c.png", "d.png", "e.png"])
    assert {name: (one.text, one.source) for name, one in found.found.items()} == {
        "a.png": ("A", "metadata.csv"),
        "b.png": ("B from its text", "B.TXT"),
        "c.png": ("C", "c.png.caption"),
    }
    assert found.problems == (
        "other.txt belongs to an image that is not here: choose both together.",
        "e.json is not read: put the caption into e.txt.",
    )


def test_where_folders_are_not_known_only_one_of_a_name_counts() -> None:
    rows = [("cats/1.png", "cats"), ("dogs/1.png", "dogs"), ("dogs/2.png", "two")]
    data = lines(*({"file_name": name, "text": text} for name, text in rows)).encode()
    found = captions_among([("metadata.jsonl", data)], ["1.png", "2.png"])
    assert {name: one.text for name, one in found.found.items()} == {"2.png": "two"}
    lost = captions_among([("metadata.jsonl", data)], ["1.png"])
    assert lost.problems == (
        "No row of metadata.jsonl fits these images: it names others, or the same in several folders.",
    )


def test_what_a_folder_holds_is_read_as_on_a_disk(tmp_path: Path) -> None:
    listed = [{"file_name": "cats/1.png", "text": "a cat"}, {"file_name": "1.png", "text": "top"}]
    files = [
        ("set/metadata.jsonl", lines(*listed)),
        ("set/cats/2.txt", "a second cat"),
        ("set/dogs/1.txt", "a dog"),
        ("set/10_ink fox/1.txt", "a fox that leaps"),
        ("set/10_ink fox/notes.md", "to do"),
        ("set/config.yaml", "rank: 16"),
        ("set/dogs/2.yaml", "caption: a dog"),
        ("set/gone.txt", "x"),
        ("set/lost.caption", "x"),
    ]  # fmt: skip
    pictures = ["set/1.png", "set/cats/1.png", "set/cats/2.png", "set/dogs/1.png", "set/dogs/2.png",
                "set/10_ink fox/1.png", "set/10_ink fox/2.png", "alone.png"]  # fmt: skip
    found = captions_among([(name, text.encode()) for name, text in files], pictures)
    assert {name: (one.text, one.source) for name, one in found.found.items()} == {
        "set/1.png": ("top", "set/metadata.jsonl"),
        "set/cats/1.png": ("a cat", "set/metadata.jsonl"),
        "set/cats/2.png": ("a second cat", "set/cats/2.txt"),
        "set/dogs/1.png": ("a dog", "set/dogs/1.txt"),
        "set/10_ink fox/1.png": ("a fox that leaps", "set/10_ink fox/1.txt"),
        "set/10_ink fox/2.png": ("ink fox", "the folder 10_ink fox"),
    }
    assert found.problems == (
        "set/gone.txt and 1 other text belong to images that are not here: choose them together.",
        "Left out of the folder, since no captions are read there: set/10_ink fox/notes.md and 1 other file.",
        "set/dogs/2.yaml is not read: put the caption into 2.txt.",
    )
    for name, text in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert {one: caption_beside(tmp_path / one) for one in pictures} == {
        one: found.found[one].text if one in found.found else None for one in pictures
    }, "as the command reads them"


def test_a_text_that_comes_alone_is_of_the_image_whose_name_it_has() -> None:
    found = captions_among([("1.txt", b"a cat")], ["set/1.png", "2.png"])
    assert {name: one.text for name, one in found.found.items()} == {"set/1.png": "a cat"}
    assert captions_among([("set/1.txt", b"a cat")], ["other/1.png"]).found == {}
