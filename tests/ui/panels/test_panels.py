"""Handlers of the panels."""

from pathlib import Path

import pytest
from starlette.datastructures import UploadFile

from gal_studio.core.errors import StudioError
from gal_studio.core.settings_group import nested
from gal_studio.ui.api.errors import UNEXPECTED, guarded
from gal_studio.ui.api.uploads import uploads
from gal_studio.ui.panels.form import Form
from gal_studio.ui.panels.reference import draft
from gal_studio.ui.panels.reference_form import derived as derived_from
from gal_studio.ui.payloads.forms import DerivedSet
from tests.ui.asking import ask
from tests.ui.conftest import Place
from tests.ui.seeded import draw_held_back, picture


def test_an_expected_error_is_one_sentence():
    @guarded
    def refuse(request):
        raise StudioError("This is wrong: do that.")

    assert refuse({}) == {"error": "This is wrong: do that."}


def test_an_unexpected_error_shows_nothing_of_the_inside(caplog):
    @guarded
    def fail(request):
        raise ValueError("/home/somebody/secret")

    assert fail({}) == {"error": UNEXPECTED}
    assert "secret" in caplog.text


def derived(kind, *sets):
    typed = [{"prompts": prompts, "trigger_word": word} for prompts, word in sets]
    return derived_from(Form.parsed({"kind": kind, "sets": typed}))


def test_a_style_is_derived():
    answer = derived("style", (["A cat in ink style", ""], ""))
    assert answer.sets[0].facts[0][1] == "in ink style"
    assert answer.anchors[0] == "A tie in ink style"
    assert len(answer.sets[0].facts) == 1
    two = derived("style", (["A cat in ink style"], ""), (["A dog in ink style"], "")).sets
    assert two[1] == DerivedSet(), "a style is one set"


def test_the_trigger_word_stands_where_a_caption_has_its_placeholder():
    answer = derived("object", (["a [trigger] teapot on a table", "A [Trigger] teapot"], "<dotty>"))
    assert answer.sets[0].problem == ""
    assert (
        answer.notes
        == derived("object", (["a <dotty> teapot on a table", "A <dotty> teapot"], "<dotty>")).notes
    )
    assert answer.anchors[0].startswith("a <dotty> teapot ")
    without = derived("object", (["a [trigger] teapot on a table"], ""))
    assert "trigger word is empty" in without.sets[0].problem


def test_a_style_that_the_bundled_model_knows_is_told():
    (_, note) = derived("style", (["A cat in Cartoon style"], "")).sets[0].facts
    assert note[1].startswith("The bundled model generates these words in its own style: use other words")


POT, BEAR = "A <dotty> teapot in the snow", "A <brumm> teddy bear on a rug"


def test_several_objects_are_derived():
    answer = derived("object", ([POT], "<dotty>"), ([], ""), ([BEAR], ""))
    first, empty, second = answer.sets
    assert first.facts[2:] == (
        ("Prompt without it", "A teapot in the snow"),
        ("Class prompt", "a photo of a teapot"),
    )
    assert empty == DerivedSet()
    assert second.facts[0] == ("Trigger word", "<brumm>")
    assert answer.name == "A <dotty> teapot and a <brumm> teddy bear"
    assert answer.anchors[0] == "a <dotty> teapot and a <brumm> teddy bear in a workshop"


def test_what_is_wrong_is_said_where_it_is_wrong():
    answer = derived("object", ([POT], ""), (["A teddy bear"], "<brumm>"))
    assert answer.sets[0].facts
    assert "does not contain the trigger word" in answer.sets[1].problem
    assert not answer.problem
    twice = derived("object", ([POT], "<dotty>"), (["A dotty teapot"], "dotty"))
    assert "Two objects have the trigger word 'dotty'" in twice.problem
    assert all(one.facts for one in twice.sets)
    many = derived("object", *(([f"A <x{i}> cat"], "") for i in range(5)))
    assert "at most 4" in many.problem


def test_a_prompt_without_the_word_of_the_others_is_named():
    request = {
        "kind": "object", "preset": "pocket",
        "sets": [{"prompts": [POT, "A teapot"], "places": ["prompt", "1"], "pictures": 2}],
    }  # fmt: skip
    (note,) = [note for note in derived_from(Form.parsed(request)).notes if note.tone == "error"]
    assert (note.set, note.field) == (0, "1")
    assert "does not contain the trigger word '<dotty>'" in note.text


def test_what_is_missing_is_an_error_of_a_final_form_only():
    request = {"kind": "style", "preset": "pocket", "sets": [{"prompts": [], "pictures": 0}]}
    assert derived_from(Form.parsed(request)).notes == ()
    (note,) = derived_from(Form.parsed({**request, "final": True})).notes
    assert (note.field, note.tone) == ("pictures", "error")


def uploaded(name: str, tmp_path: Path) -> str:
    path = tmp_path / name
    path.write_bytes(picture((10, 200, 90)))
    with path.open("rb") as file:
        return uploads().add(UploadFile(file, filename=name, size=path.stat().st_size))


def test_the_sets_of_the_form_become_references(tmp_path: Path):
    pot, mask, bear = (uploaded(name, tmp_path) for name in ("pot.png", "pot-masklabel.png", "bear.png"))
    sets = [
        {"references": [{"path": pot, "prompt": POT, "mask": mask}], "trigger_word": "<dotty>"},
        {"references": [{"path": bear, "prompt": BEAR, "mask": None}], "trigger_word": " "},
    ]
    given = draft(Form.parsed({"kind": "object", "preset": "pocket", "sets": sets})).given
    assert [(draft.prompt, draft.trigger_word) for draft in given] == [(POT, "<dotty>"), (BEAR, "<brumm>")]
    assert given[0].mask.name == "pot-masklabel.png"
    assert given[1].mask is None
    with pytest.raises(StudioError, match="Object 2 has no image"):
        draft(Form.parsed({"kind": "object", "preset": "pocket", "sets": [sets[0], {"references": []}]}))
    with pytest.raises(StudioError, match="Two objects have the trigger word"):
        draft(Form.parsed({"kind": "object", "preset": "pocket", "sets": [sets[0], sets[0]]}))
    assert len(draft(Form.parsed({"kind": "style", "preset": "pocket", "sets": sets})).given) == 1


def test_settings_are_nested():
    assert nested({"tune.rank": 4, "gal.top_k": 2}) == {"tune": {"rank": 4}, "gal": {"top_k": 2}}


def test_only_uploads_are_read(tmp_path: Path):
    for path in (str(tmp_path / "secret.png"), "/etc/passwd", "..", "", "0" * 32):
        reference = {"path": path, "prompt": "A cat in ink style"}
        with pytest.raises(StudioError, match="not uploaded"):
            draft(Form.parsed({"kind": "style", "preset": "pocket", "sets": [{"references": [reference]}]}))


def test_another_model_needs_both_names():
    with pytest.raises(StudioError, match="The model is missing"):
        draft(Form.parsed({"kind": "style", "sets": [], "preset": None, "base_model": "x", "clip_model": ""}))


def test_projects_and_demos_are_listed(place: Place):
    answer = ask("overview", place.studio)
    assert [project["id"] for project in answer["projects"]] == [place.project]
    assert [demo["kind"] for demo in answer["demos"]] == ["style", "object"]


def test_results_hold_what_was_measured(place: Place):
    place.studio.accept_suggestion(place.round)
    (row,) = ask("outcomes", place.studio, {"project": place.project})["rounds"]
    assert row["candidates"] == 180
    assert len(row["accepted"]) == 3
    assert row["adapter"]
    assert row["recipe"] == "", "all were generated at full strength"
    draw_held_back(place.studio, place.round)
    (row,) = ask("outcomes", place.studio, {"project": place.project})["rounds"]
    assert row["recipe"].startswith(
        "Best setting for Round 1: LoRA strength 0.4 for 50% of steps, then 1 (fewer copies"
    )


def test_numbers_that_an_adaptive_round_left_out_are_not_counted(place: Place):
    anchor = place.studio.pool(place.round)[1]
    with place.studio.store.database.transaction() as database:
        database.execute("DELETE FROM candidates WHERE anchor_id = ? AND number IN (0, 1, 4)", (anchor.id,))
    asked = {"project": place.project, "anchor": anchor.id}
    answers = [ask("same_seed", place.studio, {**asked, "index": index}) for index in range(7)]
    assert {answer["most"] for answer in answers} == {7}
    assert len({answer["rounds"][0]["picture"]["id"] for answer in answers}) == 7


def test_the_same_seed_is_found_in_each_round(place: Place):
    anchor = place.studio.pool(place.round)[1]
    answer = ask("same_seed", place.studio, {"project": place.project, "anchor": anchor.id, "index": 4})
    assert answer["most"] == 10
    assert answer["rounds"][0]["picture"]["prompt"] == anchor.prompt
    assert (
        ask("same_seed", place.studio, {"project": place.project, "anchor": "none", "index": 0})["rounds"][0][
            "picture"
        ]
        is None
    )
