"""The process that looks at paths for `answering`: a line with a path comes in, a line goes out."""

import json
import os
import sys
from contextlib import suppress
from itertools import islice

from gal_studio.with_parent import end_with_parent

MOST = 50  # names of a folder that are looked at


def main() -> None:
    """Answer until the input ends."""
    end_with_parent()
    print("ready", flush=True)
    for line in sys.stdin:
        look(json.loads(line))
        print("seen", flush=True)


def look(path: str) -> None:
    """Ask the disk for what is at a path, and for the names in a folder."""
    with suppress(OSError, ValueError):
        os.stat(path)
        with os.scandir(path) as names:
            for entry in islice(names, MOST):
                entry.stat()


if __name__ == "__main__":
    main()
