"""The size of a user's own model, measured once by a process of its own, since that loads torch."""

import json
import subprocess
import threading
from pathlib import Path
from typing import Literal

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.shape import ModelShape
from gal_studio.json_files import index_in
from gal_studio.patience import killed_after
from gal_studio.processes import start_shape_process
from gal_studio.state.files.answering import answers
from gal_studio.state.files.paths import user_path

_SECONDS = 300  # the longest measurement
_known: dict[tuple[str, float], ModelShape | Literal["measuring", "unknown"]] = {}
_lock = threading.Lock()


def measured_shape(name: str) -> ModelShape | Literal["measuring", "unknown"]:
    """The size of the model in a folder; a measurement starts when it is first asked for.

    Unknown for other names: a model of the hub, or in one file, is looked at when it is first opened.
    """
    folder = user_path(resolve_model(name)) if name.strip() else Path()
    if not name.strip() or not answers(folder) or (index := index_in(folder)) is None:
        return "unknown"
    key = str(folder.absolute()), index.stat().st_mtime
    with _lock:
        if key not in _known:
            _known[key] = "measuring"
            threading.Thread(target=_measure, args=(key,), name="shape", daemon=True).start()
        return _known[key]


def _measure(key: tuple[str, float]) -> None:
    try:
        with start_shape_process(key[0]) as process, killed_after(process, _SECONDS):
            written, _ = process.communicate()
        _known[key] = ModelShape.from_dict(json.loads(written))
    except (OSError, ValueError, StudioError, subprocess.SubprocessError):
        _known[key] = "unknown"  # the model is refused with the reason when it is opened
