"""What a model needs from the hub: its commit and its files, or a refusal if they are out of reach."""

import fnmatch
import time
from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping
from itertools import chain
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import INDEXES, index_among
from gal_studio.engine.hub.refusals import absent
from gal_studio.engine.hub.repository import (
    CARD,
    MissingFiles,
    is_offline,
    is_reachable,
    licence_of,
    read_card,
    read_repository,
    snapshot,
    storage,
    stored_commits,
)
from gal_studio.engine.hub.weights import choose_variant, files_of, missing_weights, weighted, weights_of
from gal_studio.json_files import index_in

Revisions = MutableMapping[str, str]
"""The commit of each hub model by its name, updated whenever a model is downloaded."""

_CONFIGURATION = (".json", ".txt", ".model", ".jinja")
_BELIEVED = 5.0  # seconds for which a hub that did not answer is not asked again
_silent_since = [-_BELIEVED]

Choose = Callable[[Collection[str]], Iterable[str]]
Lacks = Callable[[Path], list[str]]


def resolve(name: str, revisions: Mapping[str, str], choose: Choose, lacks: Lacks) -> MissingFiles:
    """The files that `choose` names among those of a repository, at its pinned commit if there is one.

    The hub is not asked where `lacks` finds nothing missing in the folder of the pinned commit. Where the
    hub is out of reach, another commit that is on this computer will do.
    """
    commit = revisions.get(name)
    if commit and not lacks(snapshot(name, commit)):
        return _met(name, commit)
    if _is_reachable():
        repository = read_repository(name, commit)
        files = repository.some(choose(repository.files))
        licence = licence_of(repository.card)
        return MissingFiles(name, repository.commit, files, licence)
    known = [one for one in stored_commits(name) if commit in (None, one)]
    missing = {one: lacks(snapshot(name, one)) for one in known}
    for one in known:
        if not missing[one]:
            return _met(name, one)
    raise absent(name, commit, storage(name), missing[known[0]] if known else [], is_offline())


def _met(name: str, commit: str) -> MissingFiles:
    return MissingFiles(name, commit, licence=licence_of(read_card(snapshot(name, commit))))


def _is_reachable() -> bool:
    if time.monotonic() - _silent_since[0] < _BELIEVED:
        return False
    found = is_reachable()
    if not found and not is_offline():
        _silent_since[0] = time.monotonic()
    return found


def configuration(name: str, revisions: Mapping[str, str]) -> MissingFiles:
    """The JSON files, the tokenizers and the card of a diffusers pipeline."""

    def choose(files: Collection[str]) -> Iterable[str]:
        if not index_among(files):
            raise StudioError(
                f"The model {name} is not a diffusers pipeline (it has no {INDEXES[0]}): give the path of "
                "its .safetensors checkpoint, or choose another model."
            )
        return [path for path in files if _is_configuration(path)]

    return resolve(name, revisions, choose, _without_index)


def _is_configuration(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return path == CARD or ("/" not in folder and name.endswith(_CONFIGURATION if folder else ".json"))


def pipeline(
    name: str, revisions: Mapping[str, str], index: Mapping[str, Any], left_out: Collection[str], half: bool
) -> MissingFiles:
    """All files of a pipeline with the components of this `model_index.json`, except those left out.

    `half` prefers weights in half precision, which are half as large.
    """
    components = weighted(index, left_out)

    def choose(files: Collection[str]) -> Iterable[str]:
        variant = choose_variant(files, components, half)
        weights = {component: weights_of(files, component, variant) for component in components}
        for component, found in weights.items():
            if not found:
                raise no_weights(name, component)
        return [*filter(_is_configuration, files), *chain.from_iterable(weights.values())]

    def lacks(folder: Path) -> list[str]:
        return _without_index(folder) or lacking_weights(folder, components, half)

    return resolve(name, revisions, choose, lacks)


def lacking_weights(folder: Path, components: Collection[str], half: bool = False) -> list[str]:
    """The weights that are missing in a pipeline's folder."""
    variant = choose_variant(files_of(folder), components, half)
    return [path for component in components for path in missing_weights(folder, component, variant)]


def transformers_model(name: str, revisions: Mapping[str, str]) -> MissingFiles:
    """A transformers model."""

    def choose(files: Collection[str]) -> Iterable[str]:
        weights = weights_of(files, "", None)
        if not weights:
            raise no_weights(name)
        return [*(path for path in files if "/" not in path and _is_configuration(path)), *weights]

    def lacks(folder: Path) -> list[str]:
        return _absent_files(folder, "config.json") or missing_weights(folder, "", None)

    return resolve(name, revisions, choose, lacks)


def matching(name: str, revisions: Mapping[str, str], *patterns: str) -> MissingFiles:
    """The top files of a repository that match, each pattern at least once, with its texts and JSON files."""

    def choose(files: Collection[str]) -> Iterable[str]:
        top = [path for path in files if "/" not in path]
        for pattern in patterns:
            if not fnmatch.filter(top, pattern):
                raise StudioError(f"The model {name} cannot be used: the hub has no {pattern} for it.")
        chosen = {path for pattern in patterns for path in fnmatch.filter(top, pattern)}
        return [path for path in top if path in chosen or path == CARD or path.endswith(_CONFIGURATION)]

    return resolve(
        name, revisions, choose, lambda folder: [one for one in patterns if not list(folder.glob(one))]
    )


def one_file(name: str, file: str, revisions: Mapping[str, str]) -> MissingFiles:
    """One file of a repository."""

    def choose(files: Collection[str]) -> Iterable[str]:
        if file not in files:
            raise no_weights(name)
        return [path for path in files if path in (file, CARD)]

    return resolve(name, revisions, choose, lambda folder: _absent_files(folder, file))


def _without_index(folder: Path) -> list[str]:
    return [] if index_in(folder) else [INDEXES[0]]


def _absent_files(folder: Path, *files: str) -> list[str]:
    return [file for file in files if not (folder / file).exists()]


def no_weights(name: str, component: str = "") -> StudioError:
    """The error for a model without safetensors weights."""
    of_part = f" of its {component.replace('_', ' ')}" if component else ""
    return StudioError(
        f"The model {name} has no safetensors weights{of_part}. Other files (.bin, .ckpt) can run any "
        "program when opened: choose a converted model."
    )
