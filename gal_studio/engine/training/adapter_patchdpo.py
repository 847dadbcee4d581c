"""PatchDPO of an image adapter (Eq. P7), as published: its attention is trained on pairs of many subjects."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import References
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.reference_adapter import ReferenceAdapter, attention_weights
from gal_studio.engine.training.batches import Batches
from gal_studio.engine.training.checkpoints import fingerprint, machine_parts
from gal_studio.engine.training.fine_tune import TuneEvent, train
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.patchdpo import Pairs, RefinePair
from gal_studio.engine.training.trainer import Run, Training

DROPPED = 0.05
"""The published chance of `kept_conditions`."""

PUBLISHED = TuneSettings(
    steps=30_000, batch_size=4, learning_rate=3e-5, rank=1, target="attention", checkpoint_every=500
)
"""The published settings of one device of eight: the steps, the pairs in each, and the learning rate."""

PUBLISHED_SIDE = 512
"""The published resolution in pixels; that of a smaller model is its own."""


def refine_adapter(
    model: ImageModel,
    adapter: ReferenceAdapter | None,
    pairs: Sequence[RefinePair],
    references: Sequence[References],
    tune: TuneSettings,
    seed: int,
    run: Run = Run(),
) -> Iterator[TuneEvent]:
    """Train the keys and values of the attached adapter, and nothing else; see `fine_tune`.

    Without one, a LoRA of a model that takes references by itself is trained, with the rank and layers of
    `tune`. `references` are the features of each pair's y, which both its pictures are predicted with; of
    several views of it, those of a pair follow each other, and each row gets one by chance. Of `tune`, steps,
    batch size (in pairs), learning rate, resolution and times count. Afterwards the trained adapter is
    attached: `trained_adapter` reads it.
    """
    if not pairs:
        raise StudioError("There are no pairs: give a folder with images of objects.")

    def make() -> Training:
        source = SubjectSource(model, adapter, pairs, references, tune, seed)
        weights = None if adapter is None else attention_weights(model)
        return Training(model, source, tune, seed, run, weights)

    yield from train(model, make, run)


class SubjectSource:
    """Batches of Eq. P7: y before x, both with y's prompt and picture, unless those are dropped."""

    def __init__(
        self,
        model: ImageModel,
        adapter: ReferenceAdapter | None,
        pairs: Sequence[RefinePair],
        references: Sequence[References],
        tune: TuneSettings,
        seed: int,
    ) -> None:
        self.pairs, self.references = Pairs(model, pairs, tune, DROPPED), tuple(references)
        self.rows = self.counted = 2 * tune.batch_size
        given = [ExamplePicture(pair.reference, pair.prompt) for pair in pairs]
        drawn = [ExamplePicture(pair.generated, pair.prompt) for pair in pairs]
        more = [np.ascontiguousarray(pair.weights, dtype=np.float64).tobytes() for pair in pairs]
        if adapter is not None:
            more += [tensor.float().numpy().tobytes() for tensor in adapter.attention.values()]
        self.views = len(self.references) // max(1, len(pairs))
        self.endless = ""
        self.fingerprint = fingerprint(tune, seed, given, drawn, (*more, *machine_parts(model)))

    def next_batches(self, generator: torch.Generator) -> Batches:
        """Draw pairs, what is dropped of them, and one view of each."""
        batch, chosen, kept = self.pairs.draw(self.counted // 2, generator)
        views = torch.zeros(len(chosen), dtype=torch.long)
        if self.views > 1:
            views = torch.randint(self.views, (len(chosen),), generator=generator)
        given = [self.references[one] for one in (chosen * self.views + views).tolist()] * 2
        shown = [one if picture else one.dropped for one, (picture, _) in zip(given, kept * 2, strict=True)]
        return (replace(batch, references=shown),)
