"""Forked processes run each file once, and nothing that goes wrong in one of them is lost."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOGETHER = """
import os
from pathlib import Path
def test_first(tmp_path): Path({name!r}).write_text(f"{{os.getpid()}} {{tmp_path.parent.name}}")
def test_second(): assert Path({name!r}).read_text().split()[0] == str(os.getpid())
"""
FAILS = "def test_fails():\n    print('what it printed')\n    assert 1 == 2\n"
DIES = "import os\ndef test_before(): pass\ndef test_dies(): os._exit(3)\ndef test_after(): pass\n"
BREAKS = """
import pytest
@pytest.fixture(scope="session")
def kept():
    yield
    raise ZeroDivisionError
def test_passes(kept): pass
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux processes are forked")


def run(folder: Path, *words: str, **files: str) -> tuple[int, str]:
    """The exit code, and what was printed."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-p", "tests.side_by_side", "--side-by-side", "2"]
    place = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [*command, "--rootdir", str(folder), "-p", "no:cacheprovider", *words],
        cwd=folder, env=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def test_a_file_stays_in_one_process_and_all_have_temporary_folders_of_their_own(tmp_path: Path) -> None:
    code, said = run(tmp_path, **{name: TOGETHER.format(name=name) for name in ("one", "two", "three")})
    assert code == 0 and "6 passed" in said
    seen = {(tmp_path / name).read_text() for name in ("one", "two", "three")}
    assert len(seen) == len({one.split()[1] for one in seen}) <= 2


def test_a_test_that_fails_and_one_whose_process_dies_are_told(tmp_path: Path) -> None:
    code, said = run(tmp_path, fails=FAILS, dies=DIES, one=TOGETHER.format(name="one"))
    assert code == 1 and "what it printed" in said
    assert set(re.findall(r"FAILED \S+::(\w+)", said)) == {"test_fails", "test_dies", "test_after"}
    assert "its process ended: [3]" in said and "3 passed" in said


def test_a_fault_at_the_end_of_a_process_is_none_of_its_tests_but_fails_the_whole(tmp_path: Path) -> None:
    code, said = run(tmp_path, breaks=BREAKS, one=TOGETHER.format(name="one"))
    assert code == 1 and "ZeroDivisionError" in said and "3 passed" in said
