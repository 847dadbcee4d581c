"""A training stopped halfway, as one safetensors file: weights, optimizer, generator and step."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.pictures import TrainingPicture


@dataclass(frozen=True)
class Checkpoint:
    """The state after `step` steps of the training that `fingerprint` names."""

    step: int
    fingerprint: str
    tensors: dict[str, torch.Tensor]

    def save(self, path: Path) -> None:
        """Write it beside its name first, so that a crash leaves the older one whole."""
        from safetensors.torch import save_file

        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(path.name + ".part")
        header = {"format": "pt", "step": str(self.step), "fingerprint": self.fingerprint}
        save_file(self.tensors, beside, metadata=header)
        with open(beside, "rb") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)


def read_checkpoint(path: Path, fingerprint: str) -> Checkpoint:
    """Read a checkpoint, and refuse that of another training."""
    from gal_studio.engine.adapters import read_adapter

    tensors, header = read_adapter(path)
    if header.get("fingerprint") != fingerprint:
        raise StudioError(
            "The checkpoint belongs to a training with other settings or pictures: start this one anew."
        )
    return Checkpoint(int(header["step"]), fingerprint, tensors)


def fingerprint(
    settings: TuneSettings,
    seed: int,
    samples: Sequence[TrainingPicture],
    prior: Sequence[TrainingPicture],
    more: Iterable[bytes] = (),
) -> str:
    """What a training is made of, in one word: settings, seed, pictures with all they have, and `more`."""
    digest = hashlib.sha256(json.dumps([settings.to_dict(), seed, len(samples)], sort_keys=True).encode())
    for picture in (*samples, *prior):
        digest.update(json.dumps([picture.prompt, picture.weight, picture.image.size]).encode())
        digest.update(picture.image.convert("RGB").tobytes())
        if picture.mask is not None:
            digest.update(picture.mask.convert("L").tobytes())
    for part in more:
        digest.update(part)
    return digest.hexdigest()
