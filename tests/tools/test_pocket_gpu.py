"""Training on a GPU in miniature: its state, its data on the device, its pictures."""

from __future__ import annotations

from concurrent.futures import Future
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from tools.pocket.data.dataset import LABEL
from tools.pocket.gpu import parts
from tools.pocket.gpu.drawing import Drawers, Shard

pytestmark = pytest.mark.thorough

NO_LABELS = np.empty(0, LABEL)
NO_TOKENS = np.empty((0, 2, 40), np.int16)


def test_a_state_comes_back_from_its_parts(tmp_path: Path) -> None:
    tensors = {"a": torch.randn(300, 7) * 1e-6, "b": torch.tensor([3.0, -4.0]), "zero": torch.zeros(5)}
    files = parts.save_parts(tmp_path, tensors, {"step": 3}, part=1000, parts=8)
    assert len(files) > 1 and all(file.stat().st_size <= 1000 for file in files)
    back, facts = parts.load_parts(tmp_path.glob("*.part"))
    assert facts == {"step": 3}
    for name, value in tensors.items():
        assert torch.allclose(back[name], value, rtol=1e-3, atol=1e-3 * float(value.abs().max()))
    files[1].unlink()
    with pytest.raises(FileNotFoundError, match="state-1-of"):
        parts.load_parts(tmp_path.glob("*.part"))
    with pytest.raises(parts.TooLargeError):
        parts.save_parts(tmp_path, tensors, {}, part=100, parts=2)


def test_training_goes_on_between_shards_that_are_drawn_faster_than_it_takes_them() -> None:
    class Endless(Drawers):
        """Each shard is finished as soon as it is asked for."""

        def __init__(self) -> None:
            self.waiting = []
            for _ in range(3):
                self._ask()

        def _ask(self) -> None:
            drawn: Future[Shard] = Future()
            drawn.set_result(Shard(np.empty(0), NO_LABELS, NO_TOKENS))
            self.waiting.append(drawn)

    assert len(list(islice(Endless().ready(), 10))) == 3
