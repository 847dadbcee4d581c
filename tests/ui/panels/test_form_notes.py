"""Notes on the form of a new project: what is warned of, and where."""

from gal_studio.studio.create.prompt_notes import NO_PLACE, ONE_VIEW
from gal_studio.ui.panels.form import Form
from gal_studio.ui.panels.form_notes import notes_on_form


def warnings(*prompts: str) -> list[tuple[str, str]]:
    """(field, text) of what an object with these prompts is warned of."""
    sets = [{"prompts": list(prompts), "trigger_word": "<dotty>"}]
    notes = notes_on_form(Form.parsed({"kind": "object", "preset": "pocket", "sets": sets}))
    return [(note.field, note.text) for note in notes if note.tone == "warning"]


def test_an_object_in_no_named_place_is_told_at_its_prompt() -> None:
    assert warnings("A <dotty> teapot", "A <dotty> teapot") == [("prompt", NO_PLACE)]
    assert warnings("A <dotty> teapot in the snow", "A <dotty> teapot on a beach") == []


def test_one_picture_is_told_of_its_one_place_alone() -> None:
    assert warnings("A <dotty> teapot") == [("pictures", ONE_VIEW)]
