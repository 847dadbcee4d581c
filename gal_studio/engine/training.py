"""The state of a training between two steps, and one step of Eq. G9."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.adapters import attach_full, attach_lora, load_into, trainable
from gal_studio.engine.checkpoints import Checkpoint, fingerprint
from gal_studio.engine.denoiser import Sizes, predict
from gal_studio.engine.devices import training_precision
from gal_studio.engine.losses import add_noise, prediction_target, prior_weights, weighted_loss
from gal_studio.engine.model import ImageModel
from gal_studio.engine.pictures import CachedPictures, TrainingPicture, cache_pictures
from gal_studio.engine.text import TextFeatures, stack_texts

WEIGHT_DECAY = 0.01
LARGEST_GRADIENT_NORM = 1.0


@dataclass(frozen=True)
class Batch:
    """Rows of one step: noisy latents, targets, timesteps, texts and weights; prior rows come last."""

    noisy: torch.Tensor
    target: torch.Tensor
    timesteps: torch.Tensor
    text: TextFeatures
    weights: torch.Tensor
    sizes: list[Sizes]

    def above(self, other: "Batch") -> "Batch":
        """These rows with the other's rows under them."""
        return Batch(
            noisy=torch.cat([self.noisy, other.noisy]),
            target=torch.cat([self.target, other.target]),
            timesteps=torch.cat([self.timesteps, other.timesteps]),
            text=stack_texts([self.text, other.text]),
            weights=torch.cat([self.weights, other.weights]),
            sizes=[*self.sizes, *other.sizes],
        )

    def part(self, first: int, end: int) -> "Batch":
        """Rows from `first` up to `end`."""
        return Batch(
            noisy=self.noisy[first:end],
            target=self.target[first:end],
            timesteps=self.timesteps[first:end],
            text=self.text.rows(range(first, min(end, len(self.noisy)))),
            weights=self.weights[first:end],
            sizes=self.sizes[first:end],
        )


class Training:
    """A training between two steps: the weights, the optimizer, the generator and the step."""

    def __init__(
        self,
        model: ImageModel,
        samples: Sequence[TrainingPicture],
        prior: Sequence[TrainingPicture],
        settings: TuneSettings,
        seed: int,
        start_from: Path | None = None,
    ) -> None:
        """Cache the pictures, attach fresh weights and make the optimizer."""
        self.model, self.settings, self.step, self.notice = model, settings, 0, ""
        self.fingerprint = fingerprint(settings, seed, samples, prior)
        self.generator = torch.Generator("cpu").manual_seed(seed)
        self.samples = cache_pictures(model, samples, settings)
        self.prior = cache_pictures(model, prior, settings) if prior and settings.prior_weight else None
        self.alpha_bar = noise_schedule(model)
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
        self.rows = settings.batch_size * (1 if self.prior is None else 2)
        self.rows_at_once = self.rows

    def advance(self) -> float:
        """One step of Eq. G9: draw a batch, its weighted loss, its gradient, AdamW. Gives the loss."""
        loss = self._gradient(self._next_batch())
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

    def _next_batch(self) -> Batch:
        """A drawn batch, and under it the prior's with weights of its own (Eq. G9)."""
        rows = self._draw(self.samples)
        if self.prior is None:
            return rows
        paired = prior_weights(rows.weights, self.settings.prior_weight, self.settings.prior_as_published)
        return rows.above(replace(self._draw(self.prior), weights=paired))

    def _draw(self, pictures: CachedPictures) -> Batch:
        """Uniform draws over the pictures and over the timesteps, and the noise, all from our generator."""
        count, generator, device = self.settings.batch_size, self.generator, self.model.device
        index = torch.randint(len(pictures), (count,), generator=generator)
        latents, sizes = pictures.crops(index.tolist(), self.settings.crop == "random", generator)
        timesteps = torch.randint(len(self.alpha_bar), (count,), generator=generator)
        noise = torch.randn(latents.shape, generator=generator)
        alpha_bar = self.alpha_bar[timesteps]
        target = prediction_target(self.model.prediction_type, latents, noise, alpha_bar)
        return Batch(
            noisy=add_noise(latents, noise, alpha_bar).to(device),
            target=target.to(device),
            timesteps=timesteps.to(device),
            text=pictures.text.rows(index.tolist()),
            weights=pictures.weights[index].to(device),
            sizes=sizes,
        )

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
        share = len(batch.noisy) / self.settings.batch_size
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
        return Checkpoint(self.step, self.fingerprint, tensors)

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


def noise_schedule(model: ImageModel) -> torch.Tensor:
    """alpha_bar of every training timestep, (T,), from the pipeline's scheduler configuration."""
    from diffusers import DDPMScheduler

    known = DDPMScheduler().config
    config = {key: value for key, value in model.pipeline.scheduler.config.items() if key in known}
    schedule = DDPMScheduler.from_config({key: value for key, value in config.items() if key[0] != "_"})
    return schedule.alphas_cumprod.float()
