"""Download what is needed, with progress; a download that is stopped in any way is continued by the next."""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from dataclasses import asdict
from typing import IO

from gal_studio.core.drive_errors import advice
from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.refusals import FullDiskError
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.with_parent import package_environment

POLL_INTERVAL = 0.25  # seconds between two looks at what has arrived


def download(need: MissingFiles) -> Generator[int, None, None]:
    """Download the files of a need; yields the bytes that are there. Close it to stop at once."""
    if need.is_met:
        return
    process = _start(need)
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(POLL_INTERVAL)
            yield need.done()
            if process.poll() is not None:
                break
        _check(need, process)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def download_all(need: MissingFiles) -> None:
    """Download without progress."""
    for _ in download(need):
        pass


def _start(need: MissingFiles) -> "subprocess.Popen[str]":
    without = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    try:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "gal_studio.engine.hub.transfer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**package_environment(), **without},
            text=True,
        )
    except OSError as error:
        raise StudioError(
            f"The download could not be started ({error.strerror}): {advice(error, 'free some memory')}."
        ) from error
    _send(process.stdin, need)
    return process


def _send(pipe: IO[str] | None, need: MissingFiles) -> None:
    assert pipe is not None
    with suppress(BrokenPipeError):  # its end says why
        pipe.write(f"{json.dumps(asdict(need))}\n")
        pipe.flush()


def _check(need: MissingFiles, process: "subprocess.Popen[str]") -> None:
    """Refuse unless the process says that all is there."""
    assert process.stdout is not None
    try:
        answer = json.loads(process.stdout.readline())
    except ValueError:
        answer = {
            "refused": f"The download of {need.name} ended early: resume it. What was downloaded is kept."
        }
    if answer.get("full"):
        raise FullDiskError(answer["refused"])
    if "refused" in answer:
        raise StudioError(answer["refused"])
