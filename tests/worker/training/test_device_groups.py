"""Which GPUs train together, and what becomes of a training whose other process is lost."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from torch import distributed

from gal_studio.core.settings import Settings
from gal_studio.core.types import Job
from gal_studio.engine.training.device_group import DeviceGroup
from gal_studio.studio import Studio
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from gal_studio.worker.training import device_groups
from tests.tiny_project import CHANGES, tiny_draft
from tests.worker.working import first_round, work


def choose(batch: int, kind: str = "cuda", workers: int = 1, **machine: Any) -> list[str]:
    living = frozenset(map(str, range(workers)))
    store = SimpleNamespace(workers=SimpleNamespace(living=lambda: living))
    task: Any = SimpleNamespace(store=store, settings=Settings().updated({"machine": machine}))
    model: Any = SimpleNamespace(device=torch.device(kind))
    return device_groups.devices_of(task, model, batch)


def test_gpus_of_one_kind_that_divide_the_batch_train_together(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["H100", "H100", "T4", "H100"]
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(names))
    monkeypatch.setattr(torch.cuda, "get_device_name", names.__getitem__)
    monkeypatch.setattr(distributed, "is_nccl_available", lambda: True)
    assert choose(6) == ["cuda:0", "cuda:1", "cuda:3"]
    assert choose(8) == ["cuda:0", "cuda:1"]
    assert choose(1) == choose(8, all_gpus=False) == choose(8, workers=2) == choose(8, kind="cpu") == []
    del names[1:]
    assert choose(8) == []


def trained(studio: Studio, round_id: str) -> dict[str, Any]:
    with safe_open(studio.adapter_path(round_id), framework="numpy") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


@pytest.mark.slow
@pytest.mark.thorough
def test_a_lost_process_ends_the_job_and_the_training_goes_on(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {**CHANGES, "machine": {"precision": "fp32"}}
    gathered: list[DeviceGroup] = []

    class Watched(DeviceGroup):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            gathered.append(self)

    def kill(_: Job, progress: Progress) -> None:
        if (progress.phase, progress.done) == ("fine_tune", 4):
            gathered[0]._others[0].process.kill()

    steps: list[float] = []

    def count(_: Job, progress: Progress) -> None:
        steps.append(progress.done if progress.phase == "fine_tune" else 0)

    round_id = first_round(studio, tiny_draft(names, changes=changes))
    monkeypatch.setattr(device_groups, "DeviceGroup", Watched)
    with monkeypatch.context() as both:
        both.setattr(device_groups, "devices_of", lambda *_: ["cpu", "cpu"])
        ended = work(studio, models, studio.fine_tune(round_id), kill)
    assert ended.state == "error" and "trains on cpu has ended: press Resume" in ended.message
    assert not distributed.is_initialized() and not gathered[0]._others[0].process.is_alive()
    assert work(studio, models, studio.resume(ended.id), count).state == "completed"
    assert [step for step in steps if step] == [5, 6]
    other = first_round(studio, tiny_draft(names, changes=changes, name="Alone"))
    assert work(studio, models, studio.fine_tune(other)).state == "completed"
    alone = trained(studio, other)
    assert all(
        np.allclose(weight, alone[name], rtol=1e-3, atol=1e-4)
        for name, weight in trained(studio, round_id).items()
    )
