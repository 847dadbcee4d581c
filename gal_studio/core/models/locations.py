"""Local models by their paths: a project keeps the names it was made with, wherever the files lie now."""

import re
from collections.abc import Mapping

_LOCAL = "local-dir:"
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[/\\]|\\\\")  # also of another system
_FILE_AND_PIPELINE = re.compile(r"^(.+\.(?i:safetensors|sft)) with (.+)$")


def local_paths(name: str, is_adapter: bool = False) -> tuple[str, ...]:
    """The absolute paths in the name of a model: of a folder, of a file, or of a file and its pipeline.

    Those of another system count as well. An image adapter may be named with its encoder.
    """
    bare = (part.removeprefix(_LOCAL) for part in _parts(name, is_adapter))
    return tuple(path for path in bare if _ABSOLUTE.match(path))


def located(name: str, locations: Mapping[str, str], is_adapter: bool = False) -> str:
    """A name with each path where it lies now; `locations` has those that moved."""
    if not locations:
        return name
    found = []
    for part in _parts(name, is_adapter):
        prefix = _LOCAL if part.startswith(_LOCAL) else ""
        path = part.removeprefix(prefix)
        found.append(f"{prefix}{locations.get(path, path)}")
    return " with ".join(found)


def _parts(name: str, is_adapter: bool) -> tuple[str, ...]:
    """A folder may have " with " in its name; a file with a pipeline, and an adapter, are two parts."""
    if is_adapter:
        return tuple(name.split(" with ", 1))
    found = _FILE_AND_PIPELINE.match(name)
    return (found[1], found[2]) if found else (name,)
