"""The log of the page's process, rotated."""

import logging
import logging.handlers
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gal_studio.core.errors import StudioError, printable
from gal_studio.state.files.content_store import log_file
from gal_studio.state.jobs.worker_log import PAGE

LARGEST = 1_000_000  # bytes of one file
KEPT = 2  # rotated files besides it
LONGEST_RECORD = 20_000  # characters


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
