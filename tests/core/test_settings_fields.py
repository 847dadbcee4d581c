"""The settings as fields of the page."""

from gal_studio.core.settings_fields import setting_fields


def test_what_is_on_or_off_is_chosen_and_never_typed() -> None:
    flags = [field for field in setting_fields() if field.kind == "flag"]
    assert {"tune.stop_at_best", "references.subject_alone"} <= {field.name for field in flags}
    assert {field.choices for field in flags} == {(("false", "off"), ("true", "on"))}
