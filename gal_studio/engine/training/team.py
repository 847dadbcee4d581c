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
from gal_studio.engine.training.exchange import RankConfig, add_gradients, meet, moved, send_weights
from gal_studio.engine.training.team_member import take_part

Weights = Mapping[str, torch.nn.Parameter]


@dataclass(frozen=True)
class _Member:
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


class Team:
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
    ) -> None:
        """Start the other processes, which open the model meanwhile; `is_ready` says when they have."""
        self.size, self._meets = len(devices), False
        self._folder = tempfile.TemporaryDirectory(prefix="gal-studio-team-")
        point = str(Path(self._folder.name) / "meeting-point")
        own, *others = (
            RankConfig(
                model, dict(commits), machine, tune, device, rank, self.size, point, tuple(also), adapter
            )
            for rank, device in enumerate(devices)
        )
        self._membership, self._members = own, [_started(one) for one in others]

    def is_ready(self) -> bool:
        """Whether all have opened the model; refused if one of them could not. True only once."""
        if not all(member.connection.poll() for member in self._members):
            return False
        for member in self._members:
            member.receive()
        return True

    def join(self, rows: int, counted: int) -> int:
        """Connect the processes, for batches of that many rows; returns how many the largest share has."""
        share = -(-rows // self.size)
        if not self._meets:
            self._meets = True
            for member in self._members:
                member.say((share, counted))
            meet(self._membership)
        return share

    def hand_out(self, batches: Batches, weights: Weights, scale: float) -> Batches:
        """Give the others their rows, the present weights and the scale of the loss; returns the own rows."""
        share = -(-sum(len(batch.noisy) for batch in batches) // self.size)
        own, *others = (rows_between(batches, rank * share, (rank + 1) * share) for rank in range(self.size))
        for member, part in zip(self._members, others, strict=True):
            member.say((moved(part, torch.device("cpu")), scale))
        for member in self._members:
            member.receive()  # only who is there is waited for
        send_weights(weights.values())
        return own

    def collect(self, loss: float, weights: Weights) -> float:
        """Add the others' gradients to those of the weights; returns the loss of the whole batch."""
        total = loss + sum(float(member.receive()) for member in self._members)
        add_gradients(weights.values())
        return total

    def close(self) -> None:
        """End the other processes."""
        for member in self._members:
            member.end()
        if distributed.is_initialized():
            with suppress(RuntimeError):  # of a connection that was lost
                distributed.destroy_process_group()
        self._folder.cleanup()


def _started(membership: RankConfig) -> _Member:
    context = multiprocessing.get_context("spawn")
    own, other = context.Pipe()
    process = context.Process(target=take_part, args=(other, membership), daemon=True)
    process.start()
    other.close()
    return _Member(membership.device, process, own)
