"""Fine-tune the denoiser on weighted examples (Eq. G9), as a generator of progress events."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.compiled import compiled
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.checkpoints import Checkpoint, read_checkpoint
from gal_studio.engine.training.divergence import Divergence
from gal_studio.engine.training.latents import ExamplePicture, Latents
from gal_studio.engine.training.team import Team
from gal_studio.engine.training.trainer import Training

CHECKPOINT_SECONDS = 15.0
"""Longest time between checkpoints, so that a crash loses at most this and one step."""
WRITING = 10
"""Unless writing takes long, as of a whole denoiser: then at most a tenth of the time is spent on it."""


@dataclass(frozen=True)
class TuneEvent:
    """`step` of `total` steps are done, the last with this loss; `notice` is for the user.

    One that is `resumed` tells that the weights of a validated step are there again, before any new step.
    """

    step: int
    total: int
    loss: float
    notice: str = ""
    resumed: bool = False


def fine_tune(
    model: ImageModel,
    examples: Sequence[ExamplePicture],
    prior: Sequence[ExamplePicture],
    settings: TuneSettings,
    seed: int,
    resume_from: Path | None = None,
    checkpoint: Callable[[Checkpoint], None] | None = None,
    start_from: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
    latents: Latents | None = None,
    team: Team | None = None,
    ends_at: int | None = None,
) -> Iterator[TuneEvent]:
    """Train from the base model, or from the adapter `start_from`; at most up to the step `ends_at`.

    After the last event the adapter is attached: call `save_adapter` and `detach`. A training that is stopped
    or fails restores the base model. One that diverges fails, and its state is not saved.

    `checkpoint` is called every `checkpoint_every` steps, after those that are validated, when the last one
    is `CHECKPOINT_SECONDS` old, and when the generator is closed. `resume_from` is a file saved from one; an
    unusable file raises a `CheckpointError`. On a CPU, a resumed training gives the same result bit for bit.
    `latents` is the cache of `encode_pictures`. A `team` of processes computes its share of every batch.
    """
    if not examples:
        raise StudioError("There is nothing to train on: add a reference picture.")

    def make() -> Training:
        source = ExampleSource(model, examples, prior, settings, seed, latents)
        planned = settings.updated({"steps": source.plan.steps})  # more with accepted pictures on top
        return Training(model, source, planned, seed, start_from, team)

    yield from train(model, make, resume_from, checkpoint, clock, ends_at)


def train(
    model: ImageModel,
    make: Callable[[], Training],
    resume_from: Path | None,
    checkpoint: Callable[[Checkpoint], None] | None,
    clock: Callable[[], float] = time.monotonic,
    ends_at: int | None = None,
) -> Iterator[TuneEvent]:
    """Run the training that `make` returns, from the start or from a checkpoint; see `fine_tune`.

    A training that resumes at a step with a validation tells that step first: it may have been halted in it.
    """
    training = divergence = None
    completed, kept = False, 0
    try:
        training = make()
        settings = training.settings
        total = settings.steps
        points = [every for every in (settings.checkpoint_every, settings.validate_every) if every]
        total = total if ends_at is None else min(total, ends_at)
        saved, took = clock(), 0.0
        with model.family.training_attention(model.device), compiled(model):
            divergence = Divergence(training)
            if resume_from is not None:
                training.restore(read_checkpoint(resume_from, training.source.fingerprint))
                kept = training.step
                if settings.validate_every and kept % settings.validate_every == 0:
                    yield TuneEvent(kept, total, math.nan, resumed=True)
            while training.step < total:
                loss = training.advance()
                yield TuneEvent(training.step, total, loss, training.take_notice())
                began = clock()
                is_late = began - saved >= max(CHECKPOINT_SECONDS, WRITING * took)
                is_point = any(training.step % every == 0 for every in points)
                if checkpoint is not None and (is_late or is_point):
                    divergence.check(kept)
                    checkpoint(training.checkpoint())
                    saved, kept = clock(), training.step
                    took = saved - began
            divergence.check(kept)
        completed = True
    except GeneratorExit:
        if checkpoint is not None and training is not None and divergence is not None:
            divergence.check(kept)
            checkpoint(training.checkpoint())
        raise
    finally:
        model.denoiser.disable_gradient_checkpointing()
        if not completed:
            detach(model)
