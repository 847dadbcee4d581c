"""Every commit and file that a document of the lab names exists."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAB = sorted((ROOT / "docs" / "lab").rglob("*.md"))
COMMIT = re.compile(r"`([0-9a-f]{8})`")
PROGRAM = re.compile(r"python -m\s+((?:benchmarks|tools|gal_studio)\b[\w.]*)((?:(?!python -m)[\s\S]){0,160})")
"""A program of the repository, and what follows it: where the commit of one that is gone stands."""
LOST = "unknown: it left the history"
"""What stands in the place of a commit that is in no clone."""


def git(*asked: str) -> str:
    done = subprocess.run(["git", "-C", str(ROOT), *asked], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


@cache
def has_history() -> bool:
    return git("rev-parse", "--is-shallow-repository") == "false"


def missing(names: set[str]) -> set[str]:
    """The names that are no commit of this clone."""
    if not has_history():
        pytest.skip("a shallow clone or a copy without Git has no former commits")
    return {name for name in names if git("cat-file", "-t", name) != "commit"}


@pytest.mark.parametrize("path", LAB, ids=lambda path: path.stem)
def test_a_commit_that_is_named_exists(path: Path) -> None:
    assert missing(set(COMMIT.findall(path.read_text(encoding="utf-8")))) == set()


def test_results_are_of_commits_that_exist_or_say_that_theirs_is_lost() -> None:
    figures = json.loads((ROOT / "docs/lab/results.json").read_text(encoding="utf-8"))["figures"]
    assert missing({one["commit"] for one in figures.values()} - {LOST}) == set()


@pytest.mark.parametrize("path", LAB, ids=lambda path: path.stem)
def test_a_program_that_is_named_is_here_or_at_the_commit_that_is_named_with_it(path: Path) -> None:
    for module, behind in PROGRAM.findall(path.read_text(encoding="utf-8")):
        files = [f"{module.replace('.', '/')}{end}" for end in (".py", "/__main__.py")]
        if commit := re.search(r"\bat `([0-9a-f]{8})`", behind):
            assert not has_history() or git("ls-tree", "--name-only", commit[1], *files), module
        else:
            assert any((ROOT / file).is_file() for file in files), module
