"""Train one part for some minutes on a machine with a GPU, and save its state in small files.

    python -m workshop.pocket.gpu.stretch denoiser --source source.tar --state state --out state --minutes 9

It resumes from the state in `--state`, if there is one. `--workers` processes draw the training pictures.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL

from workshop.pocket.gpu.drawing import SHARD, Drawers
from workshop.pocket.gpu.parts import TooLargeError, load_parts, save_parts
from workshop.pocket.gpu.source import unpack
from workshop.pocket.gpu.tasks import AutoencoderTask, ClearTask, DenoiserTask, Task
from workshop.pocket.train import autoencoder, denoiser
from workshop.pocket.train.denoiser import SHIPPED
from workshop.pocket.train.muon import Muon
from workshop.pocket.train.training import plateau

BATCHES = {"autoencoder": 256, "denoiser": 1024, "clear": 1024}
STEPS = {"autoencoder": 30_000, "denoiser": 20_000, "clear": 3_000}
RATES = {
    "autoencoder": (autoencoder.INNER_RATE, autoencoder.RATE),
    "denoiser": (2 * denoiser.INNER_RATE, 2 * denoiser.RATE),
    "clear": (denoiser.INNER_RATE, denoiser.RATE),
}
DECAY = 0.999
NAMES = ("mean", "square")  # of the optimizer's state
ROOM = 200_000


class Stretch:
    """The training of a task: weights, averaged weights, the optimizer and the step."""

    def __init__(self, part: str, task: Task, steps: int) -> None:
        self.part, self.task, self.total = part, task, steps
        self.optimizer = Muon(task.model.named_parameters(), *RATES[part])
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.mean = {name: value.clone() for name, value in task.model.state_dict().items()}
        self.step = self.samples = self.number = 0

    def run(self, seconds: float, batch: int, drawers: Drawers) -> Iterator[dict[str, float]]:
        """Train until the time is used up; yields measurements every 100 steps."""
        end, figures = time.monotonic() + seconds, []
        while time.monotonic() < end and self.step < self.total:
            for shard in drawers.ready(wait=len(self.task) < batch):
                self.task.absorb(shard)
            if len(self.task) < batch:
                continue
            figures.append(self.learn(batch))
            if self.step % 100 == 0:
                told = {"step": self.step, "samples": self.samples, "pictures": len(self.task)}
                yield told | {"figure": float(np.mean(figures[-100:]))}

    def learn(self, batch: int) -> float:
        """One training step; returns its measurement."""
        share = self.step / self.total
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * plateau(share)
        # Seeded by the step, so that a resumed training goes on with the same draws.
        rng = np.random.default_rng([7, self.step])
        torch.manual_seed(self.step)
        self.optimizer.zero_grad(set_to_none=True)
        loss, figure = self.task.loss(rng, batch, share)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.task.model.parameters(), 1.0)
        self.optimizer.step()
        decay = min(DECAY, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.mean.values()), list(self.task.model.state_dict().values()), 1 - decay
            )
        self.step += 1
        self.samples += batch
        return figure

    def save(self, folder: Path) -> list[Path]:
        """Save the averaged weights, the optimizer state and, if they fit, the current weights."""
        tensors = {f"mean.{name}": value for name, value in self.mean.items()}
        tensors |= self._optimizer_tensors()
        facts = {"part": self.part, "step": self.step, "samples": self.samples, "number": self.number + 1}
        now = {f"now.{name}": value for name, value in self.task.model.state_dict().items()}
        try:
            return save_parts(folder, tensors | now, facts)
        except TooLargeError:
            return save_parts(folder, tensors, facts)

    def _optimizer_tensors(self) -> dict[str, torch.Tensor]:
        """The optimizer state by weight; square roots of the second moments, which fit into 16 bits."""
        found = {}
        for name, weight in self.task.model.named_parameters():
            state = self.optimizer.state.get(weight, {})
            for kind in NAMES:
                if kind in state:
                    found[f"{kind}-of.{name}"] = state[kind].sqrt() if kind == "square" else state[kind]
        return found

    def restore(self, tensors: dict[str, torch.Tensor], facts: dict[str, Any]) -> None:
        """Restore what `save` wrote."""
        if facts["part"] != self.part:
            raise ValueError(f"the state is of the {facts['part']}, not of the {self.part}")
        self.step, self.samples, self.number = facts["step"], facts["samples"], facts["number"]
        for name, value in self.task.model.state_dict().items():
            self.mean[name].copy_(tensors[f"mean.{name}"])
            value.copy_(tensors.get(f"now.{name}", tensors[f"mean.{name}"]))
        for name, weight in self.task.model.named_parameters():
            state: dict[str, Any] = {}
            for kind in NAMES:
                if (key := f"{kind}-of.{name}") in tensors:
                    value = tensors[key].to(weight)
                    state[kind] = value.square() if kind == "square" else value
            if "square" in state:
                state["step"] = self.step
            self.optimizer.state[weight] = state


def make_task(args: argparse.Namespace, device: torch.device) -> Task:
    if args.part == "autoencoder":
        return AutoencoderTask(device, args.room, tuple(args.widths))
    kind = ClearTask if args.part == "clear" else DenoiserTask
    return kind(device, args.room, AutoencoderKL.from_pretrained(args.vae))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=BATCHES)
    parser.add_argument("--source", type=Path, required=True, help="the packed icon art")
    parser.add_argument("--state", type=Path, help="folder of the state of an earlier call")
    parser.add_argument("--out", type=Path, required=True, help="folder for the state of this call")
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--steps", type=int, help="steps in total, over all calls")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--shard", type=int, default=SHARD, help="pictures drawn at a time")
    parser.add_argument("--room", type=int, default=ROOM, help="pictures kept on the device")
    parser.add_argument("--vae", type=Path, default=SHIPPED / "vae", help="the finished autoencoder")
    parser.add_argument("--widths", type=int, nargs=4, default=autoencoder.WIDTHS, help="of the autoencoder")
    return parser.parse_args()


def main() -> None:
    args = options()
    began = time.monotonic()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    task = make_task(args, device)
    stretch = Stretch(args.part, task, args.steps or STEPS[args.part])
    if args.state is not None and any(args.state.glob("state-*.part")):
        stretch.restore(*load_parts(args.state.glob("state-*.part")))
    with tempfile.TemporaryDirectory() as folder:
        art = unpack(args.source, Path(folder))
        drawers = Drawers(art, SHIPPED / "tokenizer", task.kinds, stretch.number, args.workers, args.shard)
        left = 60 * args.minutes - (time.monotonic() - began)
        try:
            for told in stretch.run(left, args.batch or BATCHES[args.part], drawers):
                print("  ".join(f"{name} {value:.6g}" for name, value in told.items()), flush=True)
        finally:
            drawers.close()
    for file in stretch.save(args.out):
        print(file, file.stat().st_size)


if __name__ == "__main__":
    main()
