"""Kill `launch.py` while it installs or updates, start it again, and compare the environment.

    python -m workshop.benchmarks.faults installs --kills 12

The packages are made up and come from a folder; Python's `venv` and pip are the real ones. The moment is
that at which a share of the files was written. In turn `launch.py` alone is killed, and pip goes on, or all
of it is. Goal: the next start works, and each file in `.venv` is that of an undisturbed installation.
"""

import argparse
import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from pathlib import Path

import psutil

from launch import TO_RUN
from workshop.benchmarks.faults.running import ROOT, wait_until

FILES = 120  # of each package
MODULES = {"open_clip": "open-clip-torch", "sklearn": "scikit-learn", "cv2": "opencv-python"}
PROJECT = """
[project]
name = "made-up"
version = "{version}"
dependencies = [{dependencies}]
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """
import base64, hashlib, pathlib, zipfile
def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "made_up-{version}-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as wheel:
        told = "made_up-{version}.dist-info/"
        needs = "".join("Requires-Dist: " + one + "\\n" for one in [{dependencies}])
        facts = "Metadata-Version: 2.1\\nName: made-up\\nVersion: {version}\\n"
        wheel.writestr(told + "METADATA", facts + needs)
        wheel.writestr(told + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("made_up.pth", "")
        wheel.writestr(told + "RECORD", "".join(one + ",,\\n" for one in wheel.namelist()))
    return name
"""
CLI = """
import sys
def main():
    print("started")
    return 0
"""


def clone(root: Path, wheels: Path, version: str) -> None:
    """A folder with the launcher, and a project of this version whose packages are of this version, too."""
    (root / "gal_studio").mkdir(parents=True, exist_ok=True)
    for name in ("launch.py", "installer.py"):
        shutil.copy(ROOT / name, root)
    needs = ", ".join(f'"{MODULES.get(name, name)}>={version}"' for name in TO_RUN)
    (root / "pyproject.toml").write_text(PROJECT.format(version=version, dependencies=needs))
    (root / "backend.py").write_text(BACKEND.format(version=version, dependencies=needs))
    (root / "gal_studio" / "__init__.py").touch()
    (root / "gal_studio" / "cli.py").write_text(CLI)
    wheels.mkdir(exist_ok=True)
    for name in TO_RUN:
        _wheel(wheels, name, MODULES.get(name, name).replace("-", "_"), version)


def _wheel(folder: Path, module: str, name: str, version: str) -> None:
    files = {f"{module}/part{number}.py": f"# {version}\n" * 50 for number in range(FILES)}
    files[f"{module}/__init__.py"] = ""
    told = f"{name}-{version}.dist-info"
    files[f"{told}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    files[f"{told}/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    hashes = {one: hashlib.sha256(text.encode()).digest() for one, text in files.items()}
    marks = {one: base64.urlsafe_b64encode(given).decode().rstrip("=") for one, given in hashes.items()}
    files[f"{told}/RECORD"] = "".join(
        f"{one},sha256={mark},{len(files[one])}\n" for one, mark in marks.items()
    )
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for one, text in files.items():
            wheel.writestr(one, text)


class Launcher:
    """Starts `launch.py` of a folder by a Python that has none of the packages."""

    def __init__(self, root: Path, wheels: Path) -> None:
        self.root, self.environment = root, root / ".venv"
        self._log = root.parent / "launch.log"
        own = {
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_NO_CACHE_DIR": "1",
            "PIP_CONFIG_FILE": os.devnull,
        }
        left = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))
        }
        self._given = {**left, **own, "GAL_STUDIO_TORCH_INDEX": "http://127.0.0.1:9"}

    def start(self) -> "subprocess.Popen[bytes]":
        python = str(Path(sys.base_prefix) / "bin" / "python3")
        self._log.unlink(missing_ok=True)  # pip of a killed start may still write to it
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [python, "launch.py"], cwd=self.root, env=self._given, stdout=log, stderr=log
            )

    def succeeds(self) -> bool:
        """Start it and wait for its end; whether it installs all and starts the studio."""
        return self.start().wait(600) == 0 and self.said.endswith("started\n")

    @property
    def said(self) -> str:
        return self._log.read_text(errors="replace")

    def held(self) -> dict[str, str]:
        """The files of the environment by hash, without what Python compiles."""
        return {
            str(path.relative_to(self.environment)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.environment.rglob("*") if path.is_file() and "__pycache__" not in path.parts
        }  # fmt: skip

    def written(self, since: float) -> int:
        """How many files were written since a time."""
        count = 0
        for folder, _, names in os.walk(self.environment):
            for name in names:
                with suppress(OSError):
                    count += os.lstat(os.path.join(folder, name)).st_ctime >= since
        return count


def kill(launcher: Launcher, share: float, files: int, is_alone: bool) -> str:
    """Kill a start once a share of these files was written; returns how far it was, "" if it had ended."""
    since = time.time()
    process = launcher.start()
    wait_until(
        lambda: process.poll() is not None or launcher.written(since) >= share * files, 600.0, pause=0.05
    )
    if process.poll() is not None:
        return ""
    found = psutil.Process(process.pid)
    others = [] if is_alone else found.children(recursive=True)
    process.send_signal(signal.SIGKILL)
    for one in others:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.wait()
    psutil.wait_procs(others, timeout=10)
    return f"{'launch.py' if is_alone else 'all of it'} at {launcher.written(since)} of {files} files"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="workshop.benchmarks.faults installs", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--kills", type=int, default=12, help="half of an installation, half of an update")
    options = parser.parse_args(arguments)
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        launcher, before = Launcher(folder / "clone", folder / "wheels"), folder / "before"
        for number, version in enumerate(("2.0", "2.1")):
            since, half = time.time(), max(1, options.kills // 2)
            clone(launcher.root, folder / "wheels", version)
            if not launcher.succeeds():
                raise RuntimeError(launcher.said)
            wanted, files = launcher.held(), launcher.written(since)
            for count in range(half):
                shutil.rmtree(launcher.environment)
                if number:
                    shutil.copytree(before, launcher.environment, symlinks=True)
                    time.sleep(0.1)
                done = kill(launcher, (count + 0.5) / half, files, count % 2 == 0)
                works = launcher.succeeds()
                found = launcher.held()
                differ = sorted(
                    name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name)
                )
                wrong += not works or bool(differ)
                told = "" if works else f"; {launcher.said[-600:]}"
                print(
                    f"{version}: {done or 'it had ended'}: works {works}, differ {differ[:5]}{told}",
                    flush=True,
                )
            shutil.copytree(launcher.environment, before, symlinks=True, dirs_exist_ok=True)
    print(f"{options.kills} kills, {wrong} wrong")
    return int(wrong > 0)
