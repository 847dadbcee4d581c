"""The description in the header of an adapter, which other programs read."""

import json
from pathlib import Path

from gal_studio.engine.models.adapters import CARD, AdapterCard, read_adapter


def read_card(path: Path) -> AdapterCard:
    """Read a saved adapter's description."""
    _, header = read_adapter(path)
    return AdapterCard(**json.loads(header[CARD]))
