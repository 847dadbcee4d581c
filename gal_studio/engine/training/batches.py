"""Training batches: rows drawn from cached latents, with noise, targets and weights."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import endless, plan_draws
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import NoiseProcess, Sizes, TextFeatures
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import encode_prompts
from gal_studio.engine.training.checkpoints import fingerprint, machine_parts
from gal_studio.engine.training.latents import (
    CachedPictures,
    Crops,
    ExamplePicture,
    Latents,
    cache_pictures,
    encode_texts,
)
from gal_studio.engine.training.losses import as_maps, prior_weights
from gal_studio.engine.training.teacher import Teacher


@dataclass(frozen=True)
class Batch:
    """Rows of one step: noisy latents, targets, times (n,), texts, and weights (n,) or (n, 1, h, w).

    All its latents have one shape: a step with pictures of several shapes has several batches. `taught` (n,)
    is the strength of the teacher whose prediction is the target in place of `target`; NaN where there is
    none (Eq. G24).
    """

    noisy: torch.Tensor
    target: torch.Tensor
    times: torch.Tensor
    texts: list[TextFeatures]
    weights: torch.Tensor
    sizes: list[Sizes]
    taught: torch.Tensor

    def concatenate(self, other: "Batch") -> "Batch":
        """Concatenate this batch and another."""
        weights = [self.weights, other.weights]
        if weights[0].ndim != weights[1].ndim:
            weights = [as_maps(part, self.noisy) for part in weights]
        return Batch(
            noisy=torch.cat([self.noisy, other.noisy]),
            target=torch.cat([self.target, other.target]),
            times=torch.cat([self.times, other.times]),
            texts=[*self.texts, *other.texts],
            weights=torch.cat(weights),
            sizes=[*self.sizes, *other.sizes],
            taught=torch.cat([self.taught, other.taught]),
        )

    def part(self, first: int, end: int) -> "Batch":
        """Slice rows from `first` up to `end`."""
        return Batch(**{name: rows[first:end] for name, rows in vars(self).items()})

    def by_text_length(self) -> Iterator["Batch"]:
        """The rows whose texts have as many tokens as each other, in their order."""
        lengths = [len(text.hidden) for text in self.texts]
        for length in dict.fromkeys(lengths):
            yield self.chosen([row for row, own in enumerate(lengths) if own == length])

    def chosen(self, rows: list[int]) -> "Batch":
        """These rows, in this order."""
        return Batch(
            **{
                name: values[rows] if isinstance(values, torch.Tensor) else [values[row] for row in rows]
                for name, values in vars(self).items()
            }
        )

    def scaled(self, factor: float) -> "Batch":
        """Multiply the weights by `factor`."""
        return replace(self, weights=factor * self.weights)


Batches = tuple[Batch, ...]
"""The rows of one step, those of each shape together."""


def joined(first: Batches, second: Batches) -> Batches:
    """The rows of both, where those of the same shape make one batch."""
    joined = {batch.noisy.shape[1:]: batch for batch in first}
    for batch in second:
        shape = batch.noisy.shape[1:]
        joined[shape] = joined[shape].concatenate(batch) if shape in joined else batch
    return tuple(joined.values())


class BatchSource(Protocol):
    """A source of steps with `rows` rows; the loss is the sum over rows divided by `counted`."""

    rows: int
    counted: int
    fingerprint: str
    endless: str  # the same of any number of steps; empty if they depend on it

    def next_batches(self, generator: torch.Generator) -> Batches:
        """Make the rows of the next step; all randomness comes from `generator`."""


class ExampleSource:
    """Batches of Eq. G9: draws from the training examples, followed by the prior's rows.

    Draws are uniform, or references and accepted pictures each have a share (`plan_draws`).
    """

    def __init__(
        self,
        model: ImageModel,
        examples: Sequence[ExamplePicture],
        prior: Sequence[ExamplePicture],
        settings: TuneSettings,
        seed: int,
        latents: Latents | None = None,
        teacher: Teacher | None = None,
    ) -> None:
        """Encode the pictures once, except those in the cache `latents`."""
        if teacher is None:
            settings = settings.untaught
        self.model, self.settings, self.teacher = model, settings, teacher
        own = [*machine_parts(model), *([teacher.fingerprint] if teacher else [])]
        self.fingerprint = fingerprint(settings, seed, examples, prior, own)
        self.kinds = kinds_of(examples)
        self.plan = plan_draws(settings, *map(bool, self.kinds))
        self.endless = ""
        if settings.is_open_ended:
            each, share = endless(settings, *map(bool, self.kinds))
            more = [*own, f"endless {share}".encode()]
            self.endless = fingerprint(each, seed, examples, prior, more)
        prior = prior if settings.prior_weight else []
        texts = encode_texts(model, [*examples, *prior])
        self.no_caption = encode_prompts(model, [""])[""] if settings.caption_dropout else None
        self.examples = cache_pictures(model, examples, settings, latents, texts)
        self.prior = cache_pictures(model, prior, settings, latents, texts) if prior else None
        self.process = model.family.process()
        self.accepted = frozenset(self.kinds[1])
        self.lowest_accepted = lowest_accepted(self.process, settings) if self.accepted else 0.0
        self.switch = teacher.switch(model) if teacher else 0.0
        self.counted = settings.batch_size
        self.rows = settings.batch_size * (1 if self.prior is None else 2)

    def next_batches(self, generator: torch.Generator) -> Batches:
        """Draw rows, followed by the prior's with their own weights (Eq. G9)."""
        settings = self.settings
        drawn = self._drawn_examples(generator)
        high_noise = [self.lowest_accepted > 0.0 and place in self.accepted for place in drawn]
        if self.teacher is not None:
            anywhere = torch.rand(len(drawn), generator=generator) < settings.taught_share
            high_noise = [high and not low for high, low in zip(high_noise, anywhere.tolist(), strict=True)]
        rows = self.draw(self.examples, drawn, generator, high_noise=high_noise)
        if self.prior is not None:
            beside = _uniform(range(len(self.prior)), settings.batch_size, generator)
            paired = prior_weights(
                self.examples.weights[drawn], settings.prior_weight, settings.prior_as_published
            )
            rows = joined(rows, self.draw(self.prior, beside, generator, paired))
        return rows

    def _drawn_examples(self, generator: torch.Generator) -> list[int]:
        """Draw places in the list of examples, by the plan.

        The number of references in a step is rounded at random, so that its expectation is exact.
        """
        count, share = self.settings.batch_size, self.plan.reference_share
        if share is None:
            return _uniform(range(len(self.examples)), count, generator)
        whole, rest = divmod(share * count, 1.0)
        references = int(whole) + int(rest > 1e-9 and float(torch.rand(1, generator=generator)) < rest)
        drawn = _uniform(self.kinds[0], references, generator)
        return drawn + _uniform(self.kinds[1], count - references, generator)

    def draw(
        self,
        pictures: CachedPictures,
        index: Sequence[int],
        generator: torch.Generator,
        weights: torch.Tensor | None = None,
        high_noise: Sequence[bool] = (),
    ) -> Batches:
        """Take these pictures, and draw their times and noise; `weights` (n,) are used in place of theirs.

        Those of `high_noise`, with a value for each or none, have times from `lowest_accepted` on.
        """
        groups = pictures.by_shape(index)
        crops = [
            pictures.crops([index[place] for place in group], self.settings.crop == "random", generator)
            for group in groups
        ]
        count = 1 if self.settings.shared_time else len(index)
        times = self.process.times(count, generator, self.settings.time_low, self.settings.time_high)
        times = times.expand(len(index))
        if any(high_noise):
            again = self.process.times(count, generator, self.lowest_accepted, self.settings.time_high)
            times = torch.where(torch.tensor(high_noise), again, times)
        batches = []
        for group, part in zip(groups, crops, strict=True):
            noise = torch.randn(part.latents.shape, generator=generator)
            texts = [pictures.texts[index[place]] for place in group]
            if self.no_caption is not None and pictures is self.examples:
                texts = self._with_dropout(texts, self.no_caption, generator)
            batch = make_batch(self.model, self.process, part, texts, times[group], noise)
            if self.teacher is not None and pictures is self.examples:
                own = self._taught(self.teacher, [index[place] for place in group], times[group])
                batch = replace(batch, taught=own.to(batch.taught.device))
            if weights is not None:
                batch = replace(batch, weights=weights[group].to(batch.weights.device))
            batches.append(batch)
        return tuple(batches)

    def _taught(self, teacher: Teacher, places: Sequence[int], times: torch.Tensor) -> torch.Tensor:
        """Eq. G24: the teacher's strength for accepted pictures below their lowest noise; NaN for others."""
        shares = self.process.share(times)
        accepted = torch.tensor([place in self.accepted for place in places])
        strengths = torch.where(shares > self.switch, teacher.recipe.early, teacher.recipe.late)
        return torch.where(accepted & (shares < self.lowest_accepted), strengths, math.nan)

    def _with_dropout(
        self, texts: list[TextFeatures], empty: TextFeatures, generator: torch.Generator
    ) -> list[TextFeatures]:
        """The texts, of which a share is left empty."""
        left_out = torch.rand(len(texts), generator=generator) < self.settings.caption_dropout
        return [empty if out else text for text, out in zip(texts, left_out.tolist(), strict=True)]


def kinds_of(examples: Sequence[ExamplePicture]) -> tuple[list[int], list[int]]:
    """The places of the references, and of the accepted pictures, in the list of examples."""
    references = [place for place, example in enumerate(examples) if example.is_reference]
    accepted = [place for place, example in enumerate(examples) if not example.is_reference]
    return references, accepted


def lowest_accepted(process: NoiseProcess, settings: TuneSettings) -> float:
    """The share of times from which accepted pictures are trained on; 0 for all that the settings allow.

    Raises a StudioError where the settings leave no times for them.
    """
    if not settings.accepted_noise:
        return 0.0
    share = max(process.share_of(settings.accepted_noise), settings.time_low)
    if share >= min(settings.time_high, 0.999):
        raise StudioError(
            f"Accepted images count from noise {settings.accepted_noise:g} on, and there is less "
            f"up to the maximum timestep {settings.time_high:g}: choose a smaller number."
        )
    return share


def _uniform(places: Sequence[int], count: int, generator: torch.Generator) -> list[int]:
    return [places[number] for number in torch.randint(len(places), (count,), generator=generator).tolist()]


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
        taught=torch.full((len(times),), math.nan, device=device),
    )
