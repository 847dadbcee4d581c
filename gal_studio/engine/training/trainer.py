"""One training: its state, steps and checkpoints. The batch source decides between Eq. G9 and P7."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import Optimizer
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.hidden import reveal
from gal_studio.engine.models.adapters import attach_full, attach_lora, layers_in, load_into, trainable
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import BatchSource
from gal_studio.engine.training.checkpoints import Checkpoint, optimizer_state, restore_state
from gal_studio.engine.training.gradients import Gradients
from gal_studio.engine.training.latents import Latents
from gal_studio.engine.training.teacher import Teacher, TeacherLayers

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


ROWS = "rows_at_once"  # key in checkpoints
SCALE = "loss_scale"  # the same, of a training in float16
SCALING = ("scale", "_growth_tracker")  # of a GradScaler: its factor, and the steps since it changed
MAX_GRADIENT_NORM = 1.0


@dataclass(frozen=True)
class Run:
    """How a training runs, whatever it learns: from the base model or the adapter `start_from`, at most up to
    the step `ends_at`.

    `checkpoint` is called every `checkpoint_every` steps, after those that are validated, when the last one
    is `CHECKPOINT_SECONDS` old, and when the generator is closed. `resume_from` is a file saved from one; an
    unusable file raises a `CheckpointError`. On a CPU, a resumed training gives the same result bit for bit.
    `latents` is the cache of `encode_pictures`. A `teacher` is that of Eq. G24.
    """

    start_from: Path | None = None
    resume_from: Path | None = None
    checkpoint: Callable[[Checkpoint], None] | None = None
    ends_at: int | None = None
    latents: Latents | None = None
    teacher: Teacher | None = None
    clock: Callable[[], float] = time.monotonic


class Training:
    """The state of a training: weights, optimizer, generator and step."""

    def __init__(
        self,
        model: ImageModel,
        source: BatchSource,
        settings: TuneSettings,
        seed: int,
        run: Run = Run(),
    ) -> None:
        """Attach an adapter, new or that from which the `run` starts, and make the optimizer.

        Refused if the memory is too small even for one row at a time.
        """
        self.model, self.source, self.settings = model, source, settings
        self.step, start_from = 0, run.start_from
        self.gradients = Gradients(model, settings, source.rows, source.counted)
        self.generator = torch.Generator("cpu").manual_seed(seed)
        if settings.method != "full":
            also = () if start_from is None else layers_in(start_from, model.family.part)
            attach_lora(model, settings, self.generator, also)
        else:
            attach_full(model)
        if start_from is not None:
            load_into(model, start_from)
        self.gradients.teacher = TeacherLayers(model, run.teacher.adapter) if run.teacher else None
        self.weights = trainable(model)
        trained = list(self.weights.values())
        self.optimizer = make_optimizer(trained, settings, model.machine.optimizer, model.device)
        scaled = model.training_precision == torch.float16
        self.scaler = torch.amp.GradScaler(model.device.type, enabled=scaled)

    def advance(self) -> float:
        """Run one step: rows, weighted loss (Eq. G9, P7), gradients, AdamW. Return the loss."""
        loss = self.gradients.add(self.source.next_batches(self.generator), self.scaler.scale)
        self.scaler.unscale_(self.optimizer)
        norm = torch.nn.utils.clip_grad_norm_(list(self.weights.values()), MAX_GRADIENT_NORM)
        if not math.isfinite(loss) or not (self._may_overflow() or torch.isfinite(norm)):
            raise self._failure(self.step + 1, "the loss is not finite")
        set_learning_rate(self.optimizer, learning_rate(self.settings, self.step))
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return loss

    def _may_overflow(self) -> bool:
        """Whether the gradient may be too large for float16: that step is left out, and the scale halved."""
        return self.scaler.is_enabled() and self.scaler.get_scale() >= 1.0

    def _failure(self, step: int, why: str) -> StudioError:
        return StudioError(
            f"The training failed at step {step} of {self.settings.steps}: {why}; "
            f"use a learning rate below {self.settings.learning_rate:g}."
        )

    @property
    def rows_at_once(self) -> int:
        """The rows whose gradients are computed at a time on this device."""
        return self.gradients.rows_at_once

    def checkpoint(self) -> Checkpoint:
        """Capture the state that the next step depends on; refuse if a weight is not finite."""
        if not all(torch.isfinite(weight).all() for weight in self.weights.values()):
            raise self._failure(self.step, "the weights are not finite")
        own = {"generator": self.generator.get_state(), ROWS: torch.tensor(self.rows_at_once)}
        if self.scaler.is_enabled():
            state = self.scaler.state_dict()
            own[SCALE] = torch.tensor([state[name] for name in SCALING], dtype=torch.float64)
        tensors = own | optimizer_state(self.weights, self.optimizer)
        return Checkpoint(self.step, self.source.fingerprint, tensors, self.source.endless)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Restore the state from a checkpoint."""
        restore_state(self.weights, self.optimizer, checkpoint.tensors)
        self.step = checkpoint.step
        self.generator.set_state(checkpoint.tensors["generator"])
        if SCALE in checkpoint.tensors and self.scaler.is_enabled():
            scale, steps = checkpoint.tensors[SCALE].tolist()
            known = {"scale": scale, "_growth_tracker": int(steps)}
            self.scaler.load_state_dict(self.scaler.state_dict() | known)
        if ROWS in checkpoint.tensors:  # the same order of summation gives the same result bit for bit
            self.gradients.rows_at_once = min(self.rows_at_once, int(checkpoint.tensors[ROWS]))
