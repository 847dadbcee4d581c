"""Checkpoints by time: when they are due, how trainings resume, and what is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.engine.models.adapters import AdapterCard, detach, save_adapter, trainable
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.checkpoints import Checkpoint
from gal_studio.engine.training.fine_tune import TuneEvent, fine_tune
from gal_studio.engine.training.patchdpo import refine
from gal_studio.engine.training.trainer import Run, Training
from tests.engine.trained import EXAMPLES, PRIOR, result, same
from tests.engine.training.test_patchdpo import PAIRS

TUNE = TuneSettings(steps=8, batch_size=2, rank=2, checkpoint_every=100, crop="random")
REFINE = RefineSettings(steps=8, batch_size=2, learning_rate=1e-3, mix=0.25, checkpoint_every=100)

Start = Callable[..., Iterator[TuneEvent]]


class StepClock:
    """A clock that advances with every step of a training."""

    def __init__(self, seconds: float) -> None:
        self.now, self.seconds = 0.0, seconds

    def __call__(self) -> float:
        return self.now

    def along(self, events: Iterator[TuneEvent]) -> Iterator[TuneEvent]:
        for event in events:
            self.now += self.seconds
            yield event


@pytest.fixture(params=["fine_tune", "refine"])
def run(request: pytest.FixtureRequest, model: ImageModel, tmp_path: Path) -> Start:
    """A training of eight steps without checkpoints by steps."""
    if request.param == "fine_tune":
        return lambda **more: fine_tune(model, EXAMPLES, PRIOR, TUNE, 5, Run(**more))
    list(fine_tune(model, EXAMPLES, [], TUNE.updated({"steps": 1}), 0))
    start = save_adapter(model, tmp_path / "adapter", AdapterCard("in a style", "tiny", 1, 0))
    detach(model)
    return lambda **more: refine(
        model, PAIRS, EXAMPLES, PRIOR, REFINE, TUNE, 5, Run(start_from=start, **more)
    )


@pytest.mark.parametrize(
    ("seconds", "to_write", "expected"),
    [
        pytest.param(4.0, 0.0, [4], id="every 16 seconds"),
        pytest.param(8.0, 3.0, [2, 6], id="the second one 32 seconds after the first, which took 3"),
        pytest.param(0.01, 0.0, [], id="a fast training has none"),
    ],
)
def test_a_checkpoint_is_due_when_the_last_one_is_old(
    run: Start, model: ImageModel, seconds: float, to_write: float, expected: list[int]
) -> None:
    taken: list[int] = []
    clock = StepClock(seconds)

    def write(state: Checkpoint) -> None:
        taken.append(state.step)
        clock.now += to_write

    list(clock.along(run(checkpoint=write, clock=clock)))
    detach(model)
    # without the last state, which a fine-tuning hands over in any case, since more steps may follow it
    assert [step for step in taken if step < TUNE.steps] == expected


def test_resume_from_a_checkpoint_by_time_is_bit_for_bit(
    run: Start, model: ImageModel, tmp_path: Path
) -> None:
    """A training killed after step five resumes at step four, with the same result."""
    whole = [event.loss for event in run(clock=StepClock(0.0))]
    expected, path, clock = result(model), tmp_path / "checkpoint", StepClock(4.0)
    events = run(checkpoint=lambda state: None if path.exists() else state.save(path), clock=clock)
    along = clock.along(events)
    first = [next(along).loss for _ in range(5)][:4]
    events.close()
    rest = [event.loss for event in run(resume_from=path, clock=StepClock(0.0))]
    assert first + rest == whole
    assert same(result(model), expected)


def test_a_checkpoint_is_always_finite(model: ImageModel) -> None:
    training = Training(model, ExampleSource(model, EXAMPLES, [], TUNE, 0), TUNE, 0)
    assert isinstance(training.checkpoint(), Checkpoint)
    with torch.no_grad():
        next(iter(trainable(model).values())).view(-1)[0] = float("inf")
    with pytest.raises(StudioError, match=r"at step 0 of 8: the weights are not finite; use a learn"):
        training.checkpoint()
    detach(model)
