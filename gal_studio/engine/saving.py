"""Save tensors in files with the modes of the umask; safetensors gives them to their owner alone."""

import stat
import uuid
from collections.abc import Mapping
from pathlib import Path

import torch


def save_tensors(tensors: Mapping[str, torch.Tensor], path: Path, metadata: Mapping[str, str]) -> None:
    """Write a new safetensors file with the usual mode, in the place of what is there: behind no link."""
    from safetensors.torch import save_file

    path.unlink(missing_ok=True)
    path.touch(exist_ok=False)
    mode = stat.S_IMODE(path.stat().st_mode)
    save_file(dict(tensors), path, metadata=dict(metadata))
    path.chmod(mode)


def give_usual_modes(folder: Path) -> None:
    """Give every file of a folder the mode of a new one, as after libraries wrote them."""
    usual = folder / f".mode-{uuid.uuid4().hex}"
    usual.touch()
    mode = stat.S_IMODE(usual.stat().st_mode)
    usual.unlink()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(mode)
