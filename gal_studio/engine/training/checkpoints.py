"""Checkpoints of a training: weights, optimizer, generator and step in one safetensors file."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.training.latents import ExamplePicture

ADAMW = ("step", "exp_avg", "exp_avg_sq")
"""The state that AdamW keeps of each weight."""

_OS_ERROR = re.compile(r"\(os error (\d+)\)")


class CheckpointError(StudioError):
    """A checkpoint that is broken or of another training: this training can never resume from it."""


@dataclass(frozen=True)
class Checkpoint:
    """The state after `step` steps of the training that `fingerprint` names."""

    step: int
    fingerprint: str
    tensors: dict[str, torch.Tensor]

    def save(self, path: Path) -> None:
        """Write it; give a name beside the final one and rename it, so that a crash leaves the older one."""
        from safetensors.torch import save_file

        header = {"format": "pt", "step": str(self.step), "fingerprint": self.fingerprint}
        save_file(self.tensors, path, metadata=header)


def read_checkpoint(path: Path, fingerprint: str) -> Checkpoint:
    """Read a checkpoint; a `CheckpointError` says that it is broken, or of another training.

    A disk that does not give it now is another error: the file may be whole.
    """
    tensors, header = _read(path)
    if header.get("fingerprint") != fingerprint:
        raise CheckpointError(
            "The checkpoint belongs to a training with other settings or pictures: start this one anew."
        )
    if not all(torch.isfinite(tensor).all() for tensor in tensors.values() if tensor.is_floating_point()):
        raise CheckpointError(f"The checkpoint {path.name} holds numbers that are not finite: use another.")
    return Checkpoint(int(header["step"]), fingerprint, tensors)


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    from safetensors import SafetensorError, safe_open

    try:
        with path.open("rb") as plain:
            plain.read(1)  # safetensors says of every file that it cannot open that there is none
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        refusal = disk_error(error)
        if refusal is None:
            raise CheckpointError(f"The checkpoint {path.name} is broken: use another.") from error
        raise StudioError(
            f"The checkpoint {path.name} cannot be read now ({refusal.strerror or refusal}): check the disk "
            f"of the folder {path.parent}, then try again."
        ) from error


def disk_error(error: Exception) -> OSError | None:
    """The disk's error behind an exception (safetensors has it in its text); None where there is none."""
    found = _OS_ERROR.search(str(error))
    if found:
        return OSError(int(found[1]), os.strerror(int(found[1])))
    return error if isinstance(error, OSError) else None


def optimizer_state(
    weights: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer
) -> dict[str, torch.Tensor]:
    """Copy the weights and the optimizer's state of each to the CPU."""
    tensors = {}
    for name, weight in weights.items():
        known = {"weight": weight.detach(), **optimizer.state.get(weight, {})}
        for key, value in known.items():
            tensors[f"{key}.{name}"] = torch.as_tensor(value).cpu().clone().contiguous()
    return tensors


def restore_state(
    weights: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    tensors: Mapping[str, torch.Tensor],
) -> None:
    """Restore weights and AdamW's state; torch moves the state to the optimizer's device.

    `weights` are those of the optimizer, in its order. Refused where a shape is not the weight's.
    """
    known = {
        index: {key: tensors[f"{key}.{name}"] for key in ADAMW if f"{key}.{name}" in tensors}
        for index, name in enumerate(weights)
    }
    for state, (name, weight) in zip(known.values(), weights.items(), strict=True):
        shaped = [tensors.get(f"weight.{name}"), *(state[key] for key in state if key != "step")]
        if any(tensor is None or tensor.shape != weight.shape for tensor in shaped):
            raise CheckpointError("The checkpoint has other weights than this training: start it anew.")
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(tensors[f"weight.{name}"])
    optimizer.load_state_dict(
        {**optimizer.state_dict(), "state": {index: state for index, state in known.items() if state}}
    )


def fingerprint(
    settings: TuneSettings,
    seed: int,
    examples: Sequence[ExamplePicture],
    prior: Sequence[ExamplePicture],
    more: Iterable[bytes] = (),
) -> str:
    """Hash everything that determines a training: settings, seed, pictures with their data, and `more`.

    What changes no trained number is left out: such a change goes on from the checkpoint.
    """
    parts = [settings.essential.to_former_dict(), seed, len(examples)]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
    for picture in (*examples, *prior):
        digest.update(json.dumps([picture.prompt, picture.weight, picture.image.size]).encode())
        digest.update(picture.image.convert("RGB").tobytes())
        if picture.mask is not None:
            digest.update(picture.mask.convert("L").tobytes())
    for part in more:
        digest.update(part)
    return digest.hexdigest()
