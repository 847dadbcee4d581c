"""Fine-tune the denoiser on weighted examples (Eq. G9), as a generator of progress events."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.compiled import compiled
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.checkpoints import read_checkpoint
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.trainer import Run, Training

DIVERGENCE_LIMIT = 2.0
"""The loss, in units of that at the start, above which a training has diverged."""
PROBED_ROWS = 8
"""At least so many rows are compared, always with the same pictures, times and noise."""
SEED = 0


class Divergence:
    """Compares a training with its own start.

    A step's loss depends most of all on the times that it draws. The same rows are therefore measured before
    the first step, and again before a checkpoint is saved and at the end.
    """

    def __init__(self, training: Training) -> None:
        """Measure the start: call it before the first step, and before a checkpoint is restored."""
        self._training, self.start = training, probe(training)

    def check(self, kept: int) -> None:
        """Refuse to go on if the training has diverged; `kept` is the step of its last good checkpoint."""
        if 0 < kept == self._training.step:
            return  # measured when it was kept
        now = probe(self._training)
        if math.isfinite(now) and now <= DIVERGENCE_LIMIT * self.start:
            return
        step, settings = self._training.step, self._training.settings
        what = f"or keep step {kept}" if kept else "since no earlier step was kept"
        raise StudioError(
            f"The training diverged before step {step} of {settings.steps} (its loss rose from "
            f"{self.start:.3g} to {now:.3g}): use a learning rate below {settings.learning_rate:g}, {what}."
        )


def probe(training: Training) -> float:
    """The mean loss of the same rows with the weights of now; nothing that the training draws changes."""
    generator = torch.Generator("cpu").manual_seed(SEED)
    steps = math.ceil(PROBED_ROWS / training.source.rows)
    return fmean(training.gradients.loss(training.source.next_batches(generator)) for _ in range(steps))


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
    run: Run = Run(),
) -> Iterator[TuneEvent]:
    """Train on weighted examples and on the prior's pictures.

    After the last event the adapter is attached: call `save_adapter` and `detach`. A training that is stopped
    or fails restores the base model. One that diverges fails, and its state is not saved.
    """
    if not examples:
        raise StudioError("There is nothing to train on: add a reference image.")

    def make() -> Training:
        source = ExampleSource(model, examples, prior, settings, seed, run.latents, run.teacher)
        planned = settings.updated({"steps": source.plan.steps})  # more with accepted pictures on top
        return Training(model, source, planned, seed, run)

    yield from train(model, make, run)


def train(model: ImageModel, make: Callable[[], Training], run: Run) -> Iterator[TuneEvent]:
    """Run the training that `make` returns, from the start or from a checkpoint; see `fine_tune`.

    A training that resumes at a step with a validation tells that step first: it may have been halted in it.
    """
    saving: _Saving | None = None
    completed = False
    try:
        training = make()
        settings = training.settings
        total = settings.steps if run.ends_at is None else min(settings.steps, run.ends_at)
        with model.family.training_attention(model.device, model.training_precision), compiled(model):
            saving = _Saving(training, run)
            if run.resume_from is not None:
                saving.resume(run.resume_from)
                if settings.validate_every and training.step % settings.validate_every == 0:
                    yield TuneEvent(training.step, total, math.nan, resumed=True)
            while training.step < total:
                loss = training.advance()
                yield TuneEvent(training.step, total, loss, training.gradients.take_notice())
                if saving.is_due():
                    saving.save()
            saving.end()
        completed = True
    except GeneratorExit:
        if saving is not None:
            saving.save()
        raise
    finally:
        model.denoiser.disable_gradient_checkpointing()
        if not completed:
            detach(model)


class _Saving:
    """The checkpoints of a run: when one is due, and that none is of a training that diverged."""

    def __init__(self, training: Training, run: Run) -> None:
        self._training, self._run = training, run
        settings = training.settings
        self._points = [every for every in (settings.checkpoint_every, settings.validate_every) if every]
        self._saved, self._took = run.clock(), 0.0
        self._divergence, self._kept = Divergence(training), 0

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint."""
        source = self._training.source
        self._training.restore(read_checkpoint(path, source.fingerprint, source.endless))
        self._kept = self._training.step

    def is_due(self) -> bool:
        """Whether the step is one to keep, or the last checkpoint is too old."""
        age = self._run.clock() - self._saved
        is_late = age >= max(CHECKPOINT_SECONDS, WRITING * self._took)
        return is_late or any(self._training.step % every == 0 for every in self._points)

    def save(self) -> None:
        """Hand over the state, if somebody keeps it."""
        if self._run.checkpoint is None:
            return
        began = self._run.clock()
        self.check()
        self._run.checkpoint(self._training.checkpoint())
        self._saved, self._kept = self._run.clock(), self._training.step
        self._took = self._saved - began

    def end(self) -> None:
        """Check the last state, and hand it over if more steps may follow it."""
        is_wanted = bool(self._run.checkpoint and self._training.source.endless)
        if is_wanted and self._kept < self._training.step:
            self.save()
        else:
            self.check()

    def check(self) -> None:
        """Refuse to go on if the training has diverged since the last checkpoint."""
        self._divergence.check(self._kept)
