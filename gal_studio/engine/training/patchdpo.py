"""Refine a round with PatchDPO (Eq. P7), as a generator of progress events."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.masks import resize
from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.models.text import encode_prompts
from gal_studio.engine.training.batches import Batches, ExampleSource, joined, make_batch
from gal_studio.engine.training.checkpoints import fingerprint, machine_parts
from gal_studio.engine.training.fine_tune import TuneEvent, train
from gal_studio.engine.training.latents import CachedPictures, ExamplePicture, Latents, cache_pictures
from gal_studio.engine.training.losses import share_noise
from gal_studio.engine.training.trainer import Run, Training


@dataclass(frozen=True)
class RefinePair:
    """A reference y and a generated picture x of the same prompt, with the weights of Eq. P7.

    `weights`, (2, h, w) and at least 0, are those of `pair_weights` for y and x; `weight` multiplies both.
    """

    reference: Image.Image
    generated: Image.Image
    prompt: str
    weights: NDArray[np.float64]
    weight: float = 1.0


def refine(
    model: ImageModel,
    pairs: Sequence[RefinePair],
    examples: Sequence[ExamplePicture],
    prior: Sequence[ExamplePicture],
    settings: RefineSettings,
    tune: TuneSettings,
    seed: int,
    run: Run = Run(),
) -> Iterator[TuneEvent]:
    """Train on pairs, mixed with the round's `examples` and `prior`; `run` starts from the round's adapter.

    `tune` are the round's settings: method, rank and layers of the adapter, resolution, and the prior's
    weight. Everything else is as in `fine_tune`.
    """
    if not pairs:
        raise StudioError("There are no comparison pairs: make them first.")
    warmed = min(tune.warmup_steps, tune.steps)
    steps = {
        "steps": settings.steps,
        "learning_rate": settings.learning_rate,
        "checkpoint_every": settings.checkpoint_every,
        "warmup_steps": warmed * settings.steps // tune.steps,  # the same share of the steps
    }

    def make() -> Training:
        source = PairSource(model, pairs, examples, prior, settings, tune.updated(steps), seed, run.latents)
        return Training(model, source, tune.updated(steps), seed, run)

    yield from train(model, make, run)


MOST_EXAMPLES = 256  # in a step, as in any training


class PairSource:
    """Batches of Eq. P7 mixed with Eq. G9: L = (1 - mix) L_P7 + mix L_G9."""

    def __init__(
        self,
        model: ImageModel,
        pairs: Sequence[RefinePair],
        examples: Sequence[ExamplePicture],
        prior: Sequence[ExamplePicture],
        settings: RefineSettings,
        tune: TuneSettings,
        seed: int,
        latents: Latents | None = None,
    ) -> None:
        """Encode the pictures that are not in the cache `latents`; resize the maps to latent size."""
        self.model, self.random_crops = model, tune.crop == "random"
        self.pairs, self.count = cache_pairs(model, pairs, tune, latents), len(pairs)
        self.batch_size, self.counted = settings.batch_size, 2 * settings.batch_size
        self.process, self.tune = model.family.process(), tune
        self.mix = settings.mix if examples else 0.0
        self.drop = settings.drop_conditions
        self.without_text = encode_prompts(model, [""])[""] if self.drop else None
        self.others: ExampleSource | None = None
        if self.mix:
            count = round(self.counted * self.mix / (1 - self.mix))
            count = min(max(1, count), MOST_EXAMPLES)  # they weigh `mix` together, however many they are
            others = tune.updated({"batch_size": count})
            self.others = ExampleSource(model, examples, prior, others, seed, latents)
        self.rows = self.counted + (self.others.rows if self.others else 0)
        self.fingerprint = fingerprint(
            tune,
            seed,
            examples if self.mix else [],
            prior if self.mix else [],
            (*_fingerprint_parts(pairs, settings), *machine_parts(model)),
        )

    def next_batches(self, generator: torch.Generator) -> Batches:
        """Draw pairs with shared times and noise, y before x, followed by rows of the round's examples."""
        drawn = torch.randint(self.count, (self.batch_size,), generator=generator)
        index = torch.cat([drawn, drawn + self.count]).tolist()
        crops = self.pairs.crops(index, self.random_crops, generator)
        times = self.process.times(self.batch_size, generator, self.tune.time_low, self.tune.time_high)
        noise = torch.randn((self.batch_size, *crops.latents.shape[1:]), generator=generator)
        texts = [self.pairs.texts[row] for row in index]
        if self.without_text is not None:
            kept = [text for _, text in kept_conditions(self.batch_size, self.drop, generator)]
            texts = [text if keep else self.without_text for text, keep in zip(texts, kept * 2, strict=True)]
        rows = make_batch(
            self.model,
            self.process,
            crops,
            texts,
            share_noise(times),
            share_noise(noise),
        ).weighted_by_time(self.process, self.tune.time_weighting)
        if self.others is None:
            return (rows,)
        share = self.mix * self.counted / self.others.counted
        mixed = tuple(batch.scaled(share) for batch in self.others.next_batches(generator))
        return joined((rows.scaled(1 - self.mix),), mixed)


def kept_conditions(count: int, chance: float, generator: torch.Generator) -> list[tuple[bool, bool]]:
    """Whether each of n pairs keeps its picture and its prompt as conditions (published with Eq. P7: 5 %).

    With this chance each, a pair loses its picture alone, its prompt alone, and both.
    """
    drawn = torch.rand(count, generator=generator).tolist()
    return [(chance <= luck < 2 * chance or luck >= 3 * chance, luck < chance or luck >= 3 * chance)
            for luck in drawn]  # fmt: skip


def cache_pairs(
    model: ImageModel, pairs: Sequence[RefinePair], tune: TuneSettings, latents: Latents | None = None
) -> CachedPictures:
    """Encode all y, then all x, with their maps resized to latent size (Eq. P6).

    All are trained as squares, since the two of a pair share their noise.
    """
    pictures = [ExamplePicture(pair.reference, pair.prompt, pair.weight) for pair in pairs]
    pictures += [ExamplePicture(pair.generated, pair.prompt, pair.weight) for pair in pairs]
    cached = cache_pictures(model, pictures, tune.square, latents)
    maps = [
        torch.tensor(pair.weight * resize(pair.weights[row], *latent.shape[1:]), dtype=torch.float32)
        for row, encoded in enumerate((cached.latents[: len(pairs)], cached.latents[len(pairs) :]))
        for pair, latent in zip(pairs, encoded, strict=True)
    ]
    return replace(cached, maps=tuple(maps))


def _fingerprint_parts(pairs: Sequence[RefinePair], settings: RefineSettings) -> Iterator[bytes]:
    yield json.dumps(settings.essential.to_former_dict(), sort_keys=True).encode()
    for pair in pairs:
        yield json.dumps([pair.prompt, pair.weight, pair.weights.shape]).encode()
        yield np.ascontiguousarray(pair.weights, dtype=np.float64).tobytes()
        for picture in (pair.reference, pair.generated):
            yield json.dumps(picture.size).encode() + picture.convert("RGB").tobytes()
