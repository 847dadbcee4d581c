"""What the requests of replays are asked with (`tests/ui/test_statements.py`)."""

from collections.abc import Mapping
from typing import Any

from gal_studio.studio import Studio

OTHER: dict[str, Mapping[str, str]] = {}
REFUSED: dict[str, str] = {"continue_replay": "Watercolour cat is not a replay"}


def given(_studio: Studio, _round_id: str) -> dict[str, Any]:
    """They name nothing else."""
    return {}
