"""The command that lays out pictures for counting by eye, and compares the flags with the counts."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality.eye_counts import KEPT, compare, write_sheets

THINGS = ("a tie", "a house", "a leaf", "a drum")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Twelve grey pictures of a first round, as `run` leaves them; the six of strength 1 are flagged."""
    folder = tmp_path / "results"
    folder.mkdir()
    project = {"project": {"reference_prompt": "A house in gold foil style"}}
    (folder / "summary.json").write_text(json.dumps(project))
    with (folder / "candidates.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("round", *KEPT))
        for n in range(12):
            Image.new("L", (16, 16), n * 20).save(folder / f"{n}.png")
            prompt, strong = f"{THINGS[n // 3]} in gold foil style", n % 2 == 0
            flags = int(strong), int(n == 1)
            table.writerow((1, f"{n}.png", prompt, 1.0 if strong else 0.7, *flags, strong / 2, 0.1))
    return folder


def key(folder: Path) -> list[dict[str, str]]:
    with (folder / "key.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_sheets_show_every_picture_once_but_the_references_own_thing(results: Path, tmp_path: Path) -> None:
    shown = write_sheets(results, tmp_path / "sheet", "house", np.random.default_rng(3))
    rows = key(tmp_path / "sheet")
    assert shown == len(rows) == 9
    assert sorted(row["prompt"] for row in rows) == sorted(
        f"{thing} in gold foil style" for thing in THINGS if thing != "a house" for _ in range(3)
    )
    assert [row["number"] for row in rows] == [str(n) for n in range(1, 10)]
    assert "overfit" not in (tmp_path / "sheet" / "RULES.md").read_text()
    with Image.open(tmp_path / "sheet" / "page-1.png") as page:
        assert page.size == (1440, 160)


def test_counts_are_compared_with_flags_and_with_each_other(results: Path, tmp_path: Path) -> None:
    write_sheets(results, tmp_path, None, np.random.default_rng(3))
    rows = key(tmp_path)
    flagged = [int(row["number"]) for row in rows if row["overfit"] == "1"]
    (suggested,) = (int(row["number"]) for row in rows if row["suggested"] == "1")
    (tmp_path / "count-a.json").write_text(json.dumps({"copies": flagged, "unrecognised": [suggested]}))
    (tmp_path / "count-b.json").write_text(json.dumps({"copies": flagged[:3], "unrecognised": []}))
    told = "\n".join(compare(tmp_path))
    assert "a: 6 copies and 0.92 recognised of 12" in told
    assert "6 flags, 6 of them counted: recall 1.00, precision 1.00, kappa 1.00" in told
    assert "0 of 1 suggested pictures are recognised and no copies" in told
    assert "strength 1: 6 copies, 6 recognised of 6" in told
    assert "6 flags, 3 of them counted: recall 1.00, precision 0.50, kappa 0.50" in told
    assert "a and b: kappa of copies 0.50" in told


def test_a_number_that_is_not_on_the_pages_is_told(results: Path, tmp_path: Path) -> None:
    write_sheets(results, tmp_path, None, np.random.default_rng(3))
    (tmp_path / "count-a.json").write_text(json.dumps({"copies": [99], "unrecognised": []}))
    with pytest.raises(ValueError, match=r"count-a\.json names pictures that are not there: \[99\]"):
        compare(tmp_path)
