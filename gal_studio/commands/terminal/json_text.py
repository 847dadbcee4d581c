"""What commands print and write as JSON, and read back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gal_studio.json_files import read_json
from gal_studio.state.files.content_store import write_whole


def json_text(value: Any) -> str:
    """A value as JSON that a person can read too."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a file of results, whole or not at all."""
    write_whole(path, f"{json_text(value)}\n".encode(), path.parent)


def read_results(path: Path) -> dict[str, Any] | None:
    """What a file of results says; None if there is none that can be read."""
    try:
        found = read_json(path)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
