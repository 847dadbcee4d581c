"""The file of a speed LoRA, in a folder or on the hub, and what it is in the studio's format."""

import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import refuse_pickle
from gal_studio.engine.hub.models import is_directory, met
from gal_studio.engine.hub.needs import Revisions, resolve
from gal_studio.engine.hub.repository import CARD, MissingFiles

USUAL = "pytorch_lora_weights.safetensors"
"""What diffusers calls the only LoRA of a repository or a folder."""


def speed_lora_need(name: str, revisions: Mapping[str, str]) -> MissingFiles | None:
    """What a speed LoRA needs from the hub; None for a file or a folder on this computer."""
    if is_here(name):
        return None
    source, file = in_repository(name)

    def choose(files: Collection[str]) -> Iterable[str]:
        if file not in files:
            raise StudioError(
                f"There is no file {file} in {source}: name one of its files, as in "
                f"“{source}/FILE.safetensors”."
            )
        return [file, *(path for path in files if path == CARD)]

    def lacks(folder: Path) -> list[str]:
        return [] if (folder / file).is_file() else [file]

    return resolve(source, revisions, choose, lacks)


def locate_speed_lora(name: str, revisions: Revisions) -> Path:
    """The file of a speed LoRA, which is downloaded if needed."""
    refuse_pickle(name)
    need = speed_lora_need(name, revisions)
    if need is not None:
        return met(need, revisions) / in_repository(name)[1]
    path = Path(name)
    path = path / USUAL if os.path.isdir(path) else path
    if not os.path.isfile(path):
        raise StudioError(missing(path, "speed LoRA"))
    return path


def is_here(name: str) -> bool:
    """Whether a name is a path rather than one of the hub."""
    return is_directory(name) or Path(name).exists() or name.count("/") == 0


def in_repository(name: str) -> tuple[str, str]:
    """The repository and its file: `OWNER/NAME`, or `OWNER/NAME/FILE`."""
    owner, repository, *file = name.split("/", 2)
    return f"{owner}/{repository}", file[0] if file else USUAL
