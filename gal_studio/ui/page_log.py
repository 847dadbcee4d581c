"""The log of the page's process: rotated, and bounded however often the same thing happens."""

import logging
import logging.handlers
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gal_studio.core.errors import StudioError, printable
from gal_studio.state.files.content_store import log_file
from gal_studio.state.jobs.worker_log import PAGE

LARGEST = 1_000_000  # bytes of one file
KEPT = 2  # rotated files besides it
MINUTE = 60.0
MOST_ALIKE = 10  # records of one kind in a minute
KINDS = 200  # kinds that are counted
LONGEST_RECORD = 20_000  # characters


class Throttle(logging.Filter):
    """Lets through a few records of each kind in a minute; the next one says how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._seen: OrderedDict[tuple[str, int, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this record is written."""
        kind = record.name, record.levelno, str(record.msg)[:200]
        since, count = self._seen.get(kind, (self._clock(), 0))
        if self._clock() - since >= MINUTE:
            if count > MOST_ALIKE:
                record.msg = f"({count - MOST_ALIKE} more like this were left out) {record.msg}"
            since, count = self._clock(), 0
        self._seen[kind] = since, count + 1
        self._seen.move_to_end(kind)
        if len(self._seen) > KINDS:
            self._seen.popitem(last=False)
        return count < MOST_ALIKE


class Plain(logging.Formatter):
    """One record as text that any terminal can show, of bounded length."""

    def format(self, record: logging.LogRecord) -> str:
        """The record with its traceback."""
        return printable(super().format(record)[:LONGEST_RECORD], kept="\n\t")


@contextmanager
def page_log(workspace: Path) -> Iterator[None]:
    """Write the warnings and errors of this process to the log of the page, and errors to the terminal."""
    try:
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            log_file(workspace, PAGE), maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True
        )
    except StudioError:  # a full or read-only disk: the terminal has to do
        handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Plain("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(Throttle())
    handler.handleError = lambda record: None  # type: ignore[method-assign] # a full disk must not stop the page
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.WARNING)
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()
