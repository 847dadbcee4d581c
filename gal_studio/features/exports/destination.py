"""Where a person takes LoRAs: the program that was named once, and the folder that they were put into last.

Both in `destination.json`, for every project of the workspace.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from gal_studio.json_files import JsonFileError, read_json
from gal_studio.state.files.content_store import write_whole

FILE = "destination.json"


@dataclass(frozen=True)
class Destination:
    """The name of an export format, and a folder of this machine; "" where none was named yet."""

    form: str = ""
    folder: str = ""


class Destinations:
    """Reads and writes the destination of a workspace."""

    def __init__(self, workspace: Path) -> None:
        self._path = workspace / FILE

    def read(self) -> Destination:
        """The last one; none where the file is missing or is none: the next one is written in its place."""
        try:
            found = Destination(**read_json(self._path, follow=False))
        except (FileNotFoundError, JsonFileError, OSError, TypeError):
            return Destination()
        return found if all(isinstance(text, str) for text in (found.form, found.folder)) else Destination()

    def save(self, destination: Destination) -> Destination:
        """Remember it."""
        write_whole(self._path, json.dumps(asdict(destination)).encode(), self._path.parent)
        return destination
