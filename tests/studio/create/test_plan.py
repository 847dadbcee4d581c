"""What a new project is told of memory and time, and the device that it is told for."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gal_studio.assets import load_preset, load_shape
from gal_studio.core.memory.need import DeviceKind, operations
from gal_studio.core.memory.room import GIGABYTE
from gal_studio.core.settings import Settings
from gal_studio.state.tables.rounds import Timings
from gal_studio.studio.create import plan
from gal_studio.studio.create.plan import fitted, plan_judging, plan_round, round_seconds
from gal_studio.studio.device import Device

XL = load_preset("sdxl")
SHAPE = load_shape("sdxl")


def sized(total: float, free: float | None = None, kind: DeviceKind = "cuda") -> Device:
    return Device(kind, "this GPU", int(total * GIGABYTE), int((free or total) * GIGABYTE))


@pytest.fixture(autouse=True)
def everything_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "missing_packages", frozenset)


def told(monkeypatch: pytest.MonkeyPatch, here: Device, **changes: Any) -> plan.RoundPlan:
    monkeypatch.setattr(plan, "this_device", lambda: here)
    settings = fitted(XL, "style", here).updated(changes)
    return plan_round(None, SHAPE, XL.base_model, settings, "style")


def test_a_sentence_names_the_need_the_device_and_the_means(monkeypatch: pytest.MonkeyPatch) -> None:
    large = told(monkeypatch, sized(24))
    assert large.sentence.startswith("Needs about 17.0 GB (estimate: 17.0 GB to train, ")
    assert "this GPU: 24.0 GB of 24.0 GB free. The time is known" in large.sentence
    small = told(monkeypatch, sized(8))
    assert "To fit, the text encoder stays in main memory, " in small.sentence
    assert not (large.doubt or large.warning or small.doubt or small.warning)


def test_what_judging_needs_says_nothing_of_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    for gigabytes, fits in ((24, True), (1, False)):
        here = sized(gigabytes)
        monkeypatch.setattr(plan, "this_device", lambda here=here: here)
        settings = fitted(XL, "style", here)
        found = plan_judging(None, SHAPE, XL.base_model, settings, "style")
        assert "to generate (estimate); this GPU: " in found.sentence and "train" not in found.sentence
        assert (found.doubt == "") == fits


def test_on_a_processor_the_programs_take_memory_too(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ", 858 MB for the programs themselves); "
    assert own in told(monkeypatch, sized(64, kind="cpu")).sentence
    assert "programs" not in told(monkeypatch, sized(64)).sentence


def test_a_gpu_that_torch_cannot_use_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    why = "this PyTorch is built without CUDA: close GAL Studio"
    here = replace(sized(64, kind="cpu"), unused_gpu="NVIDIA RTX 3060", why_unused=why)
    unused = f"NVIDIA RTX 3060 is not used, since {why}."
    assert told(monkeypatch, here).warning.startswith(unused)
    small = replace(here, total=2 << 30, free=2 << 30)
    assert told(monkeypatch, small).doubt.startswith(unused)


def test_settings_follow_what_is_free_and_a_warning_says_what_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fitted(XL, "style", sized(24, free=8)).machine.checkpointing
    assert fitted(XL, "style", sized(24)) == plan.starting_settings("style", XL, is_own=False)
    busy = told(monkeypatch, sized(24, free=1))
    assert busy.warning.startswith("Only 1.0 GB are free now and a round needs") and not busy.doubt


def test_a_doubt_names_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = told(monkeypatch, sized(8), machine={"checkpointing": False, "text_off_device": False}).doubt
    assert plain.startswith("This GPU has 8.0 GB of memory, and a round of this model needs ")
    assert plain.endswith("reset the fields under Memory and speed, or choose a lower resolution.")
    assert told(monkeypatch, sized(3)).doubt.endswith(" instead.")
    monkeypatch.setattr(plan, "missing_packages", lambda: frozenset({"base"}))
    lacking = told(monkeypatch, sized(5.5)).doubt
    assert " instead, or install 8-bit weights, with which it fits (docs/models.md, Memory)" in lacking
    assert "pip" not in lacking


def timed(model: str, settings: Settings | None = None) -> Any:
    """A store in which this model took half a second for a step and a quarter for a picture."""
    known = {model: Timings(0.5, 0.25, settings)}
    return SimpleNamespace(rounds=SimpleNamespace(timings=lambda name: known.get(name, Timings(None, None))))


def test_the_time_of_another_model_is_scaled_by_its_operations() -> None:
    """Pocket took half a second for a step and a quarter for a picture."""
    pocket = load_preset("pocket")
    store = timed(pocket.base_model)
    own = load_shape("pocket"), pocket.base_model, pocket.settings["style"]
    steps = pocket.settings["style"].tune.steps
    assert round_seconds(store, *own, "style") == pytest.approx(steps * 0.5 + 126 * 0.25)
    settings = XL.settings["style"]
    step, picture = (
        operations(SHAPE, settings, *amounts) / operations(own[0], own[2], *amounts)
        for amounts in ((1, 0), (0, 1))
    )
    expected = settings.tune.steps * 0.5 * step + 126 * 0.25 * picture
    assert round_seconds(store, SHAPE, XL.base_model, settings, "style") == pytest.approx(expected)


def test_pictures_that_were_timed_in_ten_steps_promise_less_for_six() -> None:
    pocket = load_preset("pocket")
    settings = pocket.settings["style"]
    ten = settings.updated({"generation": {"steps": 10, "sigmas": []}})
    own = load_shape("pocket"), pocket.base_model, settings
    expected = settings.tune.steps * 0.5 + 126 * 0.25 * 6 / 10
    assert round_seconds(timed(pocket.base_model, ten), *own, "style") == pytest.approx(expected)


def test_a_round_of_days_names_a_model_that_takes_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    pocket = load_preset("pocket")
    store = timed(pocket.base_model)
    here = sized(48)
    monkeypatch.setattr(plan, "this_device", lambda: here)
    slow = plan_round(store, SHAPE, XL.base_model, XL.settings["style"], "style")
    seconds = round_seconds(store, SHAPE, XL.base_model, XL.settings["style"], "style")
    assert seconds is not None
    assert seconds > plan.LONG_ROUND
    assert slow.doubt.startswith(f"A round of this model takes {plan.about(seconds)} on this device: choose ")
    assert "with which it takes about" in slow.doubt
    settings = pocket.settings["style"]
    assert plan_round(store, load_shape("pocket"), pocket.base_model, settings, "style").doubt == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(20, "1 minute."), (600, "10 minutes."), (7200, "2 hours."), (536_400, "6 days.")],
)
def test_a_rounds_time_is_told_in_fitting_units(seconds: float, words: str) -> None:
    assert plan.duration_words(seconds) == f"A round takes about {words}"
    assert plan.duration_words(seconds, 60.0) == (
        f"A round takes about {words[:-1]}. Measuring it on the benchmark, at full strength and by its best "
        "schedule, takes about 1 minute."
    )


def test_new_projects_generate_with_the_fast_sibling_that_can_be_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    klein = load_preset("flux2-klein")
    assert not klein.settings["style"].generation.is_fast  # former and papers' settings are without
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.is_offline_mode", lambda: False)
    new = plan.starting_settings("object", klein, False)
    assert new.generation.fast_model == "black-forest-labs/FLUX.2-klein-4B"
    assert plan.starting_settings("style", XL, False).generation.speed_lora.endswith("8step_lora.safetensors")
    assert not plan.starting_settings("style", klein, True).generation.is_fast  # another base model
    assert not plan.starting_settings("style", klein, False, True).generation.is_fast  # a LoRA is judged
    assert not plan.starting_settings("style", load_preset("flux2-klein-former"), False).generation.is_fast
    monkeypatch.setattr("huggingface_hub.is_offline_mode", lambda: True)
    assert not plan.starting_settings("style", klein, False).generation.is_fast
    (tmp_path / "models--black-forest-labs--FLUX.2-klein-4B" / "snapshots" / "abc").mkdir(parents=True)
    assert plan.starting_settings("style", klein, False).generation.is_fast


def test_a_speed_lora_that_nobody_chose_gives_way_to_8_bit_weights() -> None:
    new = plan.starting_settings("style", XL, False)
    assert fitted(XL, "style", sized(24)).generation.speed_lora
    small = fitted(XL, "style", sized(6))
    assert small.machine.base == "int8" and not small.generation.is_fast
    assert not new.adopting({"machine": {"base": "int8"}}).generation.is_fast
    assert new.adopting({"gal": {"top_k": 2}}).generation.is_fast


def test_the_plan_says_both_times(monkeypatch: pytest.MonkeyPatch) -> None:
    klein, shape = load_preset("flux2-klein"), load_shape("flux2-klein")
    settings = plan.starting_settings("object", klein, False)
    store, here = timed(klein.base_model, settings), sized(80)
    monkeypatch.setattr(plan, "this_device", lambda: here)
    slower = plan._slower(shape, settings)
    assert slower == pytest.approx(2 * 28 / 4)  # guided, and 28 steps for 4
    steps, without = settings.tune.steps * 0.5, 126 * 0.25 * slower
    regularization = 100 * 0.25 * slower  # by the base model
    seconds = round_seconds(store, shape, klein.base_model, settings, "object")
    assert seconds == pytest.approx(steps + 126 * 0.25 + regularization)
    sentence = plan_round(store, shape, klein.base_model, settings, "object").sentence
    both = f"A round takes {plan.about(seconds)} ({plan.about(steps + without + regularization)} without"
    assert f"{both} the fast model). Measuring" in sentence
    base = settings.updated({"generation": {"fast_model": ""}})
    assert "without the fast model" not in plan_round(store, shape, klein.base_model, base, "object").sentence
