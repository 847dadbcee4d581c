"""The gradients of a batch, computed in as many parts as the memory asks for."""

from collections.abc import Callable, Iterable
from itertools import chain

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import predict
from gal_studio.engine.memory.plan import (
    MemoryPlan,
    free_memory,
    is_out_of_memory,
    plan_training,
    release_memory,
)
from gal_studio.engine.models.adapters import trainable
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import Batch, Batches
from gal_studio.engine.training.losses import weighted_loss
from gal_studio.engine.training.teacher import TeacherLayers

Scaled = Callable[[torch.Tensor], torch.Tensor]
"""Scales a loss before its gradients are computed, as a training in float16 needs it."""


class Gradients:
    """Adds up gradients of `rows` rows a step; the loss is the sum over rows divided by `counted`."""

    def __init__(self, model: ImageModel, settings: TuneSettings, rows: int, counted: int) -> None:
        """Plan the parts by the free memory; refused if it is too small even for one row at a time."""
        self.model, self.rows, self.counted, self.notice = model, rows, counted, ""
        self.teacher: TeacherLayers | None = None
        plan = plan_training(model, settings, rows, free_memory(model.device))
        self.rows_at_once = plan.rows
        if plan.low_memory or model.machine.recomputes:
            model.denoiser.enable_gradient_checkpointing()
        if plan != MemoryPlan(rows):
            self._notify_split()

    def add(self, batches: Batches, scaled: Scaled) -> float:
        """Add the gradients of these rows to those of the trained weights; returns their part of the loss."""
        return self._in_parts(batches, lambda part: self._add_part(part, scaled))

    @torch.no_grad()
    def loss(self, batches: Batches) -> float:
        """The loss of these rows, without gradients."""
        return self._in_parts(batches, lambda part: float(self._loss(part)))

    def _in_parts(self, batches: Batches, loss_of: Callable[[Batch], float]) -> float:
        """The sum over parts that fit into memory; if one does not, all are computed again, smaller."""
        while True:
            try:
                return sum(
                    loss_of(batch.part(first, first + self.rows_at_once))
                    for batch in self._alike(batches)
                    for first in range(0, len(batch.noisy), self.rows_at_once)
                )
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                self._reduce_memory(error)

    def _alike(self, batches: Batches) -> Iterable[Batch]:
        """Rows of one text length, where each has a teacher's strength: a family may predict the others
        apart.
        """
        if self.teacher is None:
            return batches
        return chain.from_iterable(batch.by_text_length() for batch in batches)

    def _add_part(self, batch: Batch, scaled: Scaled) -> float:
        loss = self._loss(batch)
        scaled(loss).backward()
        return float(loss.detach())

    def _loss(self, batch: Batch) -> torch.Tensor:
        device, precision = self.model.device, self.model.training_precision
        with torch.autocast(device.type, precision, enabled=precision != torch.float32):
            target = batch.target if self.teacher is None else self._taught(self.teacher, batch)
            rows = batch.noisy, batch.times, batch.texts, batch.sizes
            prediction = predict(self.model.family, *rows)
        share = len(batch.noisy) / self.counted
        return weighted_loss(prediction, target, batch.weights) * share

    @torch.no_grad()
    def _taught(self, teacher: TeacherLayers, batch: Batch) -> torch.Tensor:
        """Eq. G24: the targets, of taught rows what the teacher predicts."""
        rows = (~batch.taught.isnan()).nonzero()[:, 0].tolist()
        if not rows:
            return batch.target
        own, target = batch.chosen(rows), batch.target.clone()
        with teacher.instead(own.taught):
            given = own.noisy, own.times, own.texts, own.sizes
            target[rows] = predict(self.model.family, *given).to(target.dtype)
        return target

    def _reduce_memory(self, error: Exception) -> None:
        for weight in trainable(self.model).values():
            weight.grad = None
        if self.rows_at_once > 1:
            self.rows_at_once = -(-self.rows_at_once // 2)
        elif not self.model.denoiser.is_gradient_checkpointing:
            self.model.denoiser.enable_gradient_checkpointing()
        else:
            raise StudioError(
                "There is not enough memory to train this model: choose LoRA, a lower resolution or a "
                "smaller model."
            ) from error
        release_memory()
        self._notify_split()

    def _notify_split(self) -> None:
        split = f"processes {self.rows_at_once} of its {self.rows} images at a time"
        how = split if self.rows_at_once < self.rows else "takes more time and less memory"
        self.notice = f"Memory is short: each step {how}. The result is the same except for rounding."

    def take_notice(self) -> str:
        """Return and clear the notice for the user."""
        notice, self.notice = self.notice, ""
        return notice
