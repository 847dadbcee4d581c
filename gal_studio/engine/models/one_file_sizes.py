"""Compare the sizes in a checkpoint's header with the configuration of its pipeline, without any weight."""

import re
from collections.abc import Iterable, Mapping

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.families.description import Description, empty_part
from gal_studio.engine.families.family import Family
from gal_studio.engine.models.complete import incomplete
from gal_studio.engine.models.one_file import PREFIX, Kind, OneFile

Shapes = Mapping[str, tuple[int, ...]]
_BLOCK = re.compile(r"^.*\.\d+(?=\.)")


def check_sizes(file: OneFile, kind: Kind, family: type[Family], pipeline: Description) -> None:
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
    shapes = {name: one.shape for name, one in file.tensors.items()}
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
