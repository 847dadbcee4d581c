"""Errors of the disk while weights are written, which each library reports in its own way."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from gal_studio.engine.training.checkpoints import disk_error
from gal_studio.state.files.errors import disk_problem


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn an error of the disk of this folder into a StudioError; safetensors reports it as text."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        refusal = disk_error(error)
        if refusal is None:
            raise
        raise disk_problem(refusal, folder) from error
