"""Figures of the bundled model know the version that they are of."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from gal_studio.assets import bundled_version
from tools.results import MARKED, RESULTS, filled, readers, values

ROOT = Path(__file__).parents[2]
POCKET = ROOT / "assets" / "pocket"
LAB = sorted((ROOT / "docs" / "lab").rglob("*.md"))
HEADER = re.compile(
    r"> \*\*Model:\*\* (.+?) \*\*Measured:\*\* (.+?) \*\*Machine:\*\* (.+?) \*\*Raters:\*\* (.+?) "
    r"\*\*Status:\*\* (.+)"
)
NAMED = re.compile(r"\bpocket (\d+)\b", re.IGNORECASE)
FORMER = ("earlier version", "before this one")


def former(paragraph: str) -> list[str]:
    """The versions that a paragraph names which are not shipped, unless it says that they are former ones."""
    shipped = bundled_version().split()[1]
    named = [found[0] for found in NAMED.finditer(paragraph) if found[1] != shipped]
    return [] if any(words in " ".join(paragraph.split()) for words in FORMER) else named


def test_other_weights_are_another_version() -> None:
    made = json.loads((POCKET / "version.json").read_text(encoding="utf-8"))
    files = {path.relative_to(POCKET).as_posix(): path for path in POCKET.rglob("*.safetensors")}
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert hashes == made["weights"], "raise the version, and measure again what is in docs/lab/results.json"


def test_results_are_of_the_shipped_version() -> None:
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    assert results["model"] == bundled_version()
    shipped = json.loads((POCKET / "version.json").read_text(encoding="utf-8"))["weights"]
    assert results["weights"].items() <= shipped.items() and len(results["weights"]) == 2
    for key, figure in results["figures"].items():
        told = {"value", "what", "images", "raters", "machine", "commit", "date"}
        assert set(figure) == told and all(figure.values()), key


@pytest.mark.parametrize("path", readers(), ids=lambda path: path.stem)
def test_documents_have_these_figures(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert filled(text, values()) == text, "run python -m tools.results"
    assert [named for paragraph in text.split("\n\n") for named in former(paragraph)] == []


def test_every_figure_is_printed() -> None:
    printed = {key for path in readers() for key, _ in MARKED.findall(path.read_text(encoding="utf-8"))}
    assert printed == set(values())


@pytest.mark.parametrize("path", LAB, ids=lambda path: path.stem)
def test_the_lab_says_what_was_measured(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n\n")[1].splitlines()
    found = HEADER.fullmatch(" ".join([lines[0], *(line.removeprefix("> ") for line in lines[1:])]))
    assert found, "model, measured, machine, raters and status in one block below the title"
    model, status = found[1], found[5]
    if former(model) and bundled_version() not in model.lower():
        assert status.startswith("superseded")


def test_the_examples_of_the_page_are_by_that_version() -> None:
    page = (ROOT / "assets" / "ui" / "how" / "how.html").read_text(encoding="utf-8")
    assert [f"pocket {version}" for version in NAMED.findall(page)] == [bundled_version()]
