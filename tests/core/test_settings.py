import hashlib
import json
import math
from contextlib import suppress
from dataclasses import Field, dataclass, fields, replace
from typing import Any, get_args

import pytest

from gal_studio.core.checks import setting
from gal_studio.core.errors import StudioError
from gal_studio.core.known_policies import KNOWN
from gal_studio.core.memory.machine import MachineSettings
from gal_studio.core.settings import (
    GalSettings,
    GenerationSettings,
    RefineSettings,
    Settings,
    TuneSettings,
    read_changes,
)
from gal_studio.core.settings_group import SettingsGroup


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (TuneSettings, "steps", 0),
        (TuneSettings, "steps", 2.5),
        (TuneSettings, "steps", True),
        (TuneSettings, "steps", "many"),
        (TuneSettings, "batch_size", -1),
        (TuneSettings, "learning_rate", 0.0),
        (TuneSettings, "learning_rate", math.nan),
        (TuneSettings, "learning_rate", math.inf),
        (TuneSettings, "learning_rate", "1e-3"),
        (TuneSettings, "rank", 0),
        (TuneSettings, "method", "dreambooth"),
        (TuneSettings, "target", ["all"]),
        (TuneSettings, "prior_images", -1),
        (TuneSettings, "prior_weight", -0.5),
        (TuneSettings, "prior_as_published", "yes"),
        (TuneSettings, "continue_from_last", 1),
        (TuneSettings, "checkpoint_every", 0),
        (TuneSettings, "preview_every", -1),
        (TuneSettings, "resolution", 100),
        (TuneSettings, "resolution", 32),
        (TuneSettings, "crop", "left"),
        (TuneSettings, "time_low", 1.0),
        (TuneSettings, "time_high", 0.0),
        (TuneSettings, "schedule", "linear"),
        (TuneSettings, "accepted_share", 1.0),
        (TuneSettings, "prior_styles", 3),
        (TuneSettings, "prior_styles", ("flat", "Flat")),
        (GenerationSettings, "candidates", 0),
        (GenerationSettings, "steps", 0),
        (GenerationSettings, "guidance_scale", -1.0),
        (GenerationSettings, "batch_size", 0),
        (GenerationSettings, "resolution", 129),
        (GalSettings, "top_k", 0),
        (GalSettings, "balance", None),
        (GalSettings, "balance_lambda", -0.1),
        (GalSettings, "balance_lambda", math.nan),
    ],
)
def test_an_invalid_value_is_refused_and_shown(kind, name, value):
    with pytest.raises(StudioError, match="choose") as problem:
        kind(**{name: value})
    assert f"{value!r}" in str(problem.value)
    with pytest.raises(StudioError, match="choose"):
        kind.from_dict({name: value})


def test_every_setting_is_checked():
    for kind in (TuneSettings, GenerationSettings, GalSettings):
        for option in fields(kind):
            with pytest.raises(StudioError):
                kind(**{option.name: object()})


def test_settings_survive_json():
    made = Settings(
        TuneSettings(learning_rate=3.3e-5, resolution=512), gal=GalSettings(balance_lambda=0.0035)
    )
    assert Settings.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_missing_settings_keep_defaults_and_integers_become_floats():
    made = Settings.from_dict({"generation": {"guidance_scale": 7}})
    assert made.generation.guidance_scale == 7.0 and isinstance(made.generation.guidance_scale, float)
    assert made.tune == TuneSettings()


def test_unknown_names_are_refused_at_every_level():
    with pytest.raises(StudioError, match="no setting 'stepz': choose one of steps, batch_size"):
        Settings.from_dict({"tune": {"stepz": 3}})
    with pytest.raises(StudioError, match="no setting 'train': choose one of tune, generation, gal"):
        Settings.from_dict({"train": {}})
    with pytest.raises(StudioError, match="they must be a table"):
        Settings.from_dict({"tune": 3})


def test_a_group_of_another_kind_is_refused():
    with pytest.raises(StudioError, match="The settings gal are"):
        Settings(gal=TuneSettings())


def test_the_former_race_is_read_as_the_ladder_and_its_own_settings_are_left_out():
    former = {"allocation": "race", "budget": 0.4, "confidence": 0.8, "candidates": 7}
    made = Settings.from_dict({"generation": former}).generation
    assert made == GenerationSettings(allocation="ladder", candidates=7)
    assert GenerationSettings.from_dict({"allocation": "fixed", "budget": 0.4}) == GenerationSettings()
    with pytest.raises(StudioError, match="no setting 'budgets'"):
        GenerationSettings.from_dict({"budgets": 0.4})


def test_groups_can_be_updated_partially():
    made = Settings().updated({"tune": {"steps": 5}, "gal": {"top_k": 1}})
    assert (made.tune.steps, made.gal.top_k) == (5, 1)
    assert made.tune.rank == Settings().tune.rank
    with pytest.raises(StudioError, match="Training steps is 0"):
        made.updated({"tune": {"steps": 0}})


def test_styles_are_a_list_or_words_between_commas():
    for given in (
        ["flat design style", "cartoon  style "],
        "flat design style, cartoon style",
        " flat design style,cartoon style,",
    ):
        made = TuneSettings.from_dict({"prior_styles": given})
        assert made.prior_styles == ("flat design style", "cartoon style")
        assert TuneSettings.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    assert TuneSettings.from_dict({"prior_styles": ""}).prior_styles == ()


def test_a_range_of_times_has_a_start_before_its_end():
    with pytest.raises(
        StudioError, match=r"“Minimum timestep” \(0.6\) must be below “Maximum timestep” \(0.6\)"
    ):
        TuneSettings(time_low=0.6, time_high=0.6)


def test_pictures_say_how_they_are_drawn():
    assert GenerationSettings(steps=9).drawn_with == "9 steps, guidance 4"


LEFT_OUT = {
    TuneSettings: {
        "prior_styles": (), "time_low": 0.0, "time_high": 1.0,
        "accepted_share": 0.0, "schedule": "constant", "warmup_steps": 0, "shared_time": False,
        "sample_latents": False,
        "validate_every": 0, "accepted_noise": 0.0, "stop_at_best": False, "preview_every": 0,
        "caption_dropout": 0.0, "lokr_factor": 8,
        "background": 1.0, "held_out": False, "taught_share": 0.0, "teacher_strength": 0.0,
    },
    RefineSettings: {"drop_conditions": 0.0},
    MachineSettings: {
        "precision": "auto", "base": "plain", "optimizer": "adamw", "tiling": False,
    },
}  # fmt: skip
"""What fingerprints leave out, with the values that this stands for."""
POSSIBLE = (3, 64, 0.5, 0.25, "some", ("ink", "oil"))


def other_than(group: type[SettingsGroup], option: Field[Any]) -> object:
    """A value of a setting other than its default: one of its words, or else the first that it takes."""
    words = (not option.default,) if isinstance(option.default, bool) else get_args(option.type)
    for value in (*words, *POSSIBLE):
        with suppress(StudioError):
            if getattr(group(**{option.name: value}), option.name) != option.default:
                return value
    raise AssertionError(f"{option.name} takes none of {POSSIBLE}: add one that it takes")


def fingerprint(settings: SettingsGroup) -> str:
    return hashlib.sha256(json.dumps(settings.distinctive(), sort_keys=True).encode()).hexdigest()


@pytest.mark.parametrize(
    ("group", "known"),
    [
        (TuneSettings, "696ffe94fdcf8332e675d4dd03e32fdf5e9d50210a01aa42d5445cdb687de2a6"),
        (RefineSettings, "15e251b0d6d30f9b264f55852aa3e22463c0e767bd75606d5113d4fa9ff0f42f"),
    ],
)
def test_fingerprints_are_those_of_the_first_version(group: type[SettingsGroup], known: str):
    """Finished trainings, halted ones and those in archives count as what they are without an upgrade."""
    assert fingerprint(group()) == known
    for option in fields(group):
        value = other_than(group, option)
        told = group(**{option.name: value}).distinctive()
        assert told == {**group.FIRST, option.name: list(value) if isinstance(value, tuple) else value}


def test_the_first_trainings_with_regularization_are_known():
    known = "8942695f660c564df2ec01e8f43e10326310f617a1c27d4704fed5aa0ab32a75"
    assert fingerprint(TuneSettings(prior_images=3).essential) == known


@pytest.mark.parametrize("group", [TuneSettings, RefineSettings])
def test_every_essential_setting_changes_the_fingerprint(group: type[TuneSettings] | type[RefineSettings]):
    for option in fields(group):
        changed = replace(group(), **{option.name: other_than(group, option)}).essential
        assert (fingerprint(changed) != fingerprint(group().essential)) == (changed != group().essential)


def test_what_fingerprints_leave_out_stands_for_the_same_value_for_good():
    """A changed default would take trainings with the former one for new ones: let the presets say what new
    projects begin with. A release writes its new settings into `LEFT_OUT`.
    """
    for group, values in LEFT_OUT.items():
        hashed = {option.name: option.default for option in fields(group) if option.name not in group.FIRST}
        beside = group.ROUNDING if group is MachineSettings else frozenset()
        assert values.items() <= {name: value for name, value in hashed.items() if name not in beside}.items()
    assert MachineSettings().essential == {}


def test_another_default_of_a_first_setting_is_told_from_the_former_one():
    """`FIRST` does not follow the defaults."""

    @dataclass(frozen=True)
    class Longer(TuneSettings):
        steps: int = setting(300, "Training steps", 1, 1000, note="How long")

    assert Longer().distinctive()["steps"] == 300
    assert Longer(steps=200).distinctive() == TuneSettings().distinctive()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"machine": {"optimizer": "prodigy"}}, "set the learning rates of training and refinement to 1"),
        ({"tune": {"method": "full"}, "machine": {"base": "int8"}}, "be trained in full: choose LoRA"),
        ({"tune": {"method": "full"}, "generation": {"fast_model": "a/b"}}, "model that was trained in full"),
        ({"machine": {"base": "int8"}, "generation": {"speed_lora": "a/b"}}, "A speed LoRA cannot be used"),
    ],
)
def test_what_does_not_go_together_is_refused_at_once(given, words):
    with pytest.raises(StudioError, match=words):
        Settings().updated(given)


def test_what_is_no_setting_any_more_is_left_out():
    old = {
        "gal": {"trainings": 4, "learn_from_choices": True},
        "tune": {"tensorboard": True},
        "generation": {"budget": 0.4},
    }
    assert Settings.from_dict(old) == Settings().updated(old) == Settings()


def test_stored_changes_are_read_without_what_is_gone_and_may_name_any_strategy(monkeypatch):
    named: list[object] = []
    monkeypatch.setattr(KNOWN, "allow_stored", named.append)
    changes = read_changes('{"gal": {"trainings": 4, "policy": "margin"}, "tune": {"rank": 4}}')
    assert changes == {"gal": {"policy": "margin"}, "tune": {"rank": 4}}
    assert named == ["margin"]


def test_former_names_are_read():
    old = {"sample": {"steps": 7}, "tune": {"sample_every": 5}, "gal": {"witnesses": "pictures"}}
    for made in (Settings.from_dict(old), Settings().updated(old)):
        assert (made.generation.steps, made.tune.preview_every) == (7, 5)
        assert made.gal.copy_detectors == "pictures"
