"""Notes on the form of a new project: what is warned of, and where."""

import json
from pathlib import Path

import pytest

from gal_studio.core.types import Kind
from gal_studio.studio.create.prompt_notes import NO_PLACE, ONE_VIEW
from gal_studio.ui.panels.form import Form
from gal_studio.ui.panels.form_notes import notes_on_form
from gal_studio.ui.panels.reference_form import derived
from tests.studio.create.test_lora_headers import ENTRY, NAME, written


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


def test_a_form_that_judges_warns_of_no_training_and_knows_its_files(tmp_path: Path) -> None:
    card = json.dumps({"gal_studio": json.dumps({"trigger_word": "<dotty>", "kind": "object"})})
    file = written(tmp_path, f'{{"{NAME}": {ENTRY}, "__metadata__": {card}}}')
    sets = [{"prompts": ["A <dotty> swan"], "trigger_word": "<dotty>", "pictures": 1}]
    given = {"kind": "object", "preset": "pocket", "sets": sets}
    trained, judged = (derived(Form.parsed({**given, "judged": one})) for one in (None, [str(file)]))
    assert ONE_VIEW in [note.text for note in trained.notes] and len(trained.notes) == 2
    assert judged.notes == ()
    assert (trained.name, trained.taught) == ("A <dotty> swan", None)
    assert (judged.name, judged.taught) == ("Judging odd", "object")


@pytest.mark.parametrize(
    ("kind", "prompt", "field", "tone", "words"),
    [
        ("style", "猫、水彩画風", "prompt", "warning", "The style is read as “水彩画風”"),
        ("style", "in flat style", "prompt", "warning", "The style is read as “in flat style”"),
        ("style", f"A cat {'and a cat ' * 40}in lumira style", "prompt", "warning", "Too long: Pocket reads"),
        ("style", "A cat in watercolor style", "prompt", "warning", "Pocket already knows “watercolor”"),
        ("object", "A <my robot> toy on a desk", "trigger", "error",
         "A trigger word cannot contain spaces, as '<my robot>' does: write '<my-robot>' instead."),
    ],
)  # fmt: skip
def test_an_odd_prompt_is_told_at_its_field(
    kind: Kind, prompt: str, field: str, tone: str, words: str
) -> None:
    given = {"prompts": [prompt], "places": ["prompt"], "pictures": 3}
    answer = derived(Form.parsed({"kind": kind, "preset": "pocket", "sets": [given]}))
    assert (field, tone, words) in [(note.field, note.tone, note.text[: len(words)]) for note in answer.notes]


def test_a_thing_that_the_model_does_not_know_comes_with_prompts_that_it_does() -> None:
    given = {"prompts": ["A swan in felt style"], "places": ["prompt"], "pictures": 1}
    answer = derived(Form.parsed({"kind": "style", "preset": "pocket", "sets": [given]}))
    (note,) = (note for note in answer.notes if "cannot generate “swan”" in note.text)
    assert note.swaps is not None
    assert note.swaps[0].prompts == ("A parrot in felt style",)
    assert all(other.swaps is None for other in answer.notes if other is not note)


def test_what_an_object_is_is_one_question_with_one_answer_for_all_of_its_prompts() -> None:
    prompts = ["A <tink> robot on a desk", "A <tink> robot in the snow", "A <tink> tin robot on a chair"]
    given = {"prompts": prompts, "places": ["0", "1", "2"], "pictures": 3, "trigger_word": "<tink>"}
    form = {"kind": "object", "preset": "pocket", "sets": [given]}
    (note,) = (one for one in derived(Form.parsed(form)).notes if "cannot generate" in one.text)
    assert note.swaps is not None and note.swaps[0].word == "teddy bear"
    given["prompts"] = list(note.swaps[0].prompts)
    assert [one.text for one in derived(Form.parsed(form)).notes] == []
