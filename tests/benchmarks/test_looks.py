"""Whether a second round keeps the look: how its rivals draw, and what is counted of the arms."""

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.quality.looks import (
    handed_over,
    kappa,
)
from gal_studio.core.denoising import Denoising
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, detach, save_adapter, trainable
from gal_studio.engine.models.image_model import load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from tests.engine.tiny import make_tiny_pipeline
from tests.engine.trained import SETTINGS

pytestmark = pytest.mark.thorough


def test_the_last_steps_have_the_weights_of_the_first_rounds_lora(tmp_path: Path) -> None:
    model = load_image_model(make_tiny_pipeline(tmp_path / "model"), device="cpu")
    files = []
    for number in range(2):
        attach_lora(model, SETTINGS, torch.Generator().manual_seed(number))
        for weight in trainable(model).values():
            weight.data.fill_(0.1 * (number + 1))
        files.append(save_adapter(model, tmp_path / f"{number}.safetensors", AdapterCard("", "tiny", 1, 0)))
        detach(model)
    expected = []
    for path in files:
        with drawing(model, path) as ready:
            expected.append({name: one.data.clone() for name, one in ready.denoiser.named_parameters()})
    base = {name: one.data.clone() for name, one in model.denoiser.named_parameters()}
    steps = Denoising(4, (10.0, 4.0, 2.0, 1.0))
    with handed_over(model, *files, steps) as ready:
        for step, wanted in ((0, 0), (1, 0), (2, 1), (3, 1), (0, 0)):
            ready.before_step(step, steps)
            now = dict(ready.denoiser.named_parameters())
            assert all(torch.allclose(now[name], one) for name, one in expected[wanted].items()), step
    after = dict(model.denoiser.named_parameters())
    assert all(torch.equal(after[name], one) for name, one in base.items())


def test_kappa_by_hand() -> None:
    """Three of four answers agree, and half would by chance: (3/4 - 1/2) / (1 - 1/2)."""
    assert kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])) == pytest.approx(0.5)
    assert kappa(np.array([1, 1]), np.array([1, 1])) == 1.0
