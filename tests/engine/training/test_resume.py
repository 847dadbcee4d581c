"""Resuming from a checkpoint: fingerprints, devices, and what is refused."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import RefineSettings, TuneSettings
from gal_studio.engine.models.image_model import ImageModel
from gal_studio.engine.training.checkpoints import (
    CheckpointError,
    disk_error,
    fingerprint,
    optimizer_state,
    read_checkpoint,
    restore_state,
)
from gal_studio.engine.training.fine_tune import fine_tune
from gal_studio.engine.training.trainer import Run
from tests.engine.trained import EXAMPLES, PRIOR, SETTINGS, result, same


def named(**changes: Any) -> str:
    return fingerprint(SETTINGS.updated(changes), 5, EXAMPLES, PRIOR)


def test_settings_without_effect_keep_the_fingerprint() -> None:
    assert named(preview_every=7) == named(checkpoint_every=9) == named()
    assert len({named(), named(rank=3), named(learning_rate=0.5), named(steps=7), named(crop="random")}) == 5
    refine = RefineSettings(checkpoint_every=9, pairs=3, next_round="repeat", clean_background="on grass")
    assert refine.essential == RefineSettings(clean_background="", pairs=1)
    assert TuneSettings(preview_every=7, rank=3).essential == TuneSettings(rank=3)


def test_resume_with_other_intervals_is_bit_for_bit(model: ImageModel, tmp_path: Path) -> None:
    list(fine_tune(model, EXAMPLES, PRIOR, SETTINGS, 5))
    expected, path = result(model), tmp_path / "checkpoint"
    events = fine_tune(model, EXAMPLES, PRIOR, SETTINGS, 5, Run(checkpoint=lambda state: state.save(path)))
    for _ in range(4):
        next(events)
    events.close()
    other = SETTINGS.updated({"preview_every": 2, "checkpoint_every": 1})
    assert [event.step for event in fine_tune(model, EXAMPLES, PRIOR, other, 5, Run(resume_from=path))] == [
        5,
        6,
    ]
    assert same(result(model), expected)


def adamw(device: str, **how: bool) -> tuple[dict[str, torch.nn.Parameter], torch.optim.Optimizer]:
    weights = {name: torch.nn.Parameter(torch.ones(2, device=device)) for name in ("first", "second")}
    return weights, torch.optim.AdamW(weights.values(), lr=0.1, **how)


def stepped(weights: dict[str, torch.nn.Parameter], optimizer: torch.optim.Optimizer) -> None:
    for number, weight in enumerate(weights.values(), start=1):
        weight.grad = torch.full_like(weight, number)
    optimizer.step()


def test_the_restored_state_is_on_the_optimizers_device() -> None:
    """A fused or capturable AdamW keeps its step counts on the weights' device."""
    weights, optimizer = adamw("cpu")
    stepped(weights, optimizer)
    tensors = optimizer_state(weights, optimizer)
    there, elsewhere = adamw("meta", capturable=True)
    restore_state(there, elsewhere, tensors)
    for weight in there.values():
        state = elsewhere.state[weight]
        assert {key: value.device.type for key, value in state.items()} == {
            "step": "meta", "exp_avg": "meta", "exp_avg_sq": "meta",
        }  # fmt: skip
        assert {value.dtype for value in state.values()} == {torch.float32}


@pytest.mark.parametrize("fused", [False, True])
def test_the_restored_optimizer_continues_exactly(fused: bool) -> None:
    weights, optimizer = adamw("cpu", fused=fused)
    stepped(weights, optimizer)
    tensors = optimizer_state(weights, optimizer)
    stepped(weights, optimizer)
    again, other = adamw("cpu", fused=fused)
    restore_state(again, other, tensors)
    stepped(again, other)
    assert same(optimizer_state(again, other), optimizer_state(weights, optimizer))


def test_a_checkpoint_before_the_first_step_is_restored() -> None:
    weights, optimizer = adamw("cpu")
    tensors = optimizer_state(weights, optimizer)
    stepped(weights, optimizer)
    restore_state(weights, optimizer, tensors)
    assert not any(optimizer.state[weight] for weight in weights.values())
    assert weights["second"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", ["weight.first", "exp_avg.second"])
def test_other_shapes_are_refused_and_change_nothing(name: str) -> None:
    weights, optimizer = adamw("cpu")
    stepped(weights, optimizer)
    tensors = {**optimizer_state(weights, optimizer), name: torch.zeros(3)}
    fresh, other = adamw("cpu")
    with pytest.raises(CheckpointError, match="does not match"):
        restore_state(fresh, other, tensors)
    assert fresh["first"].tolist() == [1.0, 1.0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def not_finite(path: Path) -> None:
    save_file({"a": torch.tensor([float("nan")])}, path, metadata={"fingerprint": "f", "step": "1"})


def of_another(path: Path) -> None:
    save_file({"a": torch.zeros(1)}, path, metadata={"fingerprint": "g", "step": "1"})


@pytest.mark.parametrize(
    ("change", "why"),
    [(cut, "is damaged"), (not_finite, "not finite"), (of_another, "belongs to a training")],
)
def test_unusable_checkpoints_raise_their_own_error(
    tmp_path: Path, change: Callable[[Path], None], why: str
) -> None:
    path = tmp_path / "step-1.safetensors"
    save_file({"a": torch.zeros(1)}, path, metadata={"fingerprint": "f", "step": "1"})
    assert read_checkpoint(path, "f").step == 1
    change(path)
    with pytest.raises(CheckpointError, match=why):
        read_checkpoint(path, "f")


def test_a_disk_error_is_not_a_damaged_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "step-1.safetensors"
    of_another(path)

    def refuse(*_arguments: Any, **_names: Any) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(StudioError, match=r"cannot be read \(Permission denied\): check the disk") as caught:
        read_checkpoint(path, "f")
    assert not isinstance(caught.value, CheckpointError)


def test_a_disk_error_is_found_in_the_message() -> None:
    for error in (OSError("No such device (os error 19)"), SafetensorError("I/O error: (os error 19)")):
        refusal = disk_error(error)
        assert refusal is not None
        assert (refusal.errno, refusal.strerror) == (errno.ENODEV, "No such device")
    assert disk_error(OSError(errno.EIO, "Input/output error")) is not None
    assert disk_error(SafetensorError("Error while deserializing header: incomplete")) is None
