"""Projects: their initial contents, and refusals."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gal_studio import assets
from gal_studio.core.errors import StudioError
from gal_studio.core.models.reports import ModelNames, ModelReport, ModelReports
from gal_studio.studio import Studio
from gal_studio.studio.create import project
from gal_studio.studio.create.project import create_project
from gal_studio.ui.panels.model_facts import _found
from tests.state.jobs.locking import is_held
from tests.studio.seeding import STYLE, draft, png


def test_new_style_project_has_anchors_settings_and_a_first_round(studio: Studio) -> None:
    project_id = studio.create_project(draft(name="  "))
    view = studio.project(project_id)
    assert view.name == STYLE
    assert len(view.anchors) == 18
    assert view.anchors[0].prompt == "A tie in watercolor painting style"
    assert view.references[0].plain_prompt == STYLE
    assert view.settings.generation.candidates == 4
    (summary,) = studio.rounds(project_id)
    assert (summary.number, summary.step, summary.adapter) == (1, "fine_tune", None)
    assert studio.projects() == (view,)
    assert studio.reference_picture(view.references[0].id).is_file()


def test_test_prompts_and_anchors_are_two_names_of_one_thing(studio: Studio) -> None:
    prompts = ["{} in a bank", "{} on a plane", "{} in a gym"]
    made = draft(test_prompts=prompts)
    assert made == draft(anchors=prompts) == replace(draft(), test_prompts=prompts)
    assert replace(made, name="Other").anchors == prompts, "a copy keeps them"
    assert replace(made, anchors=prompts[:2]).anchors == replace(made, test_prompts=prompts[:2]).anchors
    project = studio.project(studio.create_project(made))
    assert len(project.test_prompts) == 3 and project.test_prompts == project.anchors


def test_the_trigger_word_stands_where_a_caption_has_its_placeholder(studio: Studio) -> None:
    references = [(png("red"), "a [trigger] cat on the stairs"), (png("blue"), "A [TRIGGER] cat")]
    view = studio.project(
        studio.create_project(draft(kind="object", references=references, trigger_word="<cute-cat>"))
    )
    assert [one.prompt for one in view.references] == ["a <cute-cat> cat on the stairs", "A <cute-cat> cat"]
    assert view.references[0].plain_prompt == "a cat on the stairs"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"references": []}, "no reference"),
        ({"references": [(png(), "A cat")]}, "names no style"),
        ({"references": [(b"nonsense", STYLE)]}, "not an image"),
        ({"references": [(Path("gone.png"), STYLE)]}, "There is no image"),
        ({"kind": "thing"}, "The kind is 'thing'"),
        ({"prior": [(png("red"), "A tie in flat style")]}, "The regularization image 1 is blank"),
        ({"prior": [(Path("gone.png"), "A tie in flat style")]}, "Regularization image 'gone.png': "),
        ({"prior": [(b"nonsense", "A tie in flat style")]}, "not an image"),
        ({"prior": [(png("red"), "A tie in watercolor painting style")]}, "which the project is to train"),
        ({"anchors": ["A tie"]}, "does not name the subject"),
        ({"changes": {"generation": {"candidates": 1}}}, "choose at least 2"),
        ({"changes": {"gal": {"top_k": 19}}}, "only 18 test prompts"),
        ({"changes": {"tune": {"speed": 1}}}, "no setting 'speed'"),
        ({"base_model": "/nowhere/model"}, "There is no model folder"),
        ({"clip_model": "local-dir:/nowhere"}, "There is no model folder"),
        ({"clip_model": "local-dir:/tmp"}, "is not an open_clip model"),
        ({"base_model": " "}, "is empty"),
        ({"preset": "huge"}, "no preset 'huge'"),
        ({"seed": -1}, "The seed is -1"),
    ],
)
def test_bad_input_is_one_sentence_and_stores_nothing(
    studio: Studio, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        studio.create_project(draft(**changes))
    assert studio.projects() == ()


def test_the_same_origin_is_the_same_project(studio: Studio) -> None:
    first = studio.create_project(draft(origin="demo"))
    assert studio.create_project(draft(origin="demo")) == first
    assert studio.create_project(draft(origin="other")) != first


def test_projects_of_one_name_are_told_apart(studio: Studio) -> None:
    first, second = (studio.create_project(draft(name="Tea")) for _ in range(2))
    assert [studio.project(project_id).name for project_id in (first, second)] == ["Tea", "Tea (2)"]
    studio.rename(second, "  Green\n tea ")
    assert studio.project(second).name == "Green tea"
    studio.rename(first, "Green tea")
    assert studio.project(first).name == "Green tea (2)"
    studio.rename(second, "Green tea")
    assert studio.project(second).name == "Green tea", "its own name is no other's"


@pytest.mark.parametrize(("name", "words"), [(" ", "is empty: enter one"), ("x" * 121, "has 121 characters")])
def test_a_bad_name_changes_nothing(studio: Studio, name: str, words: str) -> None:
    project_id = studio.create_project(draft(name="Tea"))
    with pytest.raises(StudioError, match=words):
        studio.rename(project_id, name)
    assert studio.project(project_id).name == "Tea"


def test_a_project_is_archived_and_deleted_but_not_at_work(studio: Studio) -> None:
    project_id = studio.create_project(draft(name="Tea"))
    job = studio.fine_tune(studio.rounds(project_id)[0].id)
    with pytest.raises(StudioError, match="Tea has jobs that wait or run: stop or cancel them first"):
        studio.archive(project_id)
    studio.stop(job.id)
    studio.archive(project_id)
    assert studio.project(project_id).archived
    studio.restore(project_id)
    assert not studio.project(project_id).archived
    with pytest.raises(StudioError, match="not archived"):
        studio.delete(project_id)
    studio.archive(project_id)
    assert studio.project_size(project_id) > 0
    studio.delete(project_id)
    assert studio.projects() == ()
    assert studio.queue_view().halted == ()


@pytest.mark.parametrize("step", ["read_reference", "add_picture"])
def test_who_writes_does_not_wait_for_the_pictures_of_a_new_project(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    held: list[bool] = []
    place: Any = project if step == "read_reference" else studio.store.images

    real: Callable[..., Any] = getattr(place, step)

    def slow(*given: Any) -> Any:
        held.append(is_held(studio.store))
        return real(*given)

    monkeypatch.setattr(place, step, slow)
    studio.create_project(draft(references=[(png("red"), STYLE), (png("blue"), STYLE)]))
    assert held == [False, False]


def test_a_command_that_comes_again_while_its_pictures_are_read_makes_one_project(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, made = project.read_reference, list[str]()

    def slow(*given: Any) -> Any:
        if not made:
            made.append("soon")
            made.append(studio.create_project(draft(origin="demo x")))
        return real(*given)

    monkeypatch.setattr(project, "read_reference", slow)
    assert studio.create_project(draft(origin="demo x")) == made[1]
    assert len(studio.projects()) == 1
    assert len(studio.rounds(made[1])) == 1


def test_a_stored_project_keeps_the_recipe_that_it_was_made_with(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = studio.create_project(draft(name="before", preset="sdxl-former", changes={}))
    today = studio.create_project(draft(name="today", preset="sdxl", changes={}))
    monkeypatch.setattr(assets, "load_presets", tuple)
    for made, rate, target in ((former, 1e-4, "attention"), (today, 3e-4, "all")):
        tune = studio.store.projects.get(made).settings.tune
        assert (tune.learning_rate, tune.target) == (rate, target)


def test_a_preselected_fast_model_that_cannot_be_had_is_done_without(studio: Studio) -> None:
    asked: list[ModelNames] = []

    def check(names: ModelNames) -> None:
        asked.append(names)
        if names.fast_model:
            raise StudioError("The model is not on this computer, and the hub cannot be reached.")

    klein = draft(preset="flux2-klein", base_model=None, clip_model=None)
    made = create_project(studio.store, klein, check)
    assert [one.fast_model for one in asked] == ["black-forest-labs/FLUX.2-klein-4B", ""]
    assert not studio.store.projects.get(made).settings.generation.is_fast
    named = {"generation": {"fast_model": "black-forest-labs/FLUX.2-klein-4B"}}
    with pytest.raises(StudioError, match="cannot be reached"):  # a person asked for it
        create_project(studio.store, replace(klein, changes=named), check)
    with_it = studio.store.projects.get(create_project(studio.store, klein))
    assert with_it.settings.generation.fast_model == "black-forest-labs/FLUX.2-klein-4B"


def test_the_form_says_that_it_does_without_or_what_the_fast_model_weighs() -> None:
    base = ModelReport("base_model", "b/b", repository="b/b", total=9, missing=5 << 30)
    fast = ModelReport("fast_model", "f/f", repository="f/f", total=9, missing=8 << 30)
    here = ModelReports((base, fast), free=99 << 30)
    assert "Without the fast model it is 5.4 GB." in _found(here, True).sentence
    lost = ModelReports((base, ModelReport("fast_model", "f/f", refusal="It is gone.")), free=99 << 30)
    found = _found(lost, True)
    assert (
        found.problems == ()
        and "f/f is not available: the base model generates instead, more slowly." in found.sentence
    )
    assert [one.text for one in _found(lost, False).problems] == ["It is gone."]
