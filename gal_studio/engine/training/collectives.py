"""What the processes of a group exchange: rows of a batch by a pipe, tensors by torch.distributed.

NCCL carries the tensors between GPUs, gloo those between processes on the CPU.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import TuneSettings

TIMEOUT = timedelta(seconds=120)
"""How long an exchange waits for a process that has just announced that it takes part."""

BUCKET = 1 << 24
"""Numbers that are exchanged at a time, at least; small tensors are joined to that."""


@dataclass(frozen=True)
class RankConfig:
    """What a process needs to take part: the model by name and commits, how it is trained, and its device.

    A LoRA is trained in the layers of its target, and `also` in these; with an image adapter, by its name,
    the adapter's attention is trained in place of a LoRA. `teacher` is the LoRA of Eq. G24.
    """

    model: str
    commits: Mapping[str, str]
    machine: MachineSettings
    tune: TuneSettings
    device: str
    rank: int
    size: int
    rendezvous: str
    also: tuple[str, ...] = ()
    adapter: str = ""
    teacher: Path | None = None


def join_group(config: RankConfig) -> None:
    """Connect this process with the others, which all do the same."""
    distributed.init_process_group(
        "nccl" if config.device.startswith("cuda") else "gloo",
        store=distributed.FileStore(config.rendezvous, config.size),
        rank=config.rank,
        world_size=config.size,
        timeout=TIMEOUT,
    )


def send_weights(weights: Iterable[torch.Tensor]) -> None:
    """Give all processes the weights of the first."""
    _exchange(weights, lambda flat: distributed.broadcast(flat, 0))


def add_gradients(weights: Iterable[torch.Tensor]) -> None:
    """Add up the gradients of all processes; one without rows has none, and adds nothing."""
    gradients = [torch.zeros_like(weight) if weight.grad is None else weight.grad for weight in weights]
    _exchange(gradients, distributed.all_reduce)


def _exchange(tensors: Iterable[torch.Tensor], collective: Callable[[torch.Tensor], object]) -> None:
    for bucket in _buckets(tensors):
        flat = torch.cat([tensor.detach().flatten() for tensor in bucket])
        collective(flat)
        parts = flat.split([tensor.numel() for tensor in bucket])
        for tensor, part in zip(bucket, parts, strict=True):
            tensor.detach().copy_(part.view_as(tensor))


def _buckets(tensors: Iterable[torch.Tensor]) -> Iterator[Sequence[torch.Tensor]]:
    bucket: list[torch.Tensor] = []
    for tensor in tensors:
        bucket.append(tensor)
        if sum(one.numel() for one in bucket) >= BUCKET:
            yield bucket
            bucket = []
    if bucket:
        yield bucket


def moved(value: Any, device: torch.device) -> Any:
    """A value with all its tensors, also those within lists and dataclasses, on the device."""
    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, list | tuple):
        return type(value)(moved(one, device) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{part.name: moved(getattr(value, part.name), device) for part in fields(value)})
    return value
