"""Blocks that wait in main memory draw and train with the same bits, and are on the device one at a time."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import GenerationSettings, TuneSettings
from gal_studio.engine.models.adapters import AdapterCard, adapter_tensors, detach, save_adapter
from gal_studio.engine.models.factors import changes_nothing, read_changes
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.models.swapping import swap_of, swapped_blocks
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.trainer import Run
from tests.covering import few
from tests.engine.models.test_machine import needs
from tests.engine.tiny_models import FAMILIES
from tests.engine.trained import EXAMPLES, same

TUNE = TuneSettings(steps=4, batch_size=2, rank=2, prior_images=0, learning_rate=1e-2, resolution=64)
LOKR = TUNE.updated({"method": "lokr", "lokr_factor": 4})
SWAPPED = {
    **{name: (make, TUNE) for name, make in FAMILIES.items() if not name.startswith("sd")},
    "a LoKr of klein": (FAMILIES["klein"], LOKR),
    "a LoKr of qwen": (FAMILIES["qwen"], LOKR),
}


def loaded(folder: Path, **machine: Any) -> ImageModel:
    return load_image_model(folder, device="cpu", machine=MachineSettings(**machine))


def trained(model: ImageModel, run: Run = Run(), tune: TuneSettings = TUNE) -> dict[str, torch.Tensor]:
    for _ in fine_tune(model, EXAMPLES, [], tune, 3, run):
        pass
    return adapter_tensors(model)


def drawn(model: ImageModel, adapter: Path | None) -> Any:
    settings = GenerationSettings(steps=2, batch_size=2, resolution=64)
    with drawing(model, adapter) as ready:
        events = draw(ready, [DrawRequest("A cat", seed) for seed in (1, 2)], settings)
        (batch,) = [event for event in events if isinstance(event, DrawnBatch)]
    return np.stack([np.asarray(image) for image in batch.images])


@pytest.mark.parametrize("case", few(SWAPPED, "klein"))
def test_a_swapped_model_trains_and_draws_with_the_same_bits(case: Any, tmp_path: Path) -> None:
    make, tune = case
    folder = make(tmp_path / "model")
    plain, swapped = loaded(folder, checkpointing=True), loaded(folder, swapping=True)
    expected, got = trained(plain, tune=tune), trained(swapped, tune=tune)
    assert same(expected, got)
    assert not changes_nothing(read_changes(got, swapped.family.part))
    for part in swapped.family.text_parts:
        text = swap_of(part)
        assert text is not None and text.fetched and text.most <= 2
    card = AdapterCard("ink", str(folder), 1, 0)
    adapter = save_adapter(swapped, tmp_path / "ink.safetensors", card)
    detach(plain)
    detach(swapped)
    for used in (adapter, None):
        # a block's weights lie at other addresses, by which some processors' kernels round
        apart = drawn(plain, used).astype(int) - drawn(swapped, used)
        assert abs(apart).max() <= 1 and np.mean(apart != 0) < 1e-3
    swap = swap_of(swapped.denoiser)
    assert swap is not None and swap_of(plain.denoiser) is None
    blocks = swapped_blocks(swapped.denoiser)
    assert swap.fetched > 4 * 3 * len(blocks) and swap.most <= 2


def test_weights_are_elsewhere_while_a_block_waits(tmp_path: Path) -> None:
    """While a block computes, its layers have copies; before and after, the weights that wait."""
    model = loaded(FAMILIES["klein"](tmp_path / "model"), swapping=True)
    before = drawn(model, None)
    swap, block = swap_of(model.denoiser), swapped_blocks(model.denoiser)[0]
    assert swap is not None
    weight = next(block.parameters())
    inner, seen = block.forward, []

    def look(*given: Any, **named: Any) -> Any:
        seen.append(next(block.parameters()) is weight)
        return inner(*given, **named)

    block.forward = look
    assert (drawn(model, None) == before).all() and seen == [True] * len(seen)
    computing: list[bool] = []
    first = next(module for module in block.modules() if isinstance(module, torch.nn.Linear))
    own = first.weight
    hook = first.register_forward_pre_hook(
        lambda layer, _: computing.append(layer.weight is own or layer.weight.data_ptr() == own.data_ptr())
    )
    drawn(model, None)
    hook.remove()
    assert computing and not any(computing) and first.weight is own


def test_a_swapped_training_resumes_with_the_same_bits(tmp_path: Path) -> None:
    folder = FAMILIES["z-image"](tmp_path / "model")
    whole = trained(loaded(folder, swapping=True))
    kept: list[Any] = []
    model = loaded(folder, swapping=True)
    trained(model, Run(checkpoint=kept.append, ends_at=2))
    file = tmp_path / "state"
    kept[-1].save(file)
    resumed = trained(loaded(folder, swapping=True), Run(resume_from=file))
    assert same(whole, resumed)


@needs("torchao")
@pytest.mark.parametrize("tune", few({"LoRA": TUNE, "LoKr": LOKR}, "LoKr"))
def test_8_bit_weights_wait_too(tune: TuneSettings, tmp_path: Path) -> None:
    folder = FAMILIES["krea"](tmp_path / "model")
    plain, swapped = (
        loaded(folder, base="int8", checkpointing=True, swapping=is_swapped) for is_swapped in (False, True)
    )
    expected, got = trained(plain, tune=tune), trained(swapped, tune=tune)
    assert same(expected, got)
    adapter = save_adapter(swapped, tmp_path / "ink.safetensors", AdapterCard("ink", str(folder), 1, 0))
    detach(plain)
    detach(swapped)
    for used in (adapter, None):
        assert (drawn(plain, used) == drawn(swapped, used)).all()


def test_a_unet_stays_as_a_whole(tmp_path: Path) -> None:
    model = loaded(FAMILIES["sd1"](tmp_path / "model"), swapping=True)
    assert drawn(model, None).shape[0] == 2
