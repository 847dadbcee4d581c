"""A model's size, measured without weights, gives the need that the engine plans with the weights loaded."""

from pathlib import Path

import pytest

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.memory.need import FRAGMENTED, need
from gal_studio.core.settings import Settings
from gal_studio.engine.memory.plan import MemoryPlan, drawing_need, trained_weights, training_need
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.worker.shape import shape_of_folder
from tests.engine.tiny import make_tiny_xl_pipeline
from tests.engine.tiny_flows import make_tiny_klein

MAKERS = {"xl": make_tiny_xl_pipeline, "klein": make_tiny_klein}


@pytest.mark.parametrize("again", [False, pytest.param(True, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("family", MAKERS)
def test_a_need_is_that_of_the_loaded_model(
    tmp_path: Path, family: str, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for planner in ("gal_studio.core.memory.need", "gal_studio.engine.memory.plan"):
        monkeypatch.setattr(f"{planner}.kept", lambda *_, **__: 0)  # it hangs on the processor
    folder = MAKERS[family](tmp_path)
    shape = shape_of_folder(folder)
    model = load_image_model(folder, "cpu", machine=MachineSettings(precision="bf16"))
    counted = [
        sum(weight.numel() for part in parts for weight in part.parameters())
        for parts in ((model.denoiser,), (model.autoencoder,), model.family.text_parts)
    ]
    assert [shape.denoiser, shape.autoencoder, shape.text] == counted
    settings = Settings().updated({
        "tune": {"batch_size": 3, "rank": 8},
        "generation": {"batch_size": 3},
        "machine": {"precision": "bf16", "checkpointing": again},
    })  # fmt: skip
    model.machine = settings.machine
    weights = 2 * shape.denoiser + 4 * shape.autoencoder + 2 * shape.text
    found, plan = need(shape, settings, "cpu"), MemoryPlan(3)
    step = found.training / FRAGMENTED["lora"] - weights
    assert step == pytest.approx(training_need(model, settings.tune, plan), rel=0.1)
    replaced = 2 * shape.targeted[settings.tune.target]  # `drawing` has taken these when the engine plans
    drawn = found.drawing / FRAGMENTED["drawing"]
    assert drawn - weights - replaced == pytest.approx(
        drawing_need(model, settings.generation, plan), rel=0.1
    )
    assert shape.lora["all"] * 8 == trained_weights(model, settings.tune)
