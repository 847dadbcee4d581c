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
from gal_studio.engine.training.batches import Batch, Batches, ExampleSource, joined, make_batch
from gal_studio.engine.training.checkpoints import fingerprint, machine_parts
from gal_studio.engine.training.fine_tune import TuneEvent, train
from gal_studio.engine.training.latents import CachedPictures, ExamplePicture, Latents, cache_pictures
from gal_studio.engine.training.losses import share_noise
from gal_studio.engine.training.teacher import Teacher
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
        own = tune.updated(steps)
        source = PairSource(model, pairs, examples, prior, settings, own, seed, run.latents, run.teacher)
        return Training(model, source, own, seed, run)

    yield from train(model, make, run)


MOST_EXAMPLES = 256  # in a step, as in any training


def examples_beside(settings: RefineSettings) -> int:
    """The round's examples in a step beside the two rows of each pair; they weigh `mix` together."""
    count = round(2 * settings.batch_size * settings.mix / (1 - settings.mix))
    return min(max(1, count), MOST_EXAMPLES) if settings.mix else 0


Kept = list[tuple[bool, bool]]
"""Whether each pair keeps its picture and its prompt as conditions."""


class Pairs:
    """Pairs (y, x) as latents, from which steps are drawn: the two of a pair share their time and noise."""

    def __init__(
        self,
        model: ImageModel,
        pairs: Sequence[RefinePair],
        tune: TuneSettings,
        drop: float,
        latents: Latents | None = None,
    ) -> None:
        """Encode the pictures that are not in the cache `latents`; resize the maps to latent size.

        Pairs lose their conditions with the chance `drop`, see `kept_conditions`.
        """
        self.model, self.tune, self.drop = model, tune, drop
        self.cached, self.count = cache_pairs(model, pairs, tune, latents), len(pairs)
        self.process = model.family.process()
        self.without_text = encode_prompts(model, [""])[""] if drop else None

    def draw(self, count: int, generator: torch.Generator) -> tuple[Batch, torch.Tensor, Kept]:
        """Rows of `count` pairs, y before x; the pairs that were drawn, and the conditions that they keep."""
        tune, cached = self.tune, self.cached
        drawn = torch.randint(self.count, (count,), generator=generator)
        index = torch.cat([drawn, drawn + self.count]).tolist()
        crops = cached.crops(index, tune.crop == "random", generator)
        times = self.process.times(count, generator, tune.time_low, tune.time_high)
        noise = torch.randn((count, *crops.latents.shape[1:]), generator=generator)
        texts, kept = [cached.texts[row] for row in index], [(True, True)] * count
        if self.without_text is not None:
            kept = kept_conditions(count, self.drop, generator)
            texts = [
                own if text else self.without_text for own, (_, text) in zip(texts, kept * 2, strict=True)
            ]
        noise, times = share_noise(noise), share_noise(times)
        return make_batch(self.model, self.process, crops, texts, times, noise), drawn, kept


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
        teacher: Teacher | None = None,
    ) -> None:
        self.pairs = Pairs(model, pairs, tune, settings.drop_conditions, latents)
        self.counted = 2 * settings.batch_size
        self.mix = settings.mix if examples else 0.0
        self.others: ExampleSource | None = None
        if self.mix:
            others = tune.updated({"batch_size": examples_beside(settings)})
            self.others = ExampleSource(model, examples, prior, others, seed, latents, teacher)
        self.rows = self.counted + (self.others.rows if self.others else 0)
        self.endless = ""
        teacher = teacher if self.mix else None
        self.fingerprint = fingerprint(
            tune if teacher else tune.untaught,
            seed,
            examples if self.mix else [],
            prior if self.mix else [],
            (
                *_fingerprint_parts(pairs, settings),
                *machine_parts(model),
                *([teacher.fingerprint] if teacher else []),
            ),
        )

    def next_batches(self, generator: torch.Generator) -> Batches:
        """Draw pairs, y before x, followed by rows of the round's examples."""
        rows, _, _ = self.pairs.draw(self.counted // 2, generator)
        if self.others is None:
            return (rows,)
        share = self.mix * self.counted / self.others.counted
        mixed = tuple(batch.scaled(share) for batch in self.others.next_batches(generator))
        return joined((rows.scaled(1 - self.mix),), mixed)


def kept_conditions(count: int, chance: float, generator: torch.Generator) -> Kept:
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
    yield json.dumps(settings.essential.distinctive(), sort_keys=True).encode()
    for pair in pairs:
        yield json.dumps([pair.prompt, pair.weight, pair.weights.shape]).encode()
        yield np.ascontiguousarray(pair.weights, dtype=np.float64).tobytes()
        for picture in (pair.reference, pair.generated):
            yield json.dumps(picture.size).encode() + picture.convert("RGB").tobytes()
