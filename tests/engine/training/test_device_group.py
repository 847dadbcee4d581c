"""Training with another process gives what one process gives; one that cannot take part says why."""

import multiprocessing
import pickle
import signal
from pathlib import Path

import pytest
import torch

from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import TuneSettings
from gal_studio.engine.memory.plan import MemoryPlan
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.training import gradients
from gal_studio.engine.training.collectives import RankConfig
from gal_studio.engine.training.device_group import DeviceGroup
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.latents import ExamplePicture
from gal_studio.engine.training.rank import run_rank
from gal_studio.engine.training.trainer import Run
from tests.engine.conftest import noise_picture
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.trained import EXAMPLES, PRIOR, result, same
from tests.engine.training.waiting import wait_for

TUNE = TuneSettings(steps=4, batch_size=3, rank=2)
KEPT = TUNE.updated({"crop": "none"})
SHAPES = [ExamplePicture(noise_picture(7, *size), "A cat") for size in ((60, 120), (130, 70), (64, 64))]
MACHINE = MachineSettings(precision="fp32")


@pytest.mark.slow
def test_two_processes_train_what_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six rows in two shares of three: as one process that computes three rows at a time, bit for bit.

    Shares of a step with several shapes have rows of several batches.
    """
    folder = make_tiny_pipeline(tmp_path / "pipeline")
    model = load_image_model(folder, device="cpu", machine=MACHINE)
    group = DeviceGroup(str(folder), {}, MACHINE, TUNE, ["cpu", "cpu"])
    try:
        alone = [event.loss for event in fine_tune(model, EXAMPLES, PRIOR, TUNE, seed=3)]
        whole = result(model)
        wait_for(group)
        shared = [event.loss for event in fine_tune(model, EXAMPLES, PRIOR, TUNE, 3, Run(group=group))]
        halves = result(model)
        trained = []
        for others in (group, None):
            losses = [event.loss for event in fine_tune(model, SHAPES, PRIOR, KEPT, 3, Run(group=others))]
            trained.append((losses, result(model)))
    finally:
        group.close()
    assert shared == pytest.approx(alone, rel=1e-5)
    assert all(torch.allclose(halves[name], whole[name], rtol=1e-3, atol=1e-5) for name in whole)
    (together, shapes), (apart, same_shapes) = trained
    assert together == pytest.approx(apart, rel=1e-5)
    assert all(torch.allclose(shapes[name], same_shapes[name], rtol=1e-3, atol=1e-5) for name in shapes)
    monkeypatch.setattr(gradients, "plan_training", lambda *_: MemoryPlan(3))
    list(fine_tune(model, EXAMPLES, PRIOR, TUNE, seed=3))
    assert same(result(model), halves)


def test_a_process_that_cannot_open_the_model_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    own, other = multiprocessing.Pipe()
    run_rank(other, RankConfig(str(tmp_path / "gone"), {}, MACHINE, TUNE, "cpu", 1, 2, ""))
    refusal = pickle.loads(own.recv_bytes())
    assert isinstance(refusal, StudioError) and "no model folder" in str(refusal)
