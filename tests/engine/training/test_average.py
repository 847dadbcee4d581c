"""The running average of the weights (EMA): by hand, over a resume, and off by default."""

from pathlib import Path

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.average import kept_share
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.checkpoints import Checkpoint
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.trainer import Run, Training
from tests.engine.trained import EXAMPLES, SETTINGS, result, same

AVERAGED = SETTINGS.updated({"average_decay": 0.5})


def test_the_share_that_is_kept_rises_to_the_decay() -> None:
    assert [kept_share(0.99, step) for step in (1, 8)] == [2 / 11, 0.5]
    assert kept_share(0.99, 10_000) == 0.99


def test_it_ends_with_the_average_of_what_its_steps_gave(model: ImageModel) -> None:
    training = Training(model, ExampleSource(model, EXAMPLES, [], AVERAGED, 4), AVERAGED, 4)
    mean = {name: weight.detach().clone() for name, weight in training.weights.items()}
    for step in range(1, 5):
        training.advance()
        kept = min(0.5, (1 + step) / (10 + step))
        mean = {name: kept * mean[name] + (1 - kept) * training.weights[name].detach() for name in mean}
    assert not all(torch.allclose(mean[name], training.weights[name]) for name in mean)
    training.finish()
    for name, weight in training.weights.items():
        assert torch.allclose(weight, mean[name], atol=1e-7)
    detach(model)


def test_it_goes_on_bit_for_bit_and_changes_only_how_the_training_ends(
    model: ImageModel, tmp_path: Path
) -> None:
    states: list[Checkpoint] = []
    list(fine_tune(model, EXAMPLES, [], AVERAGED, 5, Run(checkpoint=states.append)))
    averaged, last = result(model), states[-1]
    assert last.step == 6
    list(fine_tune(model, EXAMPLES, [], SETTINGS, 5))
    plain = result(model)
    assert not same(averaged, plain)
    assert all(torch.equal(last.tensors[f"weight.{name}"], plain[name]) for name in plain)
    states[0].save(tmp_path / "half")
    list(fine_tune(model, EXAMPLES, [], AVERAGED, 5, Run(resume_from=tmp_path / "half")))
    assert same(result(model), averaged)


def test_a_whole_denoiser_is_not_held_twice() -> None:
    with pytest.raises(StudioError, match="holds the weights twice: set it to 0, or train a LoRA"):
        TuneSettings(average_decay=0.9, method="full")
