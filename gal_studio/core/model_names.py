"""Names of base models: a hub ID, a directory, or a one-file checkpoint, with or without its pipeline."""

import re
from dataclasses import dataclass

from gal_studio.core.errors import StudioError

_CHECKPOINT = re.compile(r"^(?P<file>.+\.safetensors)(?: with (?P<pipeline>.+))?$")
_PICKLE = re.compile(r"\.(ckpt|pt|pth|bin|pkl)$", re.IGNORECASE)


@dataclass(frozen=True)
class CheckpointName:
    """`FILE.safetensors` or `FILE.safetensors with PIPELINE`: the pipeline gives what the file does not hold.

    `pipeline` is a hub ID or a directory; empty if the name does not say it.
    """

    file: str
    pipeline: str = ""

    def __str__(self) -> str:
        return f"{self.file} with {self.pipeline}" if self.pipeline else self.file


def checkpoint_name(name: str) -> CheckpointName | None:
    """Parse the name of a one-file checkpoint; None for a directory or a hub ID. Pickles are refused."""
    if _PICKLE.search(name):
        raise StudioError(
            f"The file {name} is a pickle, which can run any program when it is opened: "
            "choose a .safetensors file."
        )
    found = _CHECKPOINT.match(name)
    return CheckpointName(found["file"], found["pipeline"] or "") if found else None
