"""`gal-studio rate`: blind sheets, a page, tables of labels, and how far raters agree."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import cohen_kappa_score

from gal_studio.cli import main
from gal_studio.research.rating.sheets import COLUMNS, EDGE, SIDE, page_of
from tests.ui.seeded import finished, measure

PROMPTS = ("a cat", "a bus", "a boat", "a tree", "a key", "a hat")


def rate(*words: object) -> int:
    return main(["rate", *map(str, words)])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two arms of six prompts, in a table; the color tells the arm, the size the prompt."""
    folder = tmp_path / "images"
    folder.mkdir()
    lines = ["picture,prompt,reference,arm"]
    for arm, color in (("before", "red"), ("after", "blue")):
        for place, prompt in enumerate(PROMPTS):
            Image.new("RGB", (20 + place, 20), color).save(folder / f"{arm}-{place}.png")
            lines.append(f"{arm}-{place}.png,{prompt},fox,{arm}")
    (folder / "table.csv").write_text("\n".join(lines) + "\n")
    Image.new("RGB", (8, 8), "lime").save(folder / "reference.png")
    return folder


@pytest.fixture
def rating(images: Path, tmp_path: Path) -> Path:
    out = tmp_path / "rating"
    references = tmp_path / "references"
    references.mkdir()
    (images / "reference.png").rename(references / "fox.png")
    assert rate(images / "table.csv", "--references", references, "--kind", "style", "--out", out) == 0
    return out


def data_of(page: Path) -> dict[str, Any]:
    found = re.search(
        r'<script id="data" type="application/json">(.*?)</script>', page.read_text("utf-8"), re.S
    )
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def answers(rating: Path, said: Sequence[Sequence[int] | None]) -> dict[str, dict[str, Sequence[int] | None]]:
    """Labels of the images in the order of the key."""
    count: dict[str, dict[str, Sequence[int] | None]] = {}
    for row, labels in zip(rows_of(rating / "key.csv"), said, strict=True):
        count.setdefault(row["sheet"], {})[row["number"]] = labels
    return count


def test_nothing_that_a_rater_sees_says_which_arm_an_image_is_of(rating: Path) -> None:
    data = data_of(rating / "rate.html")
    assert len(data["items"]) == 12 and len(data["references"]["fox"]) == 1
    assert [set(item) for item in data["items"]] == [{"sheet", "number", "prompt", "reference", "image"}] * 12
    assert "before" not in json.dumps(data) and "table.csv" not in json.dumps(data)
    arms = [row["arm"] for row in rows_of(rating / "key.csv")]
    assert sorted(arms) == ["after"] * 6 + ["before"] * 6 and arms != ["before"] * 6 + ["after"] * 6
    assert (rating / "sheets" / "sheet-1.png").is_file()
    assert "**copy**" in (rating / "sheets" / "rules.txt").read_text("utf-8")


def test_the_same_seed_gives_the_same_order_and_another_one_another(images: Path, tmp_path: Path) -> None:
    orders = []
    for out, seed in (("a", 0), ("b", 0), ("c", 1)):
        assert rate(images / "table.csv", "--out", tmp_path / out, "--seed", seed) == 0
        orders.append([row["image"] for row in rows_of(tmp_path / out / "key.csv")])
    assert orders[0] == orders[1] != orders[2]


def test_what_a_model_said_is_joined_to_its_images_with_the_words_that_it_was_given(
    rating: Path, tmp_path: Path
) -> None:
    key = rows_of(rating / "key.csv")
    said = [[0, 1, 1] if row["arm"] == "after" else [1, 0, 2] for row in key]
    (tmp_path / "count-some.json").write_text(json.dumps(answers(rating, [*said[:-1], None])))
    given = ("--answers", tmp_path / "count-some.json", "--rater", "Some One", "--model", "Model 5")
    assert rate("--out", rating, *given) == 0
    rows = rows_of(rating / "labels-some-one.csv")
    assert [(row["arm"], row["right_1"]) for row in rows[:-1]] == [
        (row["arm"], str(int(row["arm"] == "after"))) for row in key[:-1]
    ]
    assert rows[-1]["copy_1"] == "" and rows[0]["rater_1"] == "Some One" and rows[0]["model_1"] == "Model 5"
    asked = (rating / rows[0]["prompt_1"]).read_text("utf-8")
    assert asked == (rating / "sheets" / "rules.txt").read_text("utf-8")


def test_a_project_is_rated_by_what_its_benchmark_drew(tmp_path: Path) -> None:
    studio, project_id, round_id = finished(tmp_path / "workspace")
    measure(studio, round_id)
    drawn = sum(len(one.arm.part("held_out")) for one in studio.measures(project_id).reports.values())
    studio.close()
    out = tmp_path / "rating"
    assert rate("--workspace", tmp_path / "workspace", "--out", out) == 0
    rows = rows_of(out / "key.csv")
    assert len(rows) == drawn > 0 and {row["arm"] for row in rows} == {"Base model", "Round 1"}
    data = data_of(out / "rate.html")
    assert len(data["references"][rows[0]["reference"]]) == 1 and len(data["items"]) == drawn
    assert "the reference’s own thing" in data["questions"][0]["words"]


def test_images_named_by_prompt_are_rated_by_folder(tmp_path: Path) -> None:
    for name in ("fox/a cat-0.png", "fox/a cat-1.png", "owl/a bus.png"):
        path = tmp_path / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (16, 16)).save(path)
    (tmp_path / "images" / "owl" / "a bus.txt").write_text("a bus in the snow")
    assert rate(tmp_path / "images", "--out", tmp_path / "out") == 0
    told = {(row["reference"], row["prompt"], row["image"]) for row in rows_of(tmp_path / "out" / "key.csv")}
    assert told == {
        ("fox", "a cat", "fox/a cat-0.png"),
        ("fox", "a cat", "fox/a cat-1.png"),
        ("owl", "a bus in the snow", "owl/a bus.png"),
    }


def table(path: Path, said: Sequence[Sequence[int]]) -> Path:
    lines = ["reference,prompt,copy_1,asked_1,like_1"]
    lines += [f"r{place % 7},p{place},{','.join(map(str, labels))}" for place, labels in enumerate(said)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_kappa_is_that_of_scikit_learn_with_an_interval_around_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = [[place % 3 == 0, place % 2 == 0, place % 5 % 3] for place in range(70)]
    other = [[copy if place % 4 else not copy, asked, like] for place, (copy, asked, like) in enumerate(one)]
    numbers = [[[int(each) for each in labels] for labels in said] for said in (one, other)]
    tables = [table(tmp_path / f"{name}.csv", said) for name, said in zip("ab", numbers, strict=True)]
    assert rate("--agreement", tables[0], "--agreement", tables[1], "--json") == 0
    found = {row["question"]: row for row in json.loads(capsys.readouterr().out)}
    expected = cohen_kappa_score([row[0] for row in one], [row[0] for row in other])
    assert found["copy"]["value"] == pytest.approx(expected)
    assert found["copy"]["low"] < expected < found["copy"]["high"] and found["copy"]["units"] == "references"
    assert found["asked"]["value"] == 1.0 and found["copy"]["images"] == 70
    for question, least in (("right", 1), ("whole", 2)):
        good = [[not copy and asked and like >= least for copy, asked, like in said] for said in (one, other)]
        assert found[question]["value"] == pytest.approx(cohen_kappa_score(*good))
    assert rate("--agreement", tables[0], "--agreement", tables[1]) == 0
    assert f"copy | {expected:.2f} (" in capsys.readouterr().out


def test_raters_of_one_table_are_compared_and_what_one_left_out_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "both.csv"
    path.write_text(
        "reference,prompt,copy_1,asked_1,like_1,copy_2,asked_2,like_2\n"
        "fox,a,1,1,1,1,1,1\nfox,b,0,1,1,0,1,1\nfox,c,0,1,1,,,\n"
    )
    assert rate("--agreement", path, "--json") == 0
    found = {row["question"]: row for row in json.loads(capsys.readouterr().out)}
    assert found["copy"]["images"] == 2 and found["copy"]["value"] == 1.0
    assert found["asked"]["value"] is None


def test_the_labels_that_the_benchmarks_left_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    labels = Path(__file__).parents[3] / "docs" / "lab" / "2026-11" / "labels" / "best-schedules.csv"
    assert rate("--agreement", labels, "--json") == 0
    found = {row["question"]: row for row in json.loads(capsys.readouterr().out)}
    assert found["right"]["value"] == pytest.approx(0.63, abs=0.005)  # as docs/lab/2026-11/rules.md has it


def test_cells_stand_below_the_references() -> None:
    red, blue = (Image.new("RGB", (16, 16), name) for name in ("red", "blue"))
    page = np.asarray(page_of([red], [("base", "a cat on a rug", blue)] * (COLUMNS + 1)))
    assert page.shape == (3 * (SIDE + EDGE), COLUMNS * SIDE, 3)
    assert page[10, 10].tolist() == [255, 0, 0]
    for top, left in ((SIDE + EDGE, 0), (SIDE + EDGE, (COLUMNS - 1) * SIDE), (2 * (SIDE + EDGE), 0)):
        assert page[top + 10, left + 10].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "Give --out FOLDER"),
        (("--out", "new"), "Give either IMAGES or --workspace FOLDER."),
        (("nothing", "--out", "new"), "There is no"),
        (("empty", "--out", "new"), "holds no images"),
        (("bad.csv", "--out", "new"), "needs the columns image and prompt"),
        (("gone.csv", "--out", "new"), "line 2: There is no image"),
        (("--out", "empty", "--answers", "bad.csv", "--rater", "A"), "holds no rating"),
        (("--out", "empty", "--answers", "good.csv", "--rater", "A"), "holds no rating"),
        (("--out", "empty", "--answers", "good.csv", "--prompt", "bad.csv"), "name it with --model"),
        (("--agreement", "good.csv"), "Give the labels of two raters"),
        (("--agreement", "good.csv", "--agreement", "odd.csv"), "are not labels: write 0 or 1"),
        (("--agreement", "good.csv", "--agreement", "other.csv"), "rated no image in common"),
        (("--agreement", "good.csv", "--agreement", "twice.csv"), "a second row for the same image"),
        (("--agreement", "good.csv", "--agreement", "bad.csv"), "has no column copy_1"),
        (
            ("--agreement", "good.csv", "--agreement", "no.csv"),
            "cannot be read (No such file or directory): check its path",
        ),
    ],
)
def test_bad_input_is_one_sentence(
    words: Sequence[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    head = "prompt,copy_1,asked_1,like_1\n"
    for name, text in {
        "bad.csv": "a,b\n1,2\n", "gone.csv": "picture,prompt\ngone.png,a cat\n",
        "good.csv": f"{head}a,0,1,1\n", "odd.csv": f"{head}a,0,1,x\n", "other.csv": f"{head}b,0,1,1\n",
        "twice.csv": f"{head}a,0,1,1\na,0,1,1\n",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    assert rate(*words) == 2
    said = capsys.readouterr().err
    assert expected in said and said.count("\n") == 1 and "Traceback" not in said
    assert not (tmp_path / "new").exists()


def test_a_rating_is_not_written_over_another_one(
    rating: Path, images: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (rating / "key.csv").read_bytes()
    assert rate(images / "table.csv", "--out", rating) == 2
    assert "already has a rating" in capsys.readouterr().err
    assert (rating / "key.csv").read_bytes() == before
