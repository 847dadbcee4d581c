"""The files to double-click start `launch.py --desktop`, from any folder; that for Windows is only read."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

STARTERS = Path(__file__).parent.parent / "starters"
LAUNCH = "import os, sys; print(os.getcwd(), *sys.argv[1:]); sys.exit(int(os.environ.get('ENDS', 0)))"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout in a folder with a space, whose program tells how it was started."""
    checkout = tmp_path / "my studio"
    shutil.copytree(STARTERS, checkout / "starters")
    (checkout / "launch.py").write_text(LAUNCH)
    return checkout


def started(command: Sequence[str], at: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more}
    return subprocess.run(command, cwd=at, env=environment, input="\n", capture_output=True, text=True)


@pytest.mark.parametrize("name", ["gal-studio.sh", "GAL Studio.command"])
def test_it_starts_from_anywhere(folder: Path, tmp_path: Path, name: str) -> None:
    starter = folder / "starters" / name
    assert os.access(starter, os.X_OK)
    done = started([str(starter), "--port", "7861"], tmp_path)
    assert done.stdout.strip() == f"{folder} --desktop --port 7861"
    failed = started([str(starter)], tmp_path, ENDS="3")
    assert failed.returncode == 3 and "Press Enter" in failed.stdout, "the terminal stays to be read"


def test_the_desktop_file_starts_what_lies_beside_it(folder: Path, tmp_path: Path) -> None:
    file = folder / "starters" / "GAL Studio.desktop"
    fields = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    assert fields["Type"] == "Application" and fields["Name"] == "GAL Studio"
    line = fields["Exec"].replace("\\\\", "\\").replace("\\$", "$")  # as the specification reads it
    words = shlex.split(line)
    done = started([str(file) if word == "%k" else word for word in words], tmp_path)
    assert done.stdout.strip() == f"{folder} --desktop"


def test_the_batch_file_is_one_for_windows() -> None:
    data = (STARTERS / "GAL Studio.bat").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") and b"launch.py --desktop" in data
