"""Long reliability tests: kills, faults and hostile files. docs/lab/2026-11/reliability.md has their results.

python -m workshop.benchmarks.faults NAME [options]; the names are kills, writes, pages, soak, tab, files,
values, links, memory, interrupted and installs.
"""

import importlib
import sys

NAMES = (
    "kills",
    "writes",
    "pages",
    "soak",
    "tab",
    "files",
    "values",
    "links",
    "memory",
    "interrupted",
    "installs",
)


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
        print(__doc__)
        return 2
    chosen = importlib.import_module(f"workshop.benchmarks.faults.{sys.argv[1]}")
    return chosen.main(sys.argv[2:]) or 0


if __name__ == "__main__":
    sys.exit(main())
