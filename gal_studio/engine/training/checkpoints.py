"""Training checkpoints: weights, optimizer, generator and step in one safetensors file."""

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
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.saving import opened_tensors
from gal_studio.engine.training.latents import ExamplePicture

ADAMW = ("step", "exp_avg", "exp_avg_sq")
"""AdamW's state of each weight."""

ADAMW8 = ("step", "state1", "state2", "qmap1", "qmap2", "absmax1", "absmax2")
"""AdamW's state of each weight in 8 bits, with the tables and scales of the moments."""

PRODIGY = ("step", "exp_avg", "exp_avg_sq", "s", "p0")
"""Prodigy's state of each weight."""

ESTIMATED = ("d", "d_max", "d_numerator", "k")
"""What Prodigy estimates for all weights together, and the steps that it took."""

SHAPED = frozenset({"exp_avg", "exp_avg_sq", "state1", "state2"})

_OS_ERROR = re.compile(r"\(os error (\d+)\)")


class CheckpointError(StudioError):
    """A checkpoint that is damaged or of another training, so that a retry cannot help."""


@dataclass(frozen=True)
class Checkpoint:
    """The state after `step` steps of the training identified by `fingerprint`.

    `endless` identifies the same training of any number of steps; empty if its steps depend on that.
    """

    step: int
    fingerprint: str
    tensors: dict[str, torch.Tensor]
    endless: str = ""

    def save(self, path: Path) -> None:
        """Write a file; use a temporary path and rename it, so that a crash keeps the previous one."""
        from safetensors.torch import save_file

        header = {"format": "pt", "step": str(self.step), "fingerprint": self.fingerprint}
        if self.endless:
            header["endless"] = self.endless
        save_file(self.tensors, path, metadata=header)


def read_checkpoint(path: Path, fingerprint: str, endless: str = "") -> Checkpoint:
    """Read a checkpoint; `CheckpointError` if it is damaged or of another training.

    One of the same training with another number of steps will do if both are `endless`.

    A disk error is a plain `StudioError`, since the file may be intact.
    """
    tensors, header = _read(path)
    is_longer = bool(endless) and header.get("endless") == endless
    if header.get("fingerprint") != fingerprint and not is_longer:
        raise CheckpointError(
            "The checkpoint belongs to a training with other settings or images: start this one again."
        )
    if not all(torch.isfinite(tensor).all() for tensor in tensors.values() if tensor.is_floating_point()):
        raise CheckpointError(f"The checkpoint {path.name} contains values that are not finite: use another.")
    return Checkpoint(int(header["step"]), fingerprint, tensors, endless)


def _read(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    from safetensors import SafetensorError

    try:
        with path.open("rb") as plain:
            plain.read(1)  # safetensors reports any file that it cannot open as missing
        with opened_tensors(path) as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        cause = disk_error(error)
        if cause is None:
            raise CheckpointError(f"The checkpoint {path.name} is damaged: use another.") from error
        raise StudioError(
            f"The checkpoint {path.name} cannot be read ({cause.strerror or cause}): check the disk "
            f"of the folder {path.parent}, then try again."
        ) from error


def disk_error(error: Exception) -> OSError | None:
    """The OS error that caused an exception (safetensors has it in its message); None if there is none."""
    found = _OS_ERROR.search(str(error))
    if found:
        return OSError(int(found[1]), os.strerror(int(found[1])))
    return error if isinstance(error, OSError) else None


def optimizer_state(
    weights: Mapping[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer
) -> dict[str, torch.Tensor]:
    """Copy the weights and their optimizer state to the CPU."""
    tensors = {}
    for name, weight in weights.items():
        known = {"weight": weight.detach(), **optimizer.state.get(weight, {})}
        for key, value in known.items():
            tensors[f"{key}.{name}"] = torch.as_tensor(value).cpu().clone().contiguous()
    for key in ESTIMATED if "d_numerator" in optimizer.param_groups[0] else ():
        tensors[f"estimated.{key}"] = torch.tensor(optimizer.param_groups[0][key], dtype=torch.float64)
    return tensors


def restore_state(
    weights: Mapping[str, torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    tensors: Mapping[str, torch.Tensor],
) -> None:
    """Restore the weights and the optimizer's state, which torch moves to the optimizer's device.

    `weights` are the optimizer's, in its order. Refused if a shape does not match.
    """
    known = {
        index: {
            key: tensors[f"{key}.{name}"]
            for key in dict.fromkeys((*ADAMW, *ADAMW8, *PRODIGY))
            if f"{key}.{name}" in tensors
        }
        for index, name in enumerate(weights)
    }
    for state, (name, weight) in zip(known.values(), weights.items(), strict=True):
        shaped = [tensors.get(f"weight.{name}"), *(state[key] for key in state if key in SHAPED)]
        if any(tensor is None or tensor.shape != weight.shape for tensor in shaped):
            raise CheckpointError(
                "The checkpoint does not match this training's weights: start the training again."
            )
    with torch.no_grad():
        for name, weight in weights.items():
            weight.copy_(tensors[f"weight.{name}"])
    optimizer.load_state_dict(
        {**optimizer.state_dict(), "state": {index: state for index, state in known.items() if state}}
    )
    for group in optimizer.param_groups:
        group.update(
            {key: tensors[f"estimated.{key}"].item() for key in ESTIMATED if f"estimated.{key}" in tensors}
        )


def machine_parts(model: ImageModel) -> list[bytes]:
    """What a training's result depends on in how its model is held; nothing by default."""
    essential = model.machine.essential
    return [json.dumps(essential, sort_keys=True).encode()] if essential else []


def fingerprint(
    settings: TuneSettings,
    seed: int,
    examples: Sequence[ExamplePicture],
    prior: Sequence[ExamplePicture],
    more: Iterable[bytes] = (),
) -> str:
    """Hash what determines a training's result: settings, seed, examples, and `more`.

    Settings that do not affect the result are left out, so that changing them does not prevent resuming.
    """
    parts = [settings.essential.distinctive(), seed, len(examples)]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
    if settings.accepted_share:
        digest.update(json.dumps([picture.is_reference for picture in examples]).encode())
    for picture in (*examples, *prior):
        digest.update(json.dumps([picture.prompt, picture.weight, picture.image.size]).encode())
        digest.update(picture.image.convert("RGB").tobytes())
        if picture.mask is not None:
            digest.update(picture.mask.convert("L").tobytes())
    for part in more:
        digest.update(part)
    return digest.hexdigest()
