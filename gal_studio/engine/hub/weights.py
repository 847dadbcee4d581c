"""The weights of a pipeline: safetensors, whole or in shards, plain or in half precision; no other files."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.json_files import read_json

HALF = "fp16"
_WEIGHTS = re.compile(
    rf"(?P<stem>model|diffusion_pytorch_model)(?P<half>\.{HALF})?(?P<shard>-\d+-of-\d+)?"
    rf"(?P<late>\.{HALF})?\.safetensors"
)
_PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".msgpack", ".h5")
_WITHOUT_WEIGHTS = re.compile(r"(Tokenizer|TokenizerFast|Scheduler|Processor|ProcessorFast|Extractor)$")


def choose_variant(files: Iterable[str], components: Collection[str], half: bool) -> str | None:
    """The variant to load from files `component/name.safetensors`: "fp16", or None for the plain weights.

    It is chosen if a component has no plain weights, or if `half` is wanted and all components have it.
    """
    plain: set[str] = set()
    halved: set[str] = set()
    for file in files:
        component, _, name = file.partition("/")
        if component in components and name.endswith(".safetensors"):
            (halved if f".{HALF}." in name or f".{HALF}-" in name else plain).add(component)
    return HALF if halved - plain or (half and halved and halved >= plain) else None


def files_of(folder: Path) -> list[str]:
    """The files of a pipeline's components, as `component/name`."""
    return [path.relative_to(folder).as_posix() for path in folder.glob("*/*")]


def weighted(index: Mapping[str, Any], left_out: Collection[str]) -> list[str]:
    """The components of a `model_index.json` that have weights: [library, class] of a network."""
    return [
        component
        for component, listed in index.items()
        if isinstance(listed, list)
        and len(listed) == 2
        and all(isinstance(one, str) for one in listed)
        and component not in left_out
        and not _WITHOUT_WEIGHTS.search(listed[1])
    ]


def weights_of(files: Collection[str], folder: str, variant: str | None) -> list[str]:
    """The weights to load from a folder of a repository, "" for its top; plain ones if it has no variant.

    Where there are both, diffusers prefers shards, and transformers the whole file.
    """
    found = {path: match for path in files if (match := _match(path, folder))}
    halved = [path for path, match in found.items() if match["half"] or match["late"]]
    chosen = halved if variant and halved else [path for path in found if path not in halved]
    shards = [path for path in chosen if found[path]["shard"]]
    whole = [path for path in chosen if path not in shards]
    sharded = bool(shards) and (not whole or found[whole[0]]["stem"] != "model")
    return sorted(shards if sharded else whole)


def _match(path: str, folder: str) -> re.Match[str] | None:
    parent, _, name = path.rpartition("/")
    return _WEIGHTS.fullmatch(name) if parent == folder else None


def missing_weights(folder: Path, component: str, variant: str | None) -> list[str]:
    """The weights that a folder lacks of a component ("" for its top), as paths from the folder."""
    place = folder / component
    prefix = f"{component}/" if component else ""
    present = [f"{prefix}{path.name}" for path in place.glob("*.safetensors")] if place.is_dir() else []
    chosen = weights_of(present, component, variant)
    match = _match(chosen[0], component) if chosen else None
    if match and not match["shard"]:
        return []
    indices = [path for path in sorted(place.glob("*.index*.json")) if "safetensors" in path.name]
    halved = bool(match and (match["half"] or match["late"]))
    index = next((path for path in indices if (HALF in path.name) == halved), next(iter(indices), None))
    if index is None:
        return [] if chosen else [f"{prefix}*.safetensors"]
    try:
        shards = list(map(str, read_json(index).get("weight_map", {}).values()))
    except (ValueError, AttributeError):  # it was cut off
        return [f"{prefix}{index.name}"]
    if outside := next((name for name in shards if Path(name).name != name or "\\" in name), None):
        raise StudioError(
            f"The file {index} names weights outside of its folder ({outside[:40]!r}): download the model "
            "again."
        )
    return [f"{prefix}{name}" for name in sorted(set(shards)) if not (place / name).is_file()]


def pickles_of(folder: Path, component: str) -> list[str]:
    """The pickles in a component's folder, which are never opened."""
    place = folder / component
    return sorted(path.name for path in place.glob("*") if path.suffix in _PICKLES)
