"""Run all checks of a change: lint, types, import contracts, sizes of files, the page's code, tests.

python launch.py --check          (installs what is missing first)
python launch.py --check-all      (with the tests marked `thorough`, before a release)
python launch.py --check --changed  (with the tests of what was changed alone, see tools/changed.py)
python -m tools.check -k sampler  (further arguments go to pytest; --all stands for --check-all)

What runs when is said in CONTRIBUTING.md.

Races between processes come first, of a change those that it needs, one at a time, so that nothing else
uses the CPU meanwhile; in the races of a page's answers gates say who comes first, so that these run with
the other tests. Tests wait a third of their time, for pages and processes: four more than there are cores
run at a time, in processes that are forked once all are collected (`tests/side_by_side.py`). Beside them
runs what needs no test, one check after the other; its output is shown when it has ended.
Tests that fail run once more, one at a time: a fault fails again, a machine that was too busy does not. Both
are in the output.
A test that is skipped for a reason that is not listed in tests/conftest.py fails.
The tests' temporary files are in memory where the system has room there: each picture, LoRA and decision is
synced to the disk, and small tests would wait for little else.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from tools import changed

GIVES_WAY = ("nice",) if os.name == "posix" else ()
ALONE = "races and not browser"
THOROUGH = "--all"
CHANGED = "--changed"
AGAIN = "failed tests once more"
TESTS = ("races", "tests", AGAIN)
"""Checks that are run one after the other; their output is shown while they run."""
ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "tools" / "web"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
NEEDED = {
    "Chromium": (BROWSERS, ("chromium",), "the tests in a browser"),
    "Node.js with npm": (("npm",), ("nodejs", "npm"), "the checks of the page's JavaScript"),
}
PAGE_TOOLS = ("biome", "tsc")
KEPT: Mapping[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
"""Of a command whose output is shown when it has ended."""
LIGHTER = "chromium-headless-shell"  # Chromium without windows takes a third less of the CPU in tests/ui
PATIENCE = 300  # seconds for a package to come
MEMORY = 3 << 30  # bytes for one of the tests that run side by side: models, a browser, a studio of its own
IN_MEMORY = Path("/dev/shm")  # Linux's file system in memory
NO_SKIPS = "GAL_STUDIO_NO_SKIPS"  # the variable that makes a skip fail, see tests/conftest.py
NO_TESTS = 5  # pytest's exit code if no test is selected
SOME_FAILED = 1  # its exit code if all ran and some failed
REMEMBERED = (
    "-o",
    f"cache_dir={ROOT / '.pytest_cache' / 'check'}",
)  # which failed in this run


def has(tool: str) -> bool:
    """Whether a tool is installed; if possible, its Debian package is installed."""
    commands, packages, left_out = NEEDED[tool]
    _install(commands, packages)
    if not _found(commands):
        print(f"{tool} is not installed: {left_out} are skipped.", file=sys.stderr)
        return False
    return True


def _install(commands: tuple[str, ...], packages: tuple[str, ...]) -> None:
    """Install Debian packages, if possible, unless one of the commands is there."""
    if _found(commands) or not shutil.which("apt-get"):
        return
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    with suppress(subprocess.TimeoutExpired):
        for words in (["apt-get", "update"], ["apt-get", "install", "-y", *packages]):
            subprocess.run([*become_root, *words], check=False, capture_output=True, timeout=PATIENCE)


def _found(commands: tuple[str, ...]) -> bool:
    return any(shutil.which(name) for name in commands)


def commands(words: list[str]) -> dict[str, list[str]]:
    """The checks, the longest first; pytest comes last."""
    python = [sys.executable, "-m"]
    contracts = Path(sys.executable).with_name("lint-imports")
    browser = " and not browser"
    if has("Chromium"):
        _install((LIGHTER,), (LIGHTER,))
        browser = ""
    side_by_side = ["-p", "tests.side_by_side", "--side-by-side", str(at_a_time())]
    if sys.platform != "linux":  # where libraries are not made to be forked
        side_by_side = ["--numprocesses", str(at_a_time()), "--dist", "loadfile", "--no-loadscope-reorder"]
    page = {"page": ["npm", "run", "--silent", "check"]} if has("Node.js with npm") else {}
    thorough = "" if THOROUGH in words else " and not thorough"
    given = [word for word in words if word not in (THOROUGH, CHANGED)]
    raced = given or with_races()
    if CHANGED in words:
        files = changed.changed()
        page = page if changed.of_page(files) else {}
        needed = changed.needed_by(files)
        raced = [file for file in with_races() if file in needed]
        given = [*given, *needed]
    races = {"races": [*python, "pytest", "-m", ALONE, *raced]} if raced else {}
    chosen = [*python, "pytest", "-m", f"not ({ALONE}){browser}{thorough}", *REMEMBERED]
    return {
        "types": [*python, "mypy"],
        **page,
        "imports": [str(contracts)],
        "lint": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "files": [*python, "tools.large_files"],
        **races,
        "tests": [*chosen, "--cache-clear", *side_by_side, *given],
        AGAIN: [*chosen, "--last-failed", "--last-failed-no-failures", "none", "--maxfail", "1", *given],
    }


def cores() -> int:
    """The cores that these checks may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def at_a_time() -> int:
    """How many tests run side by side: four more than cores, if there is memory left for them."""
    return max(1, min(cores() + 4, psutil.virtual_memory().available // MEMORY))


@contextmanager
def temporary_files() -> Iterator[None]:
    """While this lasts, temporary files are in memory if there is room and programs among them may run."""
    left = psutil.virtual_memory().available
    has_room = left >= 2 * MEMORY and IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free >= MEMORY
    if "TMPDIR" in os.environ or not has_room or os.statvfs(IN_MEMORY).f_flag & os.ST_NOEXEC:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="gal-", dir=IN_MEMORY, ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = folder
        yield
        del os.environ["TMPDIR"]


def with_races() -> list[str]:
    """The files of the races of processes: to collect all others would take as long as the races."""
    files = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py"))}
    return [
        str(path.relative_to(ROOT))
        for path, text in files.items()
        if "mark.races" in text and "mark.browser" not in text
    ]


def install_page_tools() -> None:
    """What checks the page's code, from npm, which is asked three times: a registry can fail for a moment."""
    there = [WEB / "node_modules" / ".bin" / name for name in PAGE_TOOLS]
    for _ in range(3):
        ended = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=WEB, check=False, **KEPT)
        if ended.returncode == 0 and all(path.exists() for path in there):
            return
        print(ended.stdout, file=sys.stderr, flush=True)


def run(name: str, command: list[str]) -> int:
    """Run a check and print its time; returns its exit code, 0 if it passed."""
    start = time.monotonic()
    folder = WEB if name == "page" else ROOT
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    environment = {**os.environ, "PATH": path}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else each process compiles the whole package again
    if name in TESTS:
        print(f"== {name}", flush=True)
        code = subprocess.run(command, cwd=folder, env=environment, check=False).returncode
    else:
        ended = subprocess.run([*GIVES_WAY, *command], cwd=folder, env=environment, check=False, **KEPT)
        print(f"== {name}\n{ended.stdout}", end="", flush=True)
        code = ended.returncode
    print(f"== {name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return 0 if name == "races" and code == NO_TESTS else code


def run_all(checks: dict[str, list[str]]) -> dict[str, int]:
    """Run the checks, and failed tests once more; returns their exit codes."""
    if "page" in checks:  # before the tests: those of the page take axe-core from there
        install_page_tools()
    codes = {"races": run("races", checks["races"])} if "races" in checks else {}
    with ThreadPoolExecutor(1) as beside:
        others = {name: beside.submit(run, name, checks[name]) for name in checks if name not in TESTS}
        codes["tests"] = run("tests", checks["tests"])
    codes |= {name: each.result() for name, each in others.items()}
    if codes["tests"] == SOME_FAILED:
        codes["tests"] = run(AGAIN, checks[AGAIN])
    return codes


def main() -> int:
    """Run all checks; exit code 1 if one fails."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the tests run side by side, one on each core
    os.environ[NO_SKIPS] = "1"
    checks = commands(sys.argv[1:])
    with temporary_files():
        codes = run_all(checks)
    failed = [name for name, code in codes.items() if code]
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
