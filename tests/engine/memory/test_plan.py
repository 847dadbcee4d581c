"""Batch sizes are planned to fit into the free memory, or refused."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gal_studio.assets import resolve_model
from gal_studio.core.errors import StudioError
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.memory.plan import (
    MemoryPlan,
    drawing_need,
    free_memory,
    host_memory,
    plan_drawing,
    plan_training,
    training_need,
)
from gal_studio.engine.memory.slicing import slicing
from gal_studio.engine.models.adapters import detach
from gal_studio.engine.models.image_model import ImageModel, load_image_model
from gal_studio.engine.sampling import sampler
from gal_studio.engine.sampling.decode import is_flat
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.engine.sampling.sampler import DrawnBatch, DrawStep, draw
from gal_studio.engine.training import gradients as training_module
from gal_studio.engine.training.batches import ExampleSource
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.trainer import Training
from tests.engine import peak
from tests.engine.sampling.test_redrawing import drawn
from tests.engine.sampling.test_sampler import REQUESTS, difference, pictures
from tests.engine.trained import EXAMPLES, SETTINGS

TUNE = SETTINGS.updated({"batch_size": 4})
SAMPLE = GenerationSettings(steps=2, guidance_scale=3.0, batch_size=4)
LITTLE = 1000  # bytes


def peak_of(what: str, rows: int) -> int:
    """The peak memory of a process of its own, in bytes."""
    command = [sys.executable, "-m", "tests.engine.peak", what, str(rows)]
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    told = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    return int(told.stdout)


PEAKS = {  # MB of `tests.engine.peak`, 12 and 60 rows
    ("draw", "bf16", "AVX512_CORE_AMX"): (48, 163),
    ("draw", "bf16", "AVX512_CORE_BF16"): (29, 119),
    ("draw", "bf16", "AVX512_CORE"): (31, 135),
    ("draw", "bf16", "AVX2"): (61, 177),
    ("draw", "fp32", "AVX2"): (56, 217),
    ("train", "fp32", "AVX2"): (203, 892),
    ("train", "bf16", "AVX512_CORE_BF16"): (190, 634),
    ("train", "bf16", "AVX512_CORE"): (163, 640),
}
"""Drawing in bfloat16 was measured on an Intel processor with AMX under `ONEDNN_MAX_CPU_ISA`, training in
bfloat16 on an AMD EPYC with AVX512_CORE_BF16, float32 on one with AVX2. On the second EPYC, too, drawing took
(39, 98) MB with AVX512_CORE_BF16, (28, 114) with AVX512_CORE and (53, 191) with AVX2: within a quarter."""


@functools.cache
def pocket(precision: str) -> ImageModel:
    machine = MachineSettings().updated({"precision": precision})
    return load_image_model(resolve_model(peak.POCKET), device="cpu", machine=machine)


def foretold(what: str, rows: int, precision: str = "auto") -> int:
    """The plan's bytes for what `tests.engine.peak` does, on this processor."""
    model = pocket(precision)
    if what == "train":
        return training_need(model, peak.training(rows), MemoryPlan(rows))
    with drawing(model) as ready:
        return drawing_need(ready, peak.sampling(rows), MemoryPlan(rows))


@pytest.mark.parametrize(("what", "precision", "used"), PEAKS)
def test_the_plan_is_within_a_quarter_of_what_each_instruction_set_took(
    what: str, precision: str, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    capabilities = {"amx_bf16": precision == "bf16", "avx512_bf16": precision == "bf16", "avx2": True}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", used)
    for rows, measured in zip((12, 60), PEAKS[what, precision, used], strict=True):
        need = foretold(what, rows, precision) / 2**20
        assert 0.75 * measured < need < 1.25 * measured, f"{rows} rows: {need:.0f} MB foretold"


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the kernel does not tell the peak")
@pytest.mark.parametrize(("what", "rows"), [("train", 12), ("draw", 20)])
def test_the_plan_forgets_nothing_on_this_processor(what: str, rows: int) -> None:
    """A processor that was not measured may need half as much again, or half of what is planned."""
    need, measured = foretold(what, rows), peak_of(what, rows)
    if measured >= 1.5 * need:  # the allocator sometimes keeps more than is needed
        measured = min(measured, peak_of(what, rows))
    print(f"{what} {rows}: {need / 2**20:.0f} MB foretold, {measured / 2**20:.0f} MB measured")
    assert need / 2 < measured < 1.5 * need


def test_more_rows_need_more_and_low_memory_needs_less(model: ImageModel) -> None:
    one, four, spared = (
        training_need(model, TUNE, plan)
        for plan in (MemoryPlan(1), MemoryPlan(4), MemoryPlan(4, low_memory=True))
    )
    assert one < four < 4 * one
    assert spared < four
    assert drawing_need(model, SAMPLE, MemoryPlan(1)) < drawing_need(model, SAMPLE, MemoryPlan(4))
    assert drawing_need(model, SAMPLE, MemoryPlan(1, low_memory=True)) < drawing_need(
        model, SAMPLE, MemoryPlan(1)
    )
    assert training_need(model, TUNE.updated({"method": "full"}), MemoryPlan(1)) > 3 * 4 * sum(
        weight.numel() for weight in model.denoiser.parameters()
    )


def test_batch_sizes_are_halved_until_they_fit(model: ImageModel) -> None:
    need = training_need(model, TUNE, MemoryPlan(2))
    assert plan_training(model, TUNE, 4, None) == MemoryPlan(4)
    assert plan_training(model, TUNE, 4, training_need(model, TUNE, MemoryPlan(4))) == MemoryPlan(4)
    assert plan_training(model, TUNE, 4, need) == MemoryPlan(2)
    assert plan_training(
        model, TUNE, 4, training_need(model, TUNE, MemoryPlan(1, low_memory=True))
    ) == MemoryPlan(1, True)
    with pytest.raises(
        StudioError, match=r"not enough free memory to train this model: \d+ MB are needed, but only 0 MB are"
    ):
        plan_training(model, TUNE, 4, LITTLE)
    assert plan_drawing(model, SAMPLE, drawing_need(model, SAMPLE, MemoryPlan(2))) == MemoryPlan(2)
    with pytest.raises(
        StudioError,
        match=r"not enough free memory to generate one image: \d+ MB are needed, but only 0 MB are",
    ):
        plan_drawing(model, SAMPLE, LITTLE)


def test_a_training_starts_with_the_rows_that_fit_with_one_notice(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [event.loss for event in fine_tune(model, EXAMPLES, [], TUNE, seed=0)]
    detach(model)
    room = training_need(model, TUNE, MemoryPlan(2))
    monkeypatch.setattr(training_module, "free_memory", lambda _device: room)
    events = list(fine_tune(model, EXAMPLES, [], TUNE, seed=0))
    detach(model)
    assert [event.loss for event in events] == pytest.approx(expected, rel=2e-2)
    assert [bool(event.notice) for event in events] == [True, *[False] * 5]
    assert "Memory is short: each step processes 2 of its 4" in events[0].notice
    monkeypatch.setattr(training_module, "free_memory", lambda _device: LITTLE)
    with pytest.raises(StudioError, match="not enough free memory to train"):
        next(fine_tune(model, EXAMPLES, [], TUNE, seed=0))


def test_the_notice_of_a_step_of_one_picture_names_no_split(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = TUNE.updated({"batch_size": 1})
    room = training_need(model, alone, MemoryPlan(1, low_memory=True))
    monkeypatch.setattr(training_module, "free_memory", lambda _device: room)
    events = fine_tune(model, EXAMPLES, [], alone, seed=0)
    notice = next(events).notice
    events.close()
    assert "more time and less memory" in notice and "of its" not in notice


def test_a_resumed_training_keeps_its_order_of_summation(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More free memory after a resume changes nothing: the result is the same bit for bit."""
    source = ExampleSource(model, EXAMPLES, [], TUNE, 0)
    with monkeypatch.context() as patch:
        room = training_need(model, TUNE, MemoryPlan(2))
        patch.setattr(training_module, "free_memory", lambda _device: room)
        state = Training(model, source, TUNE, 0).checkpoint()
    resumed = Training(model, source, TUNE, 0)
    assert resumed.rows_at_once == 4
    resumed.restore(state)
    assert resumed.rows_at_once == 2
    detach(model)


def test_sampling_uses_the_batch_that_fits_with_one_notice(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = drawing_need(model, SAMPLE, MemoryPlan(1))
    monkeypatch.setattr(sampler, "free_memory", lambda _device: room)
    events = list(draw(model, REQUESTS, SAMPLE))
    notices = [event.notice for event in events if isinstance(event, DrawStep) and event.notice]
    assert notices == ["Memory is short: continuing with batches of 1."]
    assert sum(len(event.images) for event in events if isinstance(event, DrawnBatch)) == 5
    monkeypatch.setattr(sampler, "free_memory", lambda _device: LITTLE)
    with pytest.raises(StudioError, match="not enough free memory to generate one image"):
        next(draw(model, REQUESTS, SAMPLE))


def test_out_of_memory_at_one_picture_slices_and_tiles(
    model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decoding a whole picture fails: four tiles are decoded, and the model is restored."""
    whole, processors = pictures(model, REQUESTS[:2], SAMPLE), dict(model.denoiser.attn_processors)
    plain = model.autoencoder.decoder.forward

    def small(latents: torch.Tensor, *rest: object) -> torch.Tensor:
        if latents.shape[-1] > 4:
            raise torch.OutOfMemoryError("full")
        return plain(latents, *rest)

    monkeypatch.setattr(model.autoencoder.decoder, "forward", small)
    events = list(draw(model, REQUESTS[:2], SAMPLE))
    notices = [event.notice for event in events if isinstance(event, DrawStep) and event.notice]
    assert ["batches of 2" in notices[0], "batches of 1" in notices[1]] == [True, True]
    assert "decoded in tiles, which changes them" in notices[2]
    tiled = [image for event in events if isinstance(event, DrawnBatch) for image in event.images]
    assert [image.size for image in tiled] == [(32, 32), (32, 32)]
    assert not any(is_flat(image) for image in tiled)
    assert difference(tiled[0], whole[0]) > 0  # which is why there is a notice
    assert model.autoencoder.use_tiling is False
    assert dict(model.denoiser.attn_processors) == processors


def test_slicing_changes_a_picture_by_rounding_only(model: ImageModel) -> None:
    plain = drawn(model, torch.float32)
    with slicing(model, 16):  # tiles are as large as the picture
        sliced = drawn(model, torch.float32)
    assert all(difference(*pair) <= 1 for pair in zip(plain.images, sliced.images, strict=True))


@pytest.mark.parametrize("version", [1, 2])
def test_a_containers_limit_is_respected(tmp_path: Path, version: int) -> None:
    names = {
        1: ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
        2: ("memory.max", "memory.current", "inactive_file"),
    }[version]
    (tmp_path / "memory").mkdir()
    (tmp_path / names[0]).write_text("3000000\n")
    (tmp_path / names[1]).write_text("2500000\n")
    assert host_memory(tmp_path) == 500_000
    statistics = tmp_path / ("memory/memory.stat" if version == 1 else "memory.stat")
    statistics.write_text(f"anon 7\n{names[2]} 400000\n")
    assert host_memory(tmp_path) == 900_000
    (tmp_path / names[1]).write_text("9000000\n")
    assert host_memory(tmp_path) == 0


def test_without_a_limit_the_whole_memory_counts(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("5\n")
    assert host_memory(tmp_path) > 1 << 20
    assert free_memory(torch.device("cpu")) is not None
