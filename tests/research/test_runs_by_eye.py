"""What people say of mixed pictures is counted by arm; what they agree on is told."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gal_studio.research.rating.questions import QUESTIONS
from gal_studio.research.rating.sheets import COLUMNS, EDGE, SIDE, page_of
from workshop.benchmarks.quality.runs_by_eye import BEST, LAST, report, write_labels

pytestmark = pytest.mark.thorough

KEY = {
    "one": ["suggestion 1", "last, full", "first, best", "base", "first, full"],
    "two": ["last, full", "first, best", "suggestion 2", "first, full", "base"],
}
GOOD, COPY, PLAIN = [0, 1, 1], [1, 0, 1], [0, 1, 0]


def count(**rows: list[list[int]]) -> dict[str, dict[str, list[int]]]:
    return {page: {str(place): said for place, said in enumerate(told, 1)} for page, told in rows.items()}


def test_arms_are_counted_wherever_they_stand() -> None:
    whole = [0, 1, 2]
    first = count(one=[whole, whole, COPY, PLAIN, COPY], two=[whole, GOOD, COPY, COPY, PLAIN])
    second = count(one=[GOOD, GOOD, COPY, PLAIN, COPY], two=[PLAIN, GOOD, COPY, COPY, PLAIN])
    lines = list(report(KEY, {"a": first, "b": second}))
    assert f"{LAST} 1.00" in lines[0] and f"{BEST} 0.00" in lines[0]
    assert f"{LAST} 0.50" in lines[1] and "suggestion 0.00" in lines[1]
    told = next(line for line in lines if line.startswith(f"{LAST}: clean"))
    assert told == "last, full: clean 1.00  asked 1.00  like 0.75  whole look 0.50  of 4 answers"
    difference = next(line for line in lines if line.startswith(f"{LAST} - {BEST}"))
    assert "+0.25" in difference
    kappas = dict(line.split(": ") for line in lines if line.startswith("kappa"))
    assert kappas["kappa of a and b, copy"] == "1.00"
    assert float(kappas["kappa of a and b, success"]) < 1


def test_a_page_counted_by_one_person_counts_for_that_person_alone() -> None:
    whole = count(one=[GOOD] * 5, two=[GOOD] * 5)
    lines = list(report(KEY, {"a": whole, "b": count(one=[COPY] * 5)}))
    assert f"{LAST} 0.50" in lines[0] and f"{LAST} 1.00" in lines[1]


def test_labels_are_those_of_pages_that_everybody_counted(tmp_path: Path) -> None:
    counts = {"a": count(one=[GOOD, COPY], two=[GOOD]), "b": count(one=[COPY, COPY])}
    key, prompts = {"one": [BEST, LAST], "two": [LAST]}, {"one": ["a cat", "a dog"], "two": ["a bus"]}
    write_labels(key, prompts, counts, tmp_path / "labels.csv")
    first, second = csv.DictReader((tmp_path / "labels.csv").read_text("utf-8-sig").splitlines())
    assert (first["picture"], first["arm"], first["prompt"]) == ("one-1.png", BEST, "a cat")
    assert (second["picture"], second["arm"], second["prompt"]) == ("one-2.png", LAST, "a dog")
    for row, (a, b) in ((first, (GOOD, COPY)), (second, (COPY, COPY))):
        for number, question in enumerate(QUESTIONS):
            assert (row[f"{question}_a"], row[f"{question}_b"]) == (str(int(a[number])), str(int(b[number])))


def test_cells_stand_below_the_references() -> None:
    red, blue = (Image.new("RGB", (16, 16), name) for name in ("red", "blue"))
    page = np.asarray(page_of([red], [("base", "a cat on a rug", blue)] * (COLUMNS + 1)))
    assert page.shape == (3 * (SIDE + EDGE), COLUMNS * SIDE, 3)
    assert page[10, 10].tolist() == [255, 0, 0]
    for top, left in ((SIDE + EDGE, 0), (SIDE + EDGE, (COLUMNS - 1) * SIDE), (2 * (SIDE + EDGE), 0)):
        assert page[top + 10, left + 10].tolist() == [0, 0, 255]
