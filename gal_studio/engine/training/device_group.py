"""Training on several devices of one machine: other processes compute gradients of a share of each batch.

The training itself stays one process: it draws each batch, takes the steps and writes the checkpoints. Before
a step the others get their rows and the present weights; then all gradients are added up. Since the loss is a
sum over rows (Eq. G9, P7), that sum is the gradient of the batch, up to the order of summation.
"""

import multiprocessing
import pickle
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from torch import distributed

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.training.batches import Batches, rows_between
from gal_studio.engine.training.collectives import RankConfig, add_gradients, join_group, moved, send_weights
from gal_studio.engine.training.rank import run_rank

Weights = Mapping[str, torch.nn.Parameter]


@dataclass(frozen=True)
class _Rank:
    device: str
    process: Any
    connection: Connection

    def say(self, word: object) -> None:
        try:
            self.connection.send_bytes(pickle.dumps(word))
        except OSError as error:
            raise self._lost() from error

    def receive(self) -> Any:
        """What the process answers; its refusal is raised here."""
        try:
            answer = pickle.loads(self.connection.recv_bytes())
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(answer, StudioError):
            raise answer
        return answer

    def _lost(self) -> StudioError:
        return StudioError(
            f"The process that trains on {self.device} has ended: press Resume to continue from the last "
            "checkpoint, or turn off “Train on all GPUs”."
        )

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join()


class DeviceGroup:
    """A training's own process on the first of its devices, and one more for each further device."""

    def __init__(
        self,
        model: str,
        commits: Mapping[str, str],
        machine: MachineSettings,
        tune: TuneSettings,
        devices: Sequence[str],
        also: Sequence[str] = (),
        adapter: str = "",
        teacher: Path | None = None,
    ) -> None:
        """Start the other processes, which open the model meanwhile; `is_ready` says when they have."""
        self.size, self._is_connected = len(devices), False
        self._folder = tempfile.TemporaryDirectory(prefix="gal-studio-group-")
        point = str(Path(self._folder.name) / "rendezvous")
        own, *others = (
            RankConfig(
                model,
                dict(commits),
                machine,
                tune,
                device,
                rank,
                self.size,
                point,
                tuple(also),
                adapter,
                teacher,
            )
            for rank, device in enumerate(devices)
        )
        self._config, self._others = own, [_started(one) for one in others]

    def is_ready(self) -> bool:
        """Whether all have opened the model; refused if one of them could not. True only once."""
        if not all(other.connection.poll() for other in self._others):
            return False
        for other in self._others:
            other.receive()
        return True

    def join(self, rows: int, counted: int) -> int:
        """Connect the processes, for batches of that many rows; returns how many the largest share has."""
        share = -(-rows // self.size)
        if not self._is_connected:
            self._is_connected = True
            for other in self._others:
                other.say((share, counted))
            join_group(self._config)
        return share

    def scatter(self, batches: Batches, weights: Weights, scale: float) -> Batches:
        """Give the others their rows, the present weights and the scale of the loss; returns the own rows."""
        share = -(-sum(len(batch.noisy) for batch in batches) // self.size)
        own, *parts = (rows_between(batches, rank * share, (rank + 1) * share) for rank in range(self.size))
        for other, part in zip(self._others, parts, strict=True):
            other.say((moved(part, torch.device("cpu")), scale))
        for other in self._others:
            other.receive()  # only who is there is waited for
        send_weights(weights.values())
        return own

    def reduce(self, loss: float, weights: Weights) -> float:
        """Add the others' gradients to those of the weights; returns the loss of the whole batch."""
        total = loss + sum(float(other.receive()) for other in self._others)
        add_gradients(weights.values())
        return total

    def close(self) -> None:
        """End the other processes."""
        for other in self._others:
            other.end()
        if distributed.is_initialized():
            with suppress(RuntimeError):  # of a connection that was lost
                distributed.destroy_process_group()
        self._folder.cleanup()


def _started(config: RankConfig) -> _Rank:
    context = multiprocessing.get_context("spawn")
    own, other = context.Pipe()
    process = context.Process(target=run_rank, args=(other, config), daemon=True)
    process.start()
    other.close()
    return _Rank(config.device, process, own)
