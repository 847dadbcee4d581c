"""Out-of-memory errors of all devices are recognized, and no other errors."""

from pathlib import Path
from unittest.mock import Mock

import pytest
import torch

from gal_studio.core.settings import GenerationSettings
from gal_studio.engine.families.unet import UNetFamily
from gal_studio.engine.memory.plan import is_out_of_memory
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.sampling.sampler import DrawRequest, draw
from gal_studio.engine.training.fine_tune import fine_tune
from tests.engine.trained import EXAMPLES, SETTINGS

FULL = {
    "cuda": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    "cpu": RuntimeError("[enforce fail] data. DefaultCPUAllocator: can't allocate memory: you tried to"),
    "windows": RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 99 bytes."),
    "mps": RuntimeError("MPS backend out of memory (MPS allocated: 8.94 GB, other allocations: 6.11 GB)"),
    "onednn": RuntimeError("could not create a primitive"),
    "c++": RuntimeError("std::bad_alloc"),
    "python": MemoryError(),
}


def test_this_computers_allocator_error_is_recognized() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 46)
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize("error", FULL.values(), ids=FULL.keys())
def test_those_of_all_devices_are_recognized(error: Exception) -> None:
    """`test_fine_tune.py` and `test_sampler.py` go on after one."""
    assert is_out_of_memory(error)


def test_other_errors_are_not_out_of_memory() -> None:
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert not is_out_of_memory(RuntimeError("could not create a primitive descriptor for a convolution"))
    assert not is_out_of_memory(FileNotFoundError(Path("memory")))


def test_another_error_in_a_step_is_not_hidden(model: ImageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UNetFamily, "predict", Mock(side_effect=RuntimeError("a fault of ours")))
    with pytest.raises(RuntimeError, match="a fault of ours"):
        next(fine_tune(model, EXAMPLES, [], SETTINGS, seed=0))
    with pytest.raises(RuntimeError, match="a fault of ours"):
        next(draw(model, [DrawRequest("A cat", 1)], GenerationSettings(steps=1)))
