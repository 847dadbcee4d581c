"""Everything that must hold before a change lands: lint, types, import contracts, tests.

python launch.py --check          (installs what is missing first)
python -m tools.check -k sampler  (further words go to pytest)
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def ensure_browser() -> None:
    """Install Debian's Chromium where that is possible; elsewhere the browser tests say why they skip."""
    if any(shutil.which(name) for name in BROWSERS) or not shutil.which("apt-get"):
        return
    become_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    for words in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
        subprocess.run([*become_root, *words], check=False, stdout=subprocess.DEVNULL)


def commands(words: list[str]) -> dict[str, list[str]]:
    """The checks in the order of their cost; pytest comes last and closes with its count."""
    python = [sys.executable, "-m"]
    contracts = Path(sys.executable).with_name("lint-imports")
    return {
        "lint": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
        "types": [*python, "mypy"],
        "imports": [str(contracts)],
        "tests": [*python, "pytest", "--numprocesses", "auto", "--dist", "loadfile", *words],
    }


def main() -> int:
    ensure_browser()
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the tests run side by side, one on each core
    failed = []
    for name, command in commands(sys.argv[1:]).items():
        start = time.monotonic()
        print(f"== {name}", flush=True)
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
