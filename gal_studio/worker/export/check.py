"""The check of exported files, step by step as other work of the worker."""

from collections.abc import Generator, Sequence
from contextlib import closing

from PIL import Image

from gal_studio.core.steps import Steps
from gal_studio.engine.export.check import Checked, check_files
from gal_studio.engine.export.stock import StockRequest
from gal_studio.worker.task import Progress


def check_exported(
    requests: Sequence[StockRequest], pictures: Sequence[Image.Image]
) -> Generator[Progress, None, tuple[Checked, ...]]:
    """Draw with each file in a fresh process, and compare."""
    yield Progress("check", 0, 0)
    checking = Steps(check_files(requests, pictures))
    with closing(iter(checking)) as steps:
        for _ in steps:
            yield Progress("check", 0, 0)
    return checking.result
