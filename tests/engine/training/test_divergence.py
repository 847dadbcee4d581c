"""A training whose loss rises far above its own start ends, and keeps nothing of that."""

import re

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.engine.models.adapters import detach, has_lora
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.fine_tune import DIVERGENCE_LIMIT, fine_tune, probe
from gal_studio.engine.training.trainer import Run, Training
from tests.engine.trained import EXAMPLES, SETTINGS

WILD = SETTINGS.updated({"steps": 40, "learning_rate": 0.1, "method": "full", "checkpoint_every": 1})


def test_a_diverged_training_is_told_and_not_saved(model: ImageModel) -> None:
    saved: list[int] = []
    with pytest.raises(StudioError, match="The training diverged before step") as told:
        list(fine_tune(model, EXAMPLES, [], WILD, 3, Run(checkpoint=lambda state: saved.append(state.step))))
    words = re.search(r"step (\d+) of 40 \(its loss rose from ([\d.e+]+) to ([\d.e+]+)\)", str(told.value))
    assert words is not None
    assert float(words[3]) > DIVERGENCE_LIMIT * float(words[2])
    assert "use a learning rate below 0.1, " in str(told.value)
    assert saved == list(range(1, int(words[1]))), "each step before it, and none after"
    assert f"or keep step {saved[-1]}." in str(told.value) if saved else "no earlier step" in str(told.value)
    assert not has_lora(model)


def test_the_end_is_measured_too(model: ImageModel) -> None:
    with pytest.raises(StudioError, match=r"before step 2 of 2 .* since no earlier step was kept"):
        list(fine_tune(model, EXAMPLES, [], WILD.updated({"steps": 2, "checkpoint_every": 100}), 3))


def test_a_state_is_measured_once(model: ImageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    at: list[int] = []

    def counted(training: Training) -> float:
        at.append(training.step)
        return probe(training)

    monkeypatch.setattr("gal_studio.engine.training.fine_tune.probe", counted)
    short = SETTINGS.updated({"steps": 3, "checkpoint_every": 1})
    list(fine_tune(model, EXAMPLES, [], short, 3, Run(checkpoint=lambda _: None)))
    detach(model)
    assert at == [0, 1, 2, 3], "the last step was kept, and so measured already"


def test_a_usual_training_does_not_diverge(model: ImageModel) -> None:
    events = list(fine_tune(model, EXAMPLES, [], SETTINGS, 3))
    detach(model)
    assert events[-1].step == SETTINGS.steps


def test_measuring_changes_nothing_of_the_training(model: ImageModel) -> None:
    source = ExampleSource(model, EXAMPLES, [], SETTINGS, 3)
    training = Training(model, source, SETTINGS, 3)
    before = training.generator.get_state()
    first = probe(training)
    assert probe(training) == first, "the same rows again"
    assert (training.generator.get_state() == before).all()
    assert all(weight.grad is None for weight in training.weights.values())
    detach(model)
