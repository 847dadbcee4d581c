"""Read and write files of tensors: safetensors, and the tables of weights in PyTorch's own format."""

import pickle
import stat
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile

import torch

from gal_studio.causes import missing, unread
from gal_studio.core.errors import StudioError, first_line


def save_tensors(tensors: Mapping[str, torch.Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Write a new safetensors file with the usual mode, in the place of what is there: behind no link."""
    from safetensors.torch import save_file

    path.unlink(missing_ok=True)
    path.touch(exist_ok=False)
    mode = stat.S_IMODE(path.stat().st_mode)
    save_file(dict(tensors), path, metadata=dict(metadata))
    path.chmod(mode)


@contextmanager
def opened_tensors(path: Path) -> Iterator[Any]:
    """A safetensors file, whose tensors are read when they are asked for.

    An OSError or a SafetensorError if it cannot be opened, also where there is no room for the size that it
    claims, of which torch says a RuntimeError.
    """
    from safetensors import safe_open

    try:
        opened = safe_open(path, framework="pt")
    except RuntimeError as error:
        raise OSError(f"{path} cannot be mapped: {first_line(error)}") from error
    with opened as file:
        yield file


def read_table(path: Path, called: str) -> Mapping[str, Any]:
    """The table of a `.safetensors` file, or of PyTorch's own format, of which only what is data is read.

    Tensors are read from the file when they are used.

    Refused, as the file of what it is `called`, if it cannot be read or could run a program.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        if path.suffix.lower() in (".safetensors", ".sft"):
            return load_file(path)
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=is_zipfile(path))
    except pickle.UnpicklingError as error:
        raise StudioError(
            f"The file {path.name} is a pickle with more in it than weights, which could run a program: "
            "choose a .safetensors file."
        ) from error
    except FileNotFoundError as error:
        raise StudioError(missing(path, called)) from error
    except (OSError, SafetensorError, RuntimeError, ValueError, EOFError, BadZipFile) as error:
        raise StudioError(unread(path, error, called=called)) from error
    if not isinstance(found, Mapping):
        raise StudioError(f"The file {path.name} is not the {called}: it has no table of weights.")
    return found


def give_usual_modes(folder: Path) -> None:
    """Give every file of a folder the mode of a new one, as after libraries wrote them."""
    usual = folder / f".mode-{uuid.uuid4().hex}"
    usual.touch()
    mode = stat.S_IMODE(usual.stat().st_mode)
    usual.unlink()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(mode)
