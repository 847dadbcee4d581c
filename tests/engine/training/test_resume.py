"""Resuming from a checkpoint: fingerprints, devices, and what is refused."""

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

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


@pytest.mark.parametrize("method", ["lora", pytest.param("lokr", marks=pytest.mark.thorough)])
def test_resume_with_other_intervals_is_bit_for_bit(method: str, model: ImageModel, tmp_path: Path) -> None:
    settings = SETTINGS.updated({"method": method})
    list(fine_tune(model, EXAMPLES, PRIOR, settings, 5))
    expected, path = result(model), tmp_path / "checkpoint"
    events = fine_tune(model, EXAMPLES, PRIOR, settings, 5, Run(checkpoint=lambda state: state.save(path)))
    for _ in range(4):
        next(events)
    events.close()
    other = settings.updated({"preview_every": 2, "checkpoint_every": 1})
    assert [event.step for event in fine_tune(model, EXAMPLES, PRIOR, other, 5, Run(resume_from=path))] == [
        5,
        6,
    ]
    assert same(result(model), expected)


def test_more_steps_are_bit_for_bit_those_of_a_training_asked_for_them_at_once(
    model: ImageModel, tmp_path: Path
) -> None:
    longer, path = SETTINGS.updated({"steps": 9, "warmup_steps": 8}), tmp_path / "checkpoint"
    list(fine_tune(model, EXAMPLES, PRIOR, longer, 5))
    expected = result(model)
    keep = Run(checkpoint=lambda state: state.save(path))
    shorter = longer.updated({"steps": 5})  # between two checkpoints: the last state is saved all the same
    list(fine_tune(model, EXAMPLES, PRIOR, shorter, 5, keep))
    assert not same(result(model), expected)
    events = fine_tune(model, EXAMPLES, PRIOR, longer, 5, Run(resume_from=path))
    assert [event.step for event in events] == [6, 7, 8, 9]
    assert same(result(model), expected)


@pytest.mark.parametrize(
    "change", [{"schedule": "cosine"}, {"rank": 3}, {"seed": 6}, {"weight": 0.5}], ids=str
)
def test_a_training_whose_steps_are_others_does_not_go_on(
    model: ImageModel, tmp_path: Path, change: dict[str, Any]
) -> None:
    path, other = tmp_path / "checkpoint", dict(change)
    list(fine_tune(model, EXAMPLES, PRIOR, SETTINGS, 5, Run(checkpoint=lambda state: state.save(path))))
    result(model)
    seed, examples = (
        other.pop("seed", 5),
        [replace(EXAMPLES[0], weight=other.pop("weight", 1.0)), EXAMPLES[1]],
    )
    longer = SETTINGS.updated({"steps": 9, **other})
    with pytest.raises(CheckpointError, match="belongs to a training with other settings or images"):
        list(fine_tune(model, examples, PRIOR, longer, seed, Run(resume_from=path)))


def test_a_rounded_share_of_references_ends_at_its_own_step(model: ImageModel, tmp_path: Path) -> None:
    """With 0.3 of all draws for accepted pictures, 6 steps become 9 (two thirds), 7 become 10 (0.7)."""
    path, given = tmp_path / "checkpoint", [EXAMPLES[0], replace(EXAMPLES[1], is_reference=False)]
    shared = SETTINGS.updated({"accepted_share": 0.3})
    list(fine_tune(model, given, PRIOR, shared, 5, Run(checkpoint=lambda state: state.save(path))))
    result(model)
    with pytest.raises(CheckpointError, match="belongs to a training"):
        list(fine_tune(model, given, PRIOR, shared.updated({"steps": 7}), 5, Run(resume_from=path)))
    same_share = fine_tune(model, given, PRIOR, shared.updated({"steps": 8}), 5, Run(resume_from=path))
    assert [event.step for event in same_share] == [10, 11, 12]
    result(model)


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
    monkeypatch.setattr(Path, "open", Mock(side_effect=PermissionError(errno.EACCES, "Permission denied")))
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
