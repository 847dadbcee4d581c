"""Check an exported file: a fresh process draws with it in the stock pipeline; the pictures are compared."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from gal_studio.engine.loras.stock import ERROR, StockRequest

LARGEST_DIFFERENCE = 2  # of 255
POLL_INTERVAL = 0.2  # seconds between two looks at the process


@dataclass(frozen=True)
class Checked:
    """What the check found: the largest difference of a channel, of 255; or why the file cannot be used.

    `note` is a further sentence, with a space before it.
    """

    pictures: int
    difference: int = 0
    trouble: str = ""
    note: str = ""

    @property
    def is_same(self) -> bool:
        """Whether the file loads and draws the studio's pictures."""
        return not self.trouble and self.difference <= LARGEST_DIFFERENCE

    @property
    def sentence(self) -> str:
        """The result in words."""
        if self.trouble:
            return f"The check failed, so do not use this file: {self.trouble}."
        if not self.is_same:
            return (
                f"Loads in diffusers, but its images differ from the studio's by up to {self.difference} "
                "of 255."
            )
        return f"Checked: loads in diffusers, same images.{self.note}"


def check_files(
    requests: Sequence[StockRequest], expected: Sequence[Image.Image]
) -> Generator[None, None, tuple[Checked, ...]]:
    """Draw with each file in a fresh process, and compare; it can be closed while the process runs."""
    with tempfile.TemporaryDirectory(prefix="gal-studio-check-") as folder:
        paths = [Path(folder) / str(number) / "request.json" for number in range(len(requests))]
        for path, request in zip(paths, requests, strict=True):
            path.parent.mkdir()
            request.write(path)
        with subprocess.Popen(
            [sys.executable, "-m", "gal_studio.engine.loras.stock", *map(str, paths)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        ) as process:
            try:
                yield from _until_ended(process)
            finally:
                if process.poll() is None:
                    process.kill()
        return tuple(_compare(path.parent, expected, process.returncode) for path in paths)


def _until_ended(process: "subprocess.Popen[bytes]") -> Generator[None, None, None]:
    while True:
        try:
            process.wait(POLL_INTERVAL)
            return
        except subprocess.TimeoutExpired:
            yield


def _compare(folder: Path, expected: Sequence[Image.Image], code: int) -> Checked:
    error_file = folder / ERROR
    if code or error_file.is_file():  # an error that the process could write ends it as usual
        why = (
            error_file.read_text(encoding="utf-8")
            if error_file.is_file()
            else f"its process ended with the code {code}"
        )
        return Checked(len(expected), trouble=why.rstrip("."))
    largest = 0
    for number, ours in enumerate(expected):
        with Image.open(folder / f"{number}.png") as theirs:
            largest = max(largest, difference(ours, theirs))
    return Checked(len(expected), largest)


def difference(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of a channel in two pictures of one size, of 255."""
    pixels = (np.asarray(picture.convert("RGB"), dtype=np.int16) for picture in (one, other))
    return int(np.abs(next(pixels) - next(pixels)).max())
