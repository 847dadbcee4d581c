"""T-LoRA: fewer of the LoRA's ranks are trained the higher the noise, in every family alike."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gal_studio.core.settings import TuneSettings
from gal_studio.engine.families.family import NoiseProcess
from gal_studio.engine.families.processes import AlphaBarProcess, FlowProcess
from gal_studio.engine.models.adapters import AdapterCard, attach_lora, detach, save_adapter, trainable
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.falling_rank import falling_rank, rank_ends
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.gradients import Gradients
from tests.engine.tiny_flows import (
    make_tiny_anima,
    make_tiny_klein,
    make_tiny_krea,
    make_tiny_qwen_image,
    make_tiny_z_image,
)
from tests.engine.trained import EXAMPLES, SETTINGS, result, same

FALLING = SETTINGS.updated({"rank": 4, "lowest_rank": 1})
TABLE = torch.linspace(1.0, 0.0, 1001)[1:].square()
PROCESSES: list[NoiseProcess] = [
    AlphaBarProcess(TABLE, "epsilon"), AlphaBarProcess(TABLE, "v_prediction"), FlowProcess(), FlowProcess(3.0)
]  # fmt: skip


@pytest.mark.parametrize("process", PROCESSES)
def test_the_rank_is_that_of_the_noise_whatever_the_process(process: NoiseProcess) -> None:
    ends = rank_ends(process, 8, 2)
    for noise, rank in ((0.01, 8), (1 / 3, 6), (1.1, 5), (3.0, 3), (30.0, 2)):
        at = torch.tensor([process.share_of(noise)])
        assert int((at < ends).sum()) == rank, noise
    assert (ends.diff() <= 0).all(), "ranks are given up from the last one on"


def gradients_at(model: ImageModel, times: float, settings: TuneSettings) -> dict[str, torch.Tensor]:
    """The gradients of a row at this share of the times, with upper factors that let them through."""
    source = ExampleSource(model, EXAMPLES[:1], [], settings, seed=0)
    attach_lora(model, settings, torch.Generator().manual_seed(0))
    for name, weight in trainable(model).items():
        if ".lora_B." in name:
            weight.data.fill_(0.01)
    gradients = Gradients(model, settings, 2, 2)
    gradients.ranks = falling_rank(model, settings)
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    process = model.family.process()
    at = process.times(2, torch.Generator().manual_seed(0), times, times + 0.01)
    gradients.add((replace(batch, times=at),), lambda loss: loss)
    return {
        name: (weight.grad.clone() if weight.grad is not None else torch.zeros(0))
        for name, weight in trainable(model).items()
    }


@pytest.mark.parametrize("make", [None, make_tiny_klein, make_tiny_z_image, make_tiny_krea])
@pytest.mark.parametrize("checkpointing", [False, True])
def test_at_high_noise_one_rank_learns_and_at_low_noise_all(
    model: ImageModel, tmp_path: Path, make: Callable[[Path], Path] | None, checkpointing: bool
) -> None:
    """Also where the backward computes activations again."""
    used = model if make is None else load_image_model(make(tmp_path / "model"), device="cpu")
    if checkpointing:
        used.denoiser.enable_gradient_checkpointing()
    settings = FALLING.updated({"resolution": None if make is None else 64})
    high, low = (gradients_at(used, times, settings) for times in (0.985, 0.0))
    used.denoiser.disable_gradient_checkpointing()
    detach(used)
    downs = [name for name in high if ".lora_A." in name and high[name].numel()]
    assert downs
    assert all(not high[name][1:].any() for name in downs)
    assert any(high[name][0].any() for name in downs)
    assert any(low[name][-1].any() for name in downs)


FLOWS = [make_tiny_klein, make_tiny_z_image, make_tiny_krea, make_tiny_anima, make_tiny_qwen_image]


@pytest.mark.parametrize("make", FLOWS)
def test_prompts_of_other_lengths_have_the_ranks_of_their_own_noise(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    """Also in a family that predicts them apart, and where the backward computes activations again."""
    model = load_image_model(make(tmp_path / "model"), device="cpu")
    model.denoiser.enable_gradient_checkpointing()
    settings = FALLING.updated({"resolution": 64})
    long = replace(EXAMPLES[1], prompt="A long tie in a style of the sea")
    source = ExampleSource(model, [EXAMPLES[0], long], [], settings, seed=0)
    (batch,) = source.next_batches(torch.Generator().manual_seed(0))
    batch = replace(batch, times=torch.tensor([20.0, 980.0]))
    found = []
    for rows in (2, 1):
        attach_lora(model, settings, torch.Generator().manual_seed(0))
        for name, weight in trainable(model).items():
            if ".lora_B." in name:
                weight.data.fill_(0.01)
        gradients = Gradients(model, settings, 2, 2)
        gradients.ranks, gradients.rows_at_once = falling_rank(model, settings), rows
        gradients.add((batch,), lambda loss: loss)
        found.append([weight.grad.clone() for weight in trainable(model).values() if weight.grad is not None])
        detach(model)
    largest = max(float(grad.abs().max()) for grad in found[1])
    for both, alone in zip(*found, strict=True):
        torch.testing.assert_close(both, alone, rtol=0.0, atol=0.01 * largest)


def test_a_training_ends_with_an_ordinary_lora_that_draws(model: ImageModel, tmp_path: Path) -> None:
    list(fine_tune(model, EXAMPLES, [], FALLING, 5))
    path = save_adapter(model, tmp_path / "lora.safetensors", AdapterCard("", "tiny", 1, 0))
    falling = result(model)
    list(fine_tune(model, EXAMPLES, [], FALLING.updated({"lowest_rank": 0}), 5))
    plain = result(model)
    assert not same(falling, plain) and falling.keys() == plain.keys()
    assert all(falling[name].shape == plain[name].shape for name in plain)
    with drawing(model, path) as ready:
        assert ready.denoiser is model.denoiser


@pytest.mark.parametrize("lowest", [0, 4, 9])
def test_a_rank_that_does_not_fall_changes_nothing(model: ImageModel, lowest: int) -> None:
    settings = FALLING.updated({"lowest_rank": lowest})
    attach_lora(model, settings, torch.Generator().manual_seed(0))
    assert falling_rank(model, settings) is None
    detach(model)
    assert falling_rank(model, FALLING) is None, "without a LoRA"
