"""The optimizer of a training, AdamW (in float32 or 8 bits) or Prodigy, and its learning rates."""

import logging
import math
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import torch

from gal_studio.core.memory.machine import Optimizer
from gal_studio.core.settings import TuneSettings
from gal_studio.engine import reveal

WEIGHT_DECAY = 0.01


def make_optimizer(
    weights: Sequence[torch.nn.Parameter], settings: TuneSettings, kind: Optimizer, device: torch.device
) -> torch.optim.Optimizer:
    """The optimizer over these weights; `adamw8bit` keeps the moments of large weights in 8 bits.

    Prodigy (arXiv 2306.06101) estimates the step size from the distance to its start; the learning rate is a
    factor of it.
    """
    options: dict[str, Any] = {"lr": settings.learning_rate, "weight_decay": WEIGHT_DECAY}
    if kind == "adamw8bit":
        logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # of a faster kernel for CPUs
        reveal("bitsandbytes")
        import bitsandbytes

        return bitsandbytes.optim.AdamW8bit(weights, **options)  # type: ignore[no-any-return]
    if kind == "prodigy":
        with redirect_stdout(StringIO()):  # it says that weight decay is decoupled
            from prodigyopt import Prodigy

            return Prodigy(weights, **options, use_bias_correction=True, safeguard_warmup=True)  # type: ignore[no-any-return]
    return torch.optim.AdamW(weights, **options, fused=device.type in ("cpu", "cuda"))


def learning_rate(settings: TuneSettings, step: int) -> float:
    """The learning rate of a step, counted from 0.

    It rises linearly over the warm-up steps, and is then constant or falls along half a cosine wave.
    """
    if step < settings.warmup_steps:
        return settings.learning_rate * (step + 1) / (settings.warmup_steps + 1)
    if settings.schedule == "constant":
        return settings.learning_rate
    done = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    return settings.learning_rate * (1 + math.cos(math.pi * done)) / 2


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Use this rate in the next step."""
    for group in optimizer.param_groups:
        group["lr"] = rate
