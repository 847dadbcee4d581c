"""The settings as fields of the page, each with its sentence."""

from dataclasses import fields

import pytest

from gal_studio.core.settings import Settings
from gal_studio.core.settings_fields import setting_fields, setting_of
from tests.idle import is_idle

NAMES = [f"{group.name}.{one.name}" for group in fields(Settings) for one in fields(group.default_factory())]  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_each_setting_has_a_sentence_of_its_own(name: str) -> None:
    about = setting_of(name).metadata
    note = about["note"]
    assert len(note.split()) >= 6 and note[0].isupper() and note.endswith(".") and len(note) <= 140
    assert ";" not in note and note.count(". ") <= 1, "one or two sentences"
    assert note not in [setting_of(other).metadata["note"] for other in NAMES if other != name]
    assert about["label"] and about["label"].lower() != note.lower()
    assert note.startswith("Only with") == bool(about["idle"]), "the sentence says when it does nothing"


def test_where_a_setting_does_nothing_other_settings_of_that_name_decide() -> None:
    for name in NAMES:
        for state in setting_of(name).metadata["idle"]:
            assert name not in state
            for other, value in state.items():
                known = {"kind": ("style", "object"), "draws": (False, True)}
                assert (
                    value in known[other]
                    if other in known
                    else not isinstance(value, str) or is_allowed(other, value)
                )


def is_allowed(name: str, value: str) -> bool:
    group, _, own = name.partition(".")
    return isinstance(Settings().updated({group: {own: value}}), Settings)


def test_a_setting_that_does_nothing_is_told_from_one_that_does() -> None:
    fixed = Settings().updated({"generation": {"allocation": "fixed"}})
    ladder = Settings().updated({"generation": {"allocation": "ladder"}})
    assert is_idle("generation.lowest_strength", ladder, "style")
    assert not is_idle("generation.lowest_strength", fixed, "style")
    assert is_idle("generation.latest_switch", fixed, "style"), "the lowest strength is 1"
    assert is_idle("gal.without_ground", fixed, "object")
    assert not is_idle("gal.without_ground", fixed, "style")
    assert is_idle("references.strength", fixed, "style")
    assert not is_idle("references.strength", fixed, "style", draws=True)


def test_a_field_says_in_typed_words_where_it_does_nothing() -> None:
    idle = {field.name: field.idle for field in setting_fields()}
    ladder = [{"generation.allocation": "ladder", "tune.method": one} for one in ("lora", "lokr")]
    assert idle["generation.latest_switch"] == (*ladder, {"generation.lowest_strength": "1"})
    assert idle["references.candidates"] == ({"references.adapter": "", "draws": "false"},)
    assert idle["tune.steps"] == ()


def test_what_is_on_or_off_is_chosen_and_never_typed() -> None:
    flags = [field for field in setting_fields() if field.kind == "flag"]
    assert {"tune.stop_at_best", "references.subject_alone"} <= {field.name for field in flags}
    assert {field.choices for field in flags} == {(("false", "off"), ("true", "on"))}
