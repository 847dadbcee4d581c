import json
import math
from dataclasses import FrozenInstanceError, fields

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import GalSettings, GenerationSettings, Settings, TuneSettings


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


def test_groups_can_be_updated_partially():
    made = Settings().updated({"tune": {"steps": 5}, "gal": {"top_k": 1}})
    assert (made.tune.steps, made.gal.top_k) == (5, 1)
    assert made.tune.rank == Settings().tune.rank
    with pytest.raises(StudioError, match="Training steps is 0"):
        made.updated({"tune": {"steps": 0}})


def test_settings_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Settings().tune.steps = 3


def test_former_names_are_read_and_kept_in_fingerprints():
    old = {"sample": {"steps": 7}, "tune": {"sample_every": 5}}
    for made in (Settings.from_dict(old), Settings().updated(old)):
        assert (made.generation.steps, made.tune.preview_every) == (7, 5)
        assert made.tune.to_former_dict()["sample_every"] == 5
        assert set(made.to_former_dict()) == {"tune", "sample", "gal", "refine"}
