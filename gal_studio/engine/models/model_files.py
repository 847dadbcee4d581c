"""Find a model's files by its name, and download them if needed; refuse what is not supported."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from gal_studio.causes import missing
from gal_studio.core.errors import StudioError, first_line
from gal_studio.core.models.names import CheckpointName, checkpoint_name
from gal_studio.engine.families.description import Description, empty_part, read_description
from gal_studio.engine.families.family import Family, ModelFiles
from gal_studio.engine.families.packed import is_helper
from gal_studio.engine.families.registry import family_of
from gal_studio.engine.hub import needs
from gal_studio.engine.hub.models import is_directory, met, pipeline_configuration
from gal_studio.engine.hub.needs import Revisions
from gal_studio.engine.hub.repository import MissingFiles
from gal_studio.engine.hub.weights import choose_variant, files_of, pickles_of, weighted
from gal_studio.engine.models.complete import incomplete
from gal_studio.engine.models.one_file import PREFIX, FileKind, OneFile, read_one_file


@dataclass(frozen=True)
class Inspected:
    """A model that its family opens, without its weights; `need` is what these need from the hub, if any."""

    family: type[Family]
    pipeline: str
    folder: Path
    description: Description
    checkpoint: Path | None = None
    need: MissingFiles | None = None


def locate(name: str, revisions: Revisions, half: bool) -> tuple[type[Family], ModelFiles]:
    """The family and the files of a model; `half` prefers files in half precision.

    The family checks the model before any weight is downloaded.
    """
    found = inspect(name, revisions, half)
    family, folder, components = found.family, found.folder, set(found.description.index)
    if found.need is not None:
        folder = met(found.need, revisions)
    if found.checkpoint is None:
        return family, ModelFiles(folder, variant=choose_variant(files_of(folder), components, half))
    variant = choose_variant(files_of(folder), components - {family.part}, half)
    if family.one_file == "denoiser":
        return family, ModelFiles(folder, found.checkpoint, variant)
    return family, ModelFiles(folder, found.checkpoint, schedule=read_one_file(found.checkpoint).schedule)


def inspect(name: str, revisions: Revisions, half: bool) -> Inspected:
    """Check a model by its JSON files, or by the header of its checkpoint; refuse what is not supported."""
    one_file = checkpoint_name(name)
    if one_file is not None:
        return _inspect_one_file(one_file, revisions, half)
    folder, description = _describe(name, revisions)
    family = family_of(name, description.index)
    _check(family, name, description)
    return _with_weights(
        Inspected(family, name, folder, description), tuple(family.leave_out), revisions, half
    )


def _inspect_one_file(name: CheckpointName, revisions: Revisions, half: bool) -> Inspected:
    one_file = read_one_file(Path(name.file))
    kind = one_file.kind()
    pipeline = name.pipeline or one_file.only_pipeline(kind)
    folder, description = _describe(pipeline, revisions)
    family = family_of(pipeline, description.index)
    one_file.check_fits(kind, family.name, description)
    if family.one_file == "pipeline":
        description = description.changed("scheduler", one_file.schedule)
    _check(family, pipeline, description)
    check_sizes(one_file, kind, family, description)
    found = Inspected(family, pipeline, folder, description, one_file.path)
    if family.one_file != "denoiser":
        return found
    return _with_weights(found, (*family.leave_out, family.part), revisions, half)


def _check(family: type[Family], name: str, description: Description) -> None:
    """Refuse what the family does not support, and JSON files that say nonsense."""
    try:
        family.check(description)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise StudioError(
            f"The model {name} has a configuration that is damaged or from a newer version "
            f"({first_line(error)}): copy or download the whole folder again, or update the studio."
        ) from error


def _with_weights(found: Inspected, left_out: tuple[str, ...], revisions: Revisions, half: bool) -> Inspected:
    """Add what the weights need; refuse a directory that has none in safetensors."""
    index, name = found.description.index, found.pipeline
    if not is_directory(name):
        need = needs.pipeline(name, revisions, index, left_out, half)
        return replace(found, need=need)
    for component in weighted(index, left_out):
        missing = needs.lacking_weights(found.folder, [component])
        if missing and pickles_of(found.folder, component):
            raise needs.no_weights(name, component)
        if missing:
            raise StudioError(
                f"The model {name} is incomplete (it lacks {missing[0]}): copy or download the whole folder "
                "again."
            )
    return found


def _describe(name: str, revisions: Revisions) -> tuple[Path, Description]:
    """A pipeline's folder with its JSON files, and what they say."""
    if not is_directory(name):
        folder = pipeline_configuration(name, revisions)
    elif not os.path.isdir(name):
        raise StudioError(missing(Path(name), "model folder"))
    else:
        folder = Path(name)
    return folder, read_description(name, folder)


Shapes = Mapping[str, tuple[int, ...]]
_BLOCK = re.compile(r"^.*\.\d+(?=\.)")


def check_sizes(file: OneFile, kind: FileKind, family: type[Family], pipeline: Description) -> None:
    """Refuse a denoiser with other, fewer or more blocks than the pipeline's configuration describes."""
    with torch.device("meta"), torch.random.fork_rng(devices=[]):
        module = empty_part(pipeline, family.part)
    expected = {name: tuple(weight.shape) for name, weight in module.named_parameters()}
    found = _converted(file, module, family)
    differs = next((name for name in expected if found.get(name, expected[name]) != expected[name]), None)
    blocks = _blocks(expected)
    more = next((name for name in found if not _blocks([name]) <= blocks), None)
    if differs or more or not found:
        what = f"{differs} is {_size(found[differs])} and not {_size(expected[differs])}" if differs else ""
        what = what or (f"it also has {more}" if more else "its tensors have other names")
        raise StudioError(
            f"The file {file.path} is {kind.words} of another size than {pipeline.name} ({what}): write "
            f"'{file.path.name} with PIPELINE', with the one that it was made for."
        )
    if missing := next((name for name in expected if name not in found), None):
        raise incomplete(f"{file.path} with {pipeline.name}", f", such as {missing}")


def _converted(file: OneFile, module: torch.nn.Module, family: type[Family]) -> Shapes:
    """The shapes of the denoiser's tensors under the names of diffusers; {} if they cannot be converted."""
    from diffusers.loaders.single_file_model import SINGLE_FILE_LOADABLE_CLASSES

    convert = SINGLE_FILE_LOADABLE_CLASSES[type(module).__name__]["checkpoint_mapping_fn"]
    shapes = {name: one.shape for name, one in file.tensors.items() if not is_helper(name)}
    inner = {name: shape for name, shape in shapes.items() if name.startswith(PREFIX)}
    empty = {name: torch.empty(shape, device="meta") for name, shape in (inner or shapes).items()}
    if family.one_file == "denoiser":  # others keep the prefix, by which the whole pipeline's are told apart
        empty = {name.removeprefix(PREFIX): weight for name, weight in empty.items()}
    try:
        converted = convert(config=dict(module.config), checkpoint=empty)  # type: ignore[arg-type]
    except (KeyError, IndexError, RuntimeError, ValueError, TypeError, AttributeError):
        return {}
    return {name: tuple(weight.shape) for name, weight in converted.items()}


def _blocks(names: Iterable[str]) -> set[str]:
    """The blocks, by their numbers, that have any of these tensors."""
    return {found[0] for name in names if (found := _BLOCK.match(name))}


def _size(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
