"""The state of a training between two steps, and one step of Eq. G9 or P7: the source of rows decides."""

import math
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.adapters import attach_full, attach_lora, load_into, trainable
from gal_studio.engine.batches import Batch, BatchSource
from gal_studio.engine.checkpoints import Checkpoint
from gal_studio.engine.denoiser import predict
from gal_studio.engine.devices import training_precision
from gal_studio.engine.losses import weighted_loss
from gal_studio.engine.model import ImageModel

WEIGHT_DECAY = 0.01
LARGEST_GRADIENT_NORM = 1.0


class Training:
    """A training between two steps: the weights, the optimizer, the generator and the step."""

    def __init__(
        self,
        model: ImageModel,
        source: BatchSource,
        settings: TuneSettings,
        seed: int,
        start_from: Path | None = None,
    ) -> None:
        """Attach fresh weights, or those of the adapter `start_from`, and make the optimizer."""
        self.model, self.source, self.settings = model, source, settings
        self.step, self.notice = 0, ""
        self.generator = torch.Generator("cpu").manual_seed(seed)
        if settings.method == "lora":
            attach_lora(model, settings, self.generator)
        else:
            attach_full(model)
        if start_from is not None:
            load_into(model, start_from)
        self.weights = trainable(model)
        self.optimizer = torch.optim.AdamW(
            list(self.weights.values()),
            lr=settings.learning_rate,
            weight_decay=WEIGHT_DECAY,
            fused=model.device.type in ("cpu", "cuda"),
        )
        self.rows = self.rows_at_once = source.rows

    def advance(self) -> float:
        """One step: draw a batch, its weighted loss (Eq. G9, P7), its gradient, AdamW. Gives the loss."""
        loss = self._gradient(self.source.next_batch(self.generator))
        norm = torch.nn.utils.clip_grad_norm_(list(self.weights.values()), LARGEST_GRADIENT_NORM)
        if not math.isfinite(loss) or not torch.isfinite(norm):
            raise StudioError(
                f"The training broke off at step {self.step + 1} of {self.settings.steps}: its loss is not a "
                f"finite number; use a learning rate below {self.settings.learning_rate:g}."
            )
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        return loss

    def take_notice(self) -> str:
        """What the user should be told since the last call, once."""
        notice, self.notice = self.notice, ""
        return notice

    def _gradient(self, batch: Batch) -> float:
        """Loss and gradient, in parts where the device's memory asks for it; the sum is the same."""
        while True:
            try:
                return sum(
                    self._part(batch.part(first, first + self.rows_at_once))
                    for first in range(0, self.rows, self.rows_at_once)
                )
            except torch.OutOfMemoryError as error:
                self._make_room(error)

    def _part(self, batch: Batch) -> float:
        device, precision = self.model.device, training_precision(self.model.device)
        with torch.autocast(device.type, precision, enabled=precision != torch.float32):
            prediction = predict(self.model, batch.noisy, batch.timesteps, batch.text, batch.sizes)
        share = len(batch.noisy) / self.source.counted
        loss = weighted_loss(prediction, batch.target, batch.weights) * share
        loss.backward()
        return float(loss.detach())

    def _make_room(self, error: Exception) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        if self.rows_at_once > 1:
            self.rows_at_once = -(-self.rows_at_once // 2)
        elif not self.model.unet.is_gradient_checkpointing:
            self.model.unet.enable_gradient_checkpointing()
        else:
            raise StudioError(
                "The device's memory is too small to train this model: choose LoRA, a lower resolution or a "
                "smaller model."
            ) from error
        torch.cuda.empty_cache()
        self.notice = (
            f"The device's memory is full: each step now takes {self.rows_at_once} of its {self.rows} "
            "pictures at a time; the result is the same."
        )

    def checkpoint(self) -> Checkpoint:
        """Everything that the next step depends on."""
        tensors = {"generator": self.generator.get_state()}
        for name, weight in self.weights.items():
            tensors[f"weight.{name}"] = weight.detach().cpu().clone().contiguous()
            for key, value in self.optimizer.state.get(weight, {}).items():
                tensors[f"{key}.{name}"] = torch.as_tensor(value).cpu().clone().contiguous()
        return Checkpoint(self.step, self.source.fingerprint, tensors)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Continue where the checkpoint was taken."""
        self.step = checkpoint.step
        self.generator.set_state(checkpoint.tensors["generator"])
        for name, weight in self.weights.items():
            with torch.no_grad():
                weight.copy_(checkpoint.tensors[f"weight.{name}"])
            self.optimizer.state[weight] = {
                key: checkpoint.tensors[f"{key}.{name}"].to("cpu" if key == "step" else weight.device)
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"{key}.{name}" in checkpoint.tensors
            }
