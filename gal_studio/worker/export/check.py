"""The check of exported files, step by step as other work of the worker."""

from collections.abc import Generator, Sequence
from contextlib import closing

from PIL import Image

from gal_studio.engine.export.check import Checked, check_files
from gal_studio.engine.export.stock import StockRequest
from gal_studio.worker.task import Progress


def check_exported(
    requests: Sequence[StockRequest], pictures: Sequence[Image.Image]
) -> Generator[Progress, None, tuple[Checked, ...]]:
    """Draw with each file in a fresh process, and compare."""
    yield Progress("check", 0, 0)
    with closing(check_files(requests, pictures)) as checking:
        while True:
            try:
                next(checking)
            except StopIteration as end:
                found: tuple[Checked, ...] = end.value
                return found
            yield Progress("check", 0, 0)
