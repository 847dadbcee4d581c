"""Refuse large binaries outside of the folders for weights and pictures: every version stays in the history.

python -m tools.large_files
"""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST = 200_000  # bytes of a binary elsewhere
FOLDERS = ("assets/pocket/", "assets/finished/", "docs/screens/", "docs/lab/")
RULE = (
    f"A binary has at most {MOST // 1000} kB, except in {', '.join(FOLDERS)}. Commit weights and screens at "
    "most once a change, at its end: Git keeps every version. Make the file smaller, or make it by a script."
)


def too_large(root: Path, names: Iterable[str]) -> list[str]:
    """The binaries of these files that break the rule, with their sizes. Text of any size is allowed."""
    found = []
    for name in names:
        path = root / name
        if name.startswith(FOLDERS) or not path.is_file() or path.is_symlink():
            continue
        size = path.stat().st_size
        if size > MOST and is_binary(path):
            found.append(f"{name} ({size // 1000} kB)")
    return found


def is_binary(path: Path) -> bool:
    """Whether Git would take a file for a binary: it has a zero byte at its beginning."""
    with path.open("rb") as file:
        return b"\0" in file.read(8000)


def main() -> int:
    """Check the files that Git knows; exit code 1 if one breaks the rule."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    found = too_large(ROOT, filter(None, listed.stdout.decode().split("\0")))
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(RULE, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
