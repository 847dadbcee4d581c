"""Training batches: rows drawn from cached latents, with noise, targets and weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import NoiseProcess, Sizes, TextFeatures
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.checkpoints import fingerprint
from gal_studio.engine.training.latents import CachedPictures, Crops, ExamplePicture, Latents, cache_pictures
from gal_studio.engine.training.losses import as_maps, prior_weights


@dataclass(frozen=True)
class Batch:
    """The rows of one step: noisy latents, targets, times (n,), texts, and weights (n,) or (n, 1, h, w)."""

    noisy: torch.Tensor
    target: torch.Tensor
    times: torch.Tensor
    texts: list[TextFeatures]
    weights: torch.Tensor
    sizes: list[Sizes]

    def concatenate(self, other: "Batch") -> "Batch":
        """Concatenate this batch and another."""
        weights = [self.weights, other.weights]
        if weights[0].ndim != weights[1].ndim:
            weights = [as_maps(part, self.noisy.shape[-1]) for part in weights]
        return Batch(
            noisy=torch.cat([self.noisy, other.noisy]),
            target=torch.cat([self.target, other.target]),
            times=torch.cat([self.times, other.times]),
            texts=[*self.texts, *other.texts],
            weights=torch.cat(weights),
            sizes=[*self.sizes, *other.sizes],
        )

    def part(self, first: int, end: int) -> "Batch":
        """Slice rows from `first` up to `end`."""
        return Batch(**{name: rows[first:end] for name, rows in vars(self).items()})

    def scaled(self, factor: float) -> "Batch":
        """Multiply the weights by `factor`."""
        return replace(self, weights=factor * self.weights)


class BatchSource(Protocol):
    """A source of batches with `rows` rows; the loss is the sum over rows divided by `counted`."""

    rows: int
    counted: int
    fingerprint: str

    def next_batch(self, generator: torch.Generator) -> Batch:
        """Make the next batch; all randomness comes from `generator`."""


class ExampleSource:
    """Batches of Eq. G9: uniform draws from the training examples, followed by the prior's rows."""

    def __init__(
        self,
        model: ImageModel,
        examples: Sequence[ExamplePicture],
        prior: Sequence[ExamplePicture],
        settings: TuneSettings,
        seed: int,
        latents: Latents | None = None,
    ) -> None:
        """Encode the pictures once, except those in the cache `latents`."""
        self.model, self.settings = model, settings
        self.fingerprint = fingerprint(settings, seed, examples, prior)
        self.examples = cache_pictures(model, examples, settings, latents)
        has_prior = prior and settings.prior_weight
        self.prior = cache_pictures(model, prior, settings, latents) if has_prior else None
        self.process = model.family.process()
        self.counted = settings.batch_size
        self.rows = settings.batch_size * (1 if self.prior is None else 2)

    def next_batch(self, generator: torch.Generator) -> Batch:
        """Draw a batch, followed by the prior's rows with their own weights (Eq. G9)."""
        rows, crops = self.draw(self.examples, generator)
        if self.prior is None:
            return rows
        published = self.settings.prior_as_published
        paired = prior_weights(crops.weights, self.settings.prior_weight, published).to(rows.weights.device)
        return rows.concatenate(replace(self.draw(self.prior, generator)[0], weights=paired))

    def draw(self, pictures: CachedPictures, generator: torch.Generator) -> tuple[Batch, Crops]:
        """Draw pictures uniformly, and their times and noise."""
        count = self.settings.batch_size
        index = torch.randint(len(pictures), (count,), generator=generator).tolist()
        crops = pictures.crops(index, self.settings.crop == "random", generator)
        times = self.process.times(count, generator)
        noise = torch.randn(crops.latents.shape, generator=generator)
        texts = [pictures.texts[row] for row in index]
        return make_batch(self.model, self.process, crops, texts, times, noise), crops


def make_batch(
    model: ImageModel,
    process: NoiseProcess,
    crops: Crops,
    texts: list[TextFeatures],
    times: torch.Tensor,
    noise: torch.Tensor,
) -> Batch:
    """Add noise to crops, compute the targets, and move the batch to the model's device."""
    device = model.device
    return Batch(
        noisy=process.mix(crops.latents, noise, times).to(device),
        target=process.target(crops.latents, noise, times).to(device),
        times=times.to(device),
        texts=texts,
        weights=crops.spatial.to(device),
        sizes=crops.sizes,
    )
