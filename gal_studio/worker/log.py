"""The log of a worker, which the page can show."""

import logging
import logging.handlers
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.files.content_store import log_file

logger = logging.getLogger("gal_studio.worker")


@contextmanager
def logging_to(workspace: Path, beside: str = "") -> Iterator[None]:
    """Write to the log of the workspace inside this context; a worker `beside` others has its own."""
    name = f"worker-{beside}.log" if beside else "worker.log"
    handler = logging.handlers.RotatingFileHandler(
        log_file(workspace, name), maxBytes=1_000_000, backupCount=3, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        yield
    except StudioError as error:
        logger.error("the worker stops: %s", error)
        raise
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]
        handler.close()
