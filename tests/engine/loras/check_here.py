"""The check of exported files without the process of its own, which `test_folder.py` starts."""

import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path

from PIL import Image

from gal_studio.engine.loras import check, stock
from gal_studio.engine.loras.check import Checked
from gal_studio.engine.loras.stock import StockRequest


def check_here(
    requests: Sequence[StockRequest], expected: Sequence[Image.Image]
) -> Generator[None, None, tuple[Checked, ...]]:
    """Draw with each file in the stock pipeline, and compare: a process takes seconds for its imports."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(number) for number in range(len(requests))]
        for path, request in zip(paths, requests, strict=True):
            path.mkdir()
            request.write(path / "request.json")
            stock.draw_stock(stock.read_request(path / "request.json"), path)
            yield
        return tuple(check._compare(path, expected, 0) for path in paths)
