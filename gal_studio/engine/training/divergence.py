"""Notice a training that diverges: its loss on the same noise rises far above that of its start."""

import math
from statistics import fmean

import torch

from gal_studio.core.errors import StudioError
from gal_studio.engine.training.trainer import Training

LIMIT = 2.0
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
        if math.isfinite(now) and now <= LIMIT * self.start:
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
