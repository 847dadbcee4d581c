"""The command that lays out pictures for counting by eye, and compares the flags with the counts."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality.eye_counts import compare, write_sheets
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.settings import Settings
from gal_studio.core.types import SHOWN, Kind, Reference
from gal_studio.state import Store
from gal_studio.state.tables.projects import NewProject

pytestmark = pytest.mark.thorough

THINGS = ("tie", "house", "leaf", "drum")


def workspace_of(folder: Path, kind: Kind, prompt: str, anchors: tuple[str, ...], trigger: str = "") -> Path:
    """A first round with three grey pictures of each anchor, the first two of strength 1 and flagged."""
    with Store(folder) as store:
        image = store.images.add_picture(Image.new("RGB", (16, 16), "red"))
        references = (Reference("", prompt, prompt.replace(f"{trigger} ", ""), image, trigger),)
        project = store.projects.add(
            NewProject("P", kind, "base", "clip", trigger, 7, Settings(), references, anchors)
        )
        round_ = store.rounds.add(project.id, None, project.settings)
        for place, anchor in enumerate(store.projects.anchors(project.id)):
            for n in range(3):
                picture = store.images.add_picture(Image.new("L", (16, 16), 60 * place + 20 * n))
                seen = np.array([0.6, 0.8])
                reference, shown = (0.1, {SHOWN: 0.2}) if n == 2 else (0.3, {SHOWN: 0.6})
                drawn = Candidate(
                    "", anchor.id, n, n, picture, 0.2, reference, feature=seen, more_scores=shown
                )
                store.candidates.save(round_.id, [drawn])
    return folder


@pytest.fixture
def style(tmp_path: Path) -> Path:
    prompts = tuple(f"A {thing} in gold foil style" for thing in THINGS)
    return workspace_of(tmp_path / "style", "style", "A house in gold foil style", prompts)


def key(folder: Path) -> list[dict[str, str]]:
    with (folder / "key.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def answer(folder: Path, name: str, copies: list[int], lost: list[int]) -> None:
    told = json.dumps({"copies": copies, "unrecognised": lost})
    (folder / "pages" / f"count-{name}.json").write_text(told)


def test_sheets_show_every_picture_once_but_the_references_own_thing(style: Path, tmp_path: Path) -> None:
    shown = write_sheets(style, tmp_path / "out", "house", np.random.default_rng(3))
    rows = key(tmp_path / "out")
    assert shown == len(rows) == 9
    assert sorted(row["prompt"] for row in rows) == sorted(
        f"A {thing} in gold foil style" for thing in THINGS if thing != "house" for _ in range(3)
    )
    assert [row["number"] for row in rows] == [str(n) for n in range(1, 10)]
    rules = (tmp_path / "out" / "pages" / "RULES.md").read_text()
    assert "'A house in gold foil style'" in rules and "overfit" not in rules
    with Image.open(tmp_path / "out" / "pages" / "page-1.png") as page:
        assert page.size == (1440, 160)
    with Image.open(tmp_path / "out" / "pages" / "references.png") as given:
        assert given.getpixel((50, 50)) == (255, 0, 0)


def test_the_counters_folder_does_not_tell_what_the_studio_says(style: Path, tmp_path: Path) -> None:
    write_sheets(style, tmp_path / "out", None, np.random.default_rng(3))
    there = sorted(path.name for path in (tmp_path / "out" / "pages").iterdir())
    assert there == ["RULES.md", "page-1.png", "references.png"]


def test_of_an_object_the_place_is_asked_for(tmp_path: Path) -> None:
    prompts = ("a <sks> cat in a museum", "a <sks> cat on the moon")
    workspace = workspace_of(tmp_path / "object", "object", "A <sks> cat", prompts, "<sks>")
    assert write_sheets(workspace, tmp_path / "out", "museum", np.random.default_rng(3)) == 3
    assert {row["prompt"] for row in key(tmp_path / "out")} == {"a <sks> cat on the moon"}
    assert "it shows the place or the ground" in (tmp_path / "out" / "pages" / "RULES.md").read_text()


def test_counts_are_compared_with_flags_and_with_each_other(style: Path, tmp_path: Path) -> None:
    write_sheets(style, tmp_path, None, np.random.default_rng(3))
    rows = key(tmp_path)
    flagged = [int(row["number"]) for row in rows if row["overfit"] == "1"]
    suggested = [int(row["number"]) for row in rows if row["suggested"] == "1"]
    assert len(flagged) == 8 and len(suggested) == 3
    answer(tmp_path, "a", flagged, suggested[:1])
    answer(tmp_path, "b", flagged[:4], [])
    told = "\n".join(compare(tmp_path))
    assert "a: 8 copies and 0.92 recognised of 12" in told
    assert "8 flags, 8 of them counted: recall 1.00, precision 1.00, kappa 1.00" in told
    assert "2 of 3 suggested images are recognised and no copies" in told
    assert "strength 1: 8 copies, 11 recognised of 12" in told
    assert "8 flags, 4 of them counted: recall 1.00, precision 0.50, kappa 0.40" in told
    assert "patches: 1.00" in told and "patches: 0.75" in told
    assert "a and b: kappa of copies 0.40" in told


def test_a_number_that_is_not_on_the_pages_is_told(style: Path, tmp_path: Path) -> None:
    write_sheets(style, tmp_path, None, np.random.default_rng(3))
    answer(tmp_path, "a", [99], [])
    with pytest.raises(ValueError, match=r"count-a\.json names images that are not there: \[99\]"):
        compare(tmp_path)
