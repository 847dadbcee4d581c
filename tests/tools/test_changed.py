"""A change runs the tests of what it touched, and no others."""

import subprocess
from pathlib import Path

import pytest

from tools.changed import ALWAYS, FIRST_USE, PARTS, changed, needed_by, of_page


def beside(*files: str) -> list[str]:
    return [name for name in needed_by(files) if name not in ALWAYS]


def test_what_always_runs_is_there() -> None:
    assert needed_by([]) == sorted(ALWAYS)


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("gal_studio/core/gal/selection.py", "tests/core/gal/test_selection.py"),
        ("gal_studio/core/errors.py", "tests/core/test_checks.py"),  # which the package itself imports
        ("gal_studio/core/gal/no_more.py", "tests/core/gal/test_selection.py"),  # which is gone
        ("tests/tiny_project.py", "tests/worker/test_worker.py"),  # by way of what helps it
        ("tests/worker/conftest.py", "tests/worker/test_worker.py"),
        ("docs/algorithms.md", "tests/docs/test_algorithms.py"),
        ("assets/ui/rounds/map/map.js", "tests/ui/browser/rounds/test_map.py"),
        ("assets/ui/features/trials/draft.js", "tests/features/trials/browser/test_steps.py"),
        ("assets/ui/rounds/map/lasso.css", FIRST_USE),
        ("assets/presets.json", "tests/test_assets.py"),
        ("assets/presets.json", "tests/docs/test_readers.py"),  # README's table has each preset
        ("gal_studio/core/models/forms/new.py", "tests/docs/test_reference.py"),  # which lists formats
        ("launch.py", "tests/test_launch.py"),
    ],
)
def test_a_file_has_its_tests(file: str, wanted: str) -> None:
    assert wanted in needed_by([file])


def test_a_change_of_one_thing_leaves_most_tests_out() -> None:
    everything = len(list(Path("tests").rglob("test_*.py")))
    for file in (
        "gal_studio/zip_files.py",
        "assets/ui/results/results.js",
        "gal_studio/studio/verbs/files.py",
    ):
        assert 0 < len(beside(file)) < everything / 4, file
    assert not [name for name in beside("assets/ui/rounds/map/map.js") if "browser" not in name]
    assert not [name for name in beside("gal_studio/core/gal/selection.py") if "browser" in name]


@pytest.mark.parametrize("part", PARTS)
def test_a_change_of_a_part_runs_tests_of_that_part_alone(part: str) -> None:
    for file in Path(part).rglob("*.py"):
        assert all(name.startswith(PARTS[part]) for name in beside(str(file))), file


def test_the_page_is_checked_when_one_of_its_files_changed() -> None:
    assert of_page(["README.md", "assets/ui/boot.js"]) and of_page(["tests/web/lines.test.js"])
    assert not of_page(["README.md", "assets/presets.json"])


def test_what_differs_from_main_is_a_change_whether_committed_or_not(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        me = ("-c", "user.name=me", "-c", "user.email=me@example.org")
        subprocess.run(["git", *me, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-b", "main")
    for name in ("old.py", "edited.py"):
        (tmp_path / name).write_text("1\n")
    git("add", ".")
    git("commit", "-m", "first")
    assert changed(tmp_path) == []
    git("switch", "-c", "mine")
    (tmp_path / "committed.py").write_text("2\n")
    git("add", ".")
    git("commit", "-m", "second")
    (tmp_path / "edited.py").write_text("2\n")
    (tmp_path / "new.py").write_text("2\n")
    assert changed(tmp_path) == ["committed.py", "edited.py", "new.py"]
