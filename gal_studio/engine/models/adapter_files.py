"""The files of an image adapter: its weights and its image encoder, in a folder or on the hub."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gal_studio.causes import in_folder, missing
from gal_studio.core.errors import StudioError
from gal_studio.engine.hub.models import is_directory, met
from gal_studio.engine.hub.needs import Revisions, resolve
from gal_studio.engine.hub.repository import CARD, MissingFiles
from gal_studio.engine.hub.weights import weights_of
from gal_studio.json_files import read_json

ENCODER = "image_encoder"
TOWER = "vision.json"
"""A folder that has it is a vision tower of the studio, whose tokens an adapter can read."""
_WEIGHTS = (".safetensors", ".bin")
_BY_FAMILY = {"sd1": "models", "sdxl": "sdxl_models"}
"""The folders of h94/IP-Adapter by family."""
_OTHER = ("face", "lora", "optimizer", "scheduler", "random_states")
"""Parts of the names of files that are no such adapters; those of faces are chosen by their name alone."""


@dataclass(frozen=True)
class AdapterName:
    """`ADAPTER` or `ADAPTER with ENCODER`, each a folder, a hub ID, or (the adapter) a file.

    A file of a repository follows its hub ID: `h94/IP-Adapter/models/ip-adapter_sd15.safetensors`. `source`
    is the folder, the file or the hub ID, and `file` a file of the repository, or empty.
    """

    source: str
    file: str = ""
    encoder: str = ""


def adapter_name(name: str) -> AdapterName:
    """Parse the name of an image adapter."""
    adapter, _, encoder = (part.strip() for part in name.partition(" with "))
    if not adapter:
        raise StudioError("The image adapter has no name: give a folder, a file or a Hugging Face ID.")
    if is_directory(adapter) or Path(adapter).exists() or adapter.count("/") < 2:
        return AdapterName(adapter, "", encoder)
    owner, repository, file = adapter.split("/", 2)
    return AdapterName(f"{owner}/{repository}", file, encoder)


@dataclass(frozen=True)
class AdapterFiles:
    """The weights of an image adapter, and the folder of its image encoder."""

    weights: Path
    encoder: Path


def locate_adapter(name: str, family: str, revisions: Revisions) -> AdapterFiles:
    """Find an adapter's files for a family of models, and download them if needed."""
    asked = adapter_name(name)
    if not _is_here(asked.source):
        folders = {need.name: met(need, revisions) for need in adapter_needs(name, family, revisions)}
        return _in_folder(asked, family, folders[asked.source], folders.get(asked.encoder))
    source = Path(asked.source)
    if not os.path.exists(source):
        raise StudioError(missing(source, "image adapter"))
    encoder = None
    if asked.encoder and not is_directory(asked.encoder):
        (need,) = adapter_needs(name, family, revisions)
        encoder = met(need, revisions)
    return _in_folder(asked, family, source, encoder)


def adapter_needs(name: str, family: str, revisions: Mapping[str, str]) -> tuple[MissingFiles, ...]:
    """What an adapter and its image encoder need from the hub; nothing where both are folders."""
    asked = adapter_name(name)
    needs = []
    if not _is_here(asked.source):
        needs.append(_repository(asked.source, asked.file, family, revisions, not asked.encoder))
    if asked.encoder and not is_directory(asked.encoder):
        needs.append(_encoder_alone(asked.encoder, revisions))
    return tuple(needs)


def _is_here(source: str) -> bool:
    """Whether a name is a path rather than a hub ID."""
    return is_directory(source) or Path(source).exists()


def _repository(
    source: str, file: str, family: str, revisions: Mapping[str, str], with_encoder: bool
) -> MissingFiles:
    def choose(files: Collection[str]) -> Iterable[str]:
        weights = choose_weights(source, files, file, family)
        chosen = [weights, *(path for path in files if path == CARD)]
        if not with_encoder:
            return chosen
        encoder = choose_encoder(source, files, weights)
        return [*chosen, f"{encoder}/config.json", *weights_of(files, encoder, None)]

    return _need(source, revisions, choose, file or "*.safetensors")


def _encoder_alone(source: str, revisions: Mapping[str, str]) -> MissingFiles:
    """An image encoder of another repository: at its top, or in its first folder of that name."""

    def choose(files: Collection[str]) -> Iterable[str]:
        folder = _encoder_in(source, files)
        prefix = f"{folder}/" if folder else ""
        return [f"{prefix}config.json", *weights_of(files, folder, None)]

    return _need(source, revisions, choose, "config.json")


def _need(
    source: str, revisions: Mapping[str, str], choose: Callable[[Collection[str]], Iterable[str]], first: str
) -> MissingFiles:
    """The chosen files of a repository; `first` is what a folder lacks from which nothing can be chosen."""

    def lacks(folder: Path) -> list[str]:
        present = _files_in(folder)
        try:
            return [path for path in choose(present) if path not in present]
        except StudioError:
            return [first]

    return resolve(source, revisions, choose, lacks)


def _encoder_in(source: str, files: Collection[str]) -> str:
    folders = ["", *sorted(_folders_of_encoders(files))]
    found = next((one for one in folders if weights_of(files, one, None)), None)
    if found is None:
        raise StudioError(
            f"There is no image encoder in {source}: give the folder that has its config.json and "
            "model.safetensors."
        )
    return found


def _in_folder(asked: AdapterName, family: str, source: Path, encoder: Path | None) -> AdapterFiles:
    """The files in a folder, or of a file with what is around it."""
    name = asked.source
    if source.is_file():
        weights = source
    else:
        weights = source / choose_weights(name, _files_in(source), asked.file, family)
    if encoder is None and asked.encoder:
        encoder = Path(asked.encoder)
    if encoder is not None:
        if (encoder / TOWER).is_file():
            return AdapterFiles(weights, encoder)
        return AdapterFiles(weights, encoder / _encoder_in(asked.encoder, _files_in(encoder)))
    root = source if source.is_dir() else _root_of(weights)
    inside = weights.relative_to(root).as_posix()
    return AdapterFiles(weights, root / choose_encoder(name, _files_in(root), inside))


def _root_of(weights: Path) -> Path:
    """The folder around a file of weights that has the image encoder: its own, or the one above."""
    for folder in (weights.parent, weights.parent.parent):
        if _folders_of_encoders(_files_in(folder)):
            return folder
    return weights.parent


def _files_in(folder: Path) -> list[str]:
    """The files of a folder down to three levels, as paths from it."""
    found = [path for pattern in ("*", "*/*", "*/*/*") for path in folder.glob(pattern) if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in found)


def choose_weights(source: str, files: Collection[str], wanted: str, family: str) -> str:
    """The weights among a repository's files: those `wanted`, or the adapter that is closest to a picture.

    That is one with a resampler ("plus"), as safetensors if there is one.
    """
    if wanted:
        if wanted not in files:
            raise StudioError(f"There is no file {wanted} in {source}: check its name.")
        return wanted
    adapters = [
        path
        for path in files
        if path.endswith(_WEIGHTS)
        and not path.startswith(f"{ENCODER}/")
        and f"/{ENCODER}/" not in path
        and not any(part in PurePosixPath(path).name for part in _OTHER)
    ]
    folders = {path.partition("/")[0] for path in adapters}
    if folders & set(_BY_FAMILY.values()):
        adapters = [path for path in adapters if path.startswith(f"{_BY_FAMILY.get(family, family)}/")]
    if not adapters:
        raise StudioError(
            f"There is no image adapter in {source} for this base model: give a folder with a file such as "
            "ip-adapter-plus_sdxl_vit-h.safetensors, or that file."
        )
    return min(adapters, key=lambda path: ("plus" not in path, _WEIGHTS.index(Path(path).suffix), path))


def choose_encoder(source: str, files: Collection[str], weights: str) -> str:
    """The folder of the image encoder for these weights: beside them, or the one of h94/IP-Adapter."""
    folder = PurePosixPath(weights).parent.as_posix()
    beside = ENCODER if folder == "." else f"{folder}/{ENCODER}"
    usual = [beside, ENCODER, f"models/{ENCODER}"]
    order = usual[::-1] if "vit-h" in weights else usual
    there = _folders_of_encoders(files)
    for path in order:
        if path in there and weights_of(files, path, None):
            return path
    raise StudioError(
        f"The image adapter {source} has no image encoder with safetensors weights: put the folder "
        f"{ENCODER} beside it, or name one: “{source} with h94/IP-Adapter”."
    )


def _folders_of_encoders(files: Collection[str]) -> set[str]:
    parents = {PurePosixPath(path).parent for path in files if PurePosixPath(path).name == "config.json"}
    return {parent.as_posix() for parent in parents if parent.name == ENCODER}


def encoder_configuration(folder: Path) -> Mapping[str, object]:
    """The configuration of an image encoder."""
    try:
        found = read_json(folder / "config.json")
        return dict(found.get("vision_config", found))
    except (OSError, ValueError, AttributeError) as error:
        raise StudioError(
            in_folder(folder, error)
            or f"The image encoder {folder} cannot be opened: its config.json is missing or damaged."
        ) from error
