"""The settings that the form starts from, and what it says of a target that a model does not have."""

from typing import Any

import pytest

from gal_studio.assets import load_preset, load_shape
from gal_studio.core.types import Kind
from gal_studio.ui.panels import form_plan
from gal_studio.ui.panels.form_plan import base_settings, own_settings, plan_of
from gal_studio.ui.panels.reference import derive, models

KLEIN = {"kind": "style", "preset": None, "base_model": "klein", "clip_model": "clip"}
SETS = [{"prompts": ["A cat in ink style"], "trigger_word": ""}]


@pytest.fixture
def own_klein(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_plan, "measured_shape", lambda model: load_shape("flux2-klein"))


def target(request: dict[str, Any]) -> str:
    return base_settings(request).tune.target


def test_only_the_presets_own_model_learns_the_layers_of_its_style() -> None:
    preset = {"kind": "style", "preset": "pocket"}
    assert load_preset("pocket").settings["style"].tune.target == "style"
    assert target(preset) == "style"
    assert target({**preset, "start_from": "lora.safetensors"}) == "all"
    assert target({**KLEIN, "base_model": "some/model"}) == "all"


@pytest.mark.parametrize("kind", ["style", "object"])
def test_a_model_of_the_users_own_is_shown_with_all_layers(kind: Kind) -> None:
    shown = models()["own"][kind]
    assert shown == own_settings()[kind].to_dict()
    assert shown["tune"]["target"] == "all"


@pytest.mark.usefixtures("own_klein")
def test_a_transformer_of_the_users_own_has_a_plan() -> None:
    assert plan_of(None, KLEIN) is not None


@pytest.mark.usefixtures("own_klein")
@pytest.mark.parametrize("model", [KLEIN, {"kind": "style", "preset": "flux2-klein"}])
def test_a_target_without_layers_is_told_at_its_field(model: dict[str, Any]) -> None:
    answer = derive({**model, "sets": SETS, "settings": {"tune.target": "style"}})
    (told,) = [note for note in answer["notes"] if note["field"] == "tune.target"]
    assert "choose 'attention' or 'all'" in told["text"]
    assert answer["name"], "the rest of the form is derived"
    assert answer["plan"] == ""
