"""What all trainings here share: learning-rate schedules, resumable checkpoints, averaged weights.

A training lasts ``--minutes`` or, if it has ``--steps``, that many steps over as many calls as needed;
``--minutes`` is then the limit of each call.
"""

import argparse
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gal_studio.engine.models.devices import has_fast_bfloat16
from workshop.pocket.data.dataset import WORK

FALL = 0.3  # the last share of a training in steps, in which the learning rate falls to 0
CPU = torch.device("cpu")
RAW = argparse.RawDescriptionHelpFormatter


def fast_precision(device: torch.device = CPU) -> torch.autocast:
    """Compute in bfloat16 where the device has it: emulated on a CPU, it takes thirty times as long."""
    return torch.autocast(device.type, torch.bfloat16, enabled=has_fast_bfloat16(device))


def arguments(
    description: str | None,
    minutes: float,
    name: str,
    steps: int | None = None,
    own: Callable[[argparse.ArgumentParser], None] = lambda parser: None,
) -> argparse.Namespace:
    """Parse what all trainings take; `own` adds what one takes besides."""
    parser = argparse.ArgumentParser(description=description, formatter_class=RAW)
    parser.add_argument("--work", type=Path, default=WORK, help="folder of the pictures and checkpoints")
    parser.add_argument("--minutes", type=float, default=minutes, help="training time")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--name", default=name, help="name of the checkpoint")
    parser.add_argument("--start-from", type=Path, default=None, help="weights of an earlier training")
    parser.set_defaults(steps=None)
    if steps is not None:
        parser.add_argument("--steps", type=int, default=steps, help="steps in total, over all calls")
    own(parser)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    return args


class Clock:
    """The training time over all calls, and the used share of the budget."""

    def __init__(self, minutes: float) -> None:
        self.budget = minutes * 60
        self.before = 0.0
        self.start = time.monotonic()

    @property
    def seconds(self) -> float:
        return self.before + time.monotonic() - self.start

    @property
    def share(self) -> float:
        return min(1.0, self.seconds / self.budget)


def cosine(share: float, warm: float = 0.01, floor: float = 0.0) -> float:
    """Learning-rate factor: linear warm-up over the share `warm`, then a cosine down to `floor`."""
    if share < warm:
        return max(share / warm, 0.02)
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * (share - warm) / (1 - warm)))


def plateau(share: float, warm: float = 0.002, fall: float = FALL) -> float:
    """Learning-rate factor: a short warm-up, a plateau, then linear decay over the last share `fall`."""
    return max(min(1.0, (share + 1e-5) / warm, (1 - share) / fall), 0.0)


class Run:
    """The state of a training: module, optimizer, random state and time; saved atomically."""

    def __init__(
        self, path: Path, module: torch.nn.Module, optimizer: torch.optim.Optimizer, args: Any
    ) -> None:
        self.path, self.module, self.optimizer = path, module, optimizer
        self.clock = Clock(args.minutes)
        self.total: int | None = getattr(args, "steps", None)
        self.rng = np.random.default_rng(args.seed)
        self.step = 0
        self.base_rates = [group["lr"] for group in optimizer.param_groups]
        self.mean: dict[str, torch.Tensor] = {}
        kept = torch.load(path, weights_only=False) if path.exists() else {}
        if "module" in kept:
            self._resume(kept)
        elif kept:  # mean weights alone, from `restore` or `gpu.convert`
            load_weights(module, path)
        elif args.start_from is not None:
            load_weights(module, args.start_from)

    def _resume(self, kept: dict[str, Any]) -> None:
        self.module.load_state_dict(kept["module"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.mean, self.step, self.clock.before = kept["mean"], kept["step"], kept["seconds"]
        self.rng.bit_generator.state = kept["rng"]
        torch.set_rng_state(kept["torch_rng"])
        print(f"resuming at step {self.step}, {self.clock.before / 60:.1f} minutes", flush=True)

    def save(self) -> None:
        part = self.path.with_suffix(".part")
        torch.save(
            {
                "module": self.module.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "mean": self.mean,
                "step": self.step,
                "seconds": self.clock.seconds,
                "rng": self.rng.bit_generator.state,
                "torch_rng": torch.get_rng_state(),
            },
            part,
        )
        os.replace(part, self.path)

    @property
    def share(self) -> float:
        """The share of the training that is done, in [0, 1]."""
        return self.clock.share if self.total is None else min(1.0, self.step / self.total)

    @property
    def paused(self) -> bool:
        """Whether the time of this call is used up, for a training over several calls."""
        return self.total is not None and self.clock.seconds - self.clock.before > self.clock.budget

    def steps(self, every: float = 120) -> Iterator[int]:
        """Yield until the time or the steps are used up, saving every `every` seconds."""
        saved = time.monotonic()
        factor = cosine if self.total is None else plateau
        while self.share < 1 and not self.paused:
            for group, rate in zip(self.optimizer.param_groups, self.base_rates, strict=True):
                group["lr"] = rate * factor(self.share)
            yield self.step
            self.step += 1
            if time.monotonic() - saved > every:
                self.save()
                saved = time.monotonic()
        self.save()

    def apply(self, loss: torch.Tensor, decay: float = 0.998) -> None:
        """An optimizer step with clipped gradients, and an update of the averaged weights (EMA)."""
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        decay = min(decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.module.state_dict().items():
                if not value.is_floating_point() or name not in self.mean:
                    self.mean[name] = value.clone()
                else:
                    self.mean[name].lerp_(value, 1 - decay)

    def report(self, **figures: float) -> None:
        told = "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
        print(f"step {self.step}  {self.clock.seconds / 60:.1f} min  {told}", flush=True)


def load_weights(module: torch.nn.Module, path: Path) -> torch.nn.Module:
    """Load the averaged weights of a checkpoint."""
    module.load_state_dict(torch.load(path, weights_only=False)["mean"])
    return module
