"""Assertions are rewritten once, not by each of the processes that run tests side by side.

pytest rewrites the assertions of a file when it imports it, and keeps the result beside the file. In a fresh
clone all of its processes import the same files at the same time, and each would rewrite all of them: almost
half of what collecting takes. So each rewrites its share first, and finds those of the others.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from _pytest.assertion import rewrite


def rewrite_share(config: pytest.Config, files: Sequence[Path]) -> None:
    """Rewrite the share of this process of files that were never rewritten; no others are changed."""
    given = getattr(config, "workerinput", None)
    if given is None or sys.dont_write_bytecode:
        return
    share = files[int(given["workerid"].removeprefix("gw")) :: given["workercount"]]
    for path in share:
        kept = rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
        if not kept.exists():
            kept.parent.mkdir(exist_ok=True)
            source, code = rewrite._rewrite_test(path, config)
            rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, source, kept)
