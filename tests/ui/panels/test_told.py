"""What is left out of a prompt is told by Python, by the page and by named endpoints, wherever one enters."""

import pytest

from gal_studio import ProjectDraft
from gal_studio.studio import Studio
from gal_studio.studio.create.references import ReferenceDraft
from gal_studio.studio.studio import tell_as_warning
from gal_studio.ui.panels.form import Form
from gal_studio.ui.panels.form_notes import notes_on_form
from tests.ui.asking import ask
from tests.ui.conftest import Place

SAID = "Removed weights and tags that GAL Studio ignores: "


def test_a_draft_tells_each_of_its_prompts() -> None:
    references = [ReferenceDraft("cup.png", "a (sks:1.3) cup", "(sks:1.2)")]
    draft = ProjectDraft("object", references, anchors=["{} BREAK", "a {}"], prior=[("dog.png", "a [[dog]]")])
    assert draft.left_out == (
        f"{SAID}(…:1.3). The prompt is: a sks cup",
        f"{SAID}BREAK. The prompt is: {{}}",
        f"{SAID}[[…]]. The prompt is: a dog",
        f"{SAID}(…:1.2). The trigger word is: sks",
    )
    assert ProjectDraft("style", [("cat.png", "A cat in ink style")], trigger_word="x").left_out == ()


def test_programs_are_warned_at_their_own_line(place: Place) -> None:
    studio = Studio(place.studio.store, tell=tell_as_warning)
    with pytest.warns(UserWarning, match=r"<lora:ink:1>\. The prompt is: a drum \{\}") as warned:
        studio.add_anchors(place.project, ["a drum {} <lora:ink:1>"])
    assert {one.filename for one in warned} == {__file__}
    studio.add_anchors(place.project, ["a kite {}"])


def test_the_page_says_it(place: Place) -> None:
    lines = ["a (kite:1.2) {}", "a rocket {}", "<lora:ink:1>"]
    added = ask("add_anchors", place.studio, {"project": place.project, "lines": lines})
    assert added["sentence"] == f"2 test prompts added. {SAID}(…:1.2), <lora:ink:1>."
    sets = [{"prompts": ["a (sks:1.3) cup"], "trigger_word": "(sks:1.2)"}]
    notes = notes_on_form(Form.parsed({"kind": "object", "sets": sets}))
    assert [(note.field, note.text) for note in notes if note.text.startswith(SAID)] == [
        ("prompt", f"{SAID}(…:1.3). The prompt is: a sks cup"),
        ("trigger", f"{SAID}(…:1.2). The trigger word is: sks"),
    ]


def test_the_page_shows_what_its_lines_make(place: Place) -> None:
    asked = {"project": place.project, "lines": ["a kite {}", "a"]}
    words = place.studio.project(place.project).prompts.stands_for
    assert ask("filled", place.studio, asked) == {"prompts": [f"a kite {words}", "a"]}
