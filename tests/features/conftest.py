"""The fixtures of page, worker and command, as in their folders: a feature has tests of each."""

from tests.commands.conftest import folder
from tests.studio.conftest import round_id, second
from tests.ui.conftest import (
    finished_workspace,
    place,
    port,
    served,
    watched,
    window,
)
from tests.worker.conftest import models, short_searches, short_texts

__all__ = [
    "finished_workspace",
    "folder",
    "models",
    "place",
    "port",
    "round_id",
    "second",
    "served",
    "short_searches",
    "short_texts",
    "watched",
    "window",
]
