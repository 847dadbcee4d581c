"""Pictures, settings and helpers shared by the training tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import detach, trainable
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.trainer import Run
from tests.engine.conftest import noise_picture

SETTINGS = TuneSettings(steps=6, batch_size=2, rank=2, checkpoint_every=3)
EXAMPLES = [
    ExamplePicture(noise_picture(1), "A cat in a style", 1.0),
    ExamplePicture(noise_picture(2), "A tie in a style", 0.3),
]
PRIOR = [ExamplePicture(noise_picture(seed), "a photo of a cat") for seed in (3, 4)]


def result(model: ImageModel) -> dict[str, torch.Tensor]:
    """Return the trained weights, and restore the base model."""
    weights = {name: weight.detach().clone() for name, weight in trainable(model).items()}
    detach(model)
    return weights


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def check_resume(
    model: ImageModel, begin: Callable[[Run], Iterator[TuneEvent]], path: Path, stop_after: int = 4
) -> None:
    """A training that is stopped and goes on has the losses and weights of a whole one, bit for bit."""
    whole = [event.loss for event in begin(Run())]
    expected = result(model)
    events = begin(Run(checkpoint=lambda state: state.save(path)))
    first = [next(events).loss for _ in range(stop_after)]
    events.close()  # with a checkpoint
    rest = [event.loss for event in begin(Run(resume_from=path))]
    assert first + rest == whole
    assert same(result(model), expected)
