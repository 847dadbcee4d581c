"""A LoRA that is judged without reference images: all but copies and the match with the references."""

from dataclasses import replace
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.ladder import LADDER, rungs_drawn
from gal_studio.core.measures.verdict import WITHOUT_REFERENCES
from gal_studio.core.types import ASKED, CARRIES, CHANCE, LIKENESS
from gal_studio.studio import Studio
from gal_studio.studio.create.judged import judged_draft
from gal_studio.studio.reports.contact_sheet import contact_sheet
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from gal_studio.workspace.read_project import read_project
from tests.tiny_project import CHANGES, object_draft, tiny_draft
from tests.ui.asking import ask
from tests.worker.test_lora_start import write_lora
from tests.worker.working import work

STEPS = 2
SIDE = 64  # pixels; that of the preset takes minutes
NOT_JUDGED = "Copies and style match are not judged. Judge it again with a few images that it was trained on"
DRAWING = {
    **CHANGES["generation"],
    "allocation": "ladder",
    "candidates": 10,
    "steps": STEPS,
    "resolution": SIDE,
}


def judged_project(studio: Studio, models: Models, names: tuple[str, str], folder: Path) -> str:
    """A project with a LoRA that was drawn at all strengths and measured, without references."""
    studio.models = CheckHere()
    write_lora(models, names[0], folder / "ink.safetensors")
    draft = judged_draft(
        [folder / "ink.safetensors"],
        base_model=names[0],
        clip_model=names[1],
        anchors=["A tie {}", "A drum {}"],
        changes={**CHANGES, "generation": DRAWING, "tune": {**CHANGES["tune"], "resolution": SIDE}},
    )
    assert draft.given == () and draft.described == "An image in ink style"
    project = studio.judge(draft)
    studio.change_test_set(
        project, [f"A {thing} {{}}" for thing in ("pen", "cup", "hat", "fan", "log", "jar")], 1
    )
    for job in studio.store.jobs.of_project(project):
        assert work(studio, models, job).message == ""
    return project


def test_all_but_copies_and_style_match_is_known(
    studio: Studio, models: Models, names: tuple[str, str], tmp_path: Path
) -> None:
    project = judged_project(studio, models, names, tmp_path)
    view = studio.project(project)
    assert view.references == () and view.prompts.trigger == "in ink style"
    (first,) = [one.id for one in studio.rounds(project)]
    _is_drawn(studio, first)
    _is_measured(studio, project)
    _goes_on(studio, models, project, first)


def _is_drawn(studio: Studio, first: str) -> None:
    shown = studio.round_view(first)
    rungs = {LADDER[rung] for rung in rungs_drawn(STEPS)}
    assert {tile.candidate.recipe for tile in shown.candidates} == rungs
    assert len(shown.candidates) == 2 * len(rungs), "each test prompt at each strength, once"
    assert shown.step == "done" and not shown.reference_positions
    for tile in shown.candidates:
        scores = tile.candidate.more_scores
        assert not {CHANCE, CARRIES, LIKENESS} & set(scores)
        assert not tile.candidate.overfit and tile.candidate.utility == scores.get(ASKED, 1.0)
        assert tile.candidate.x is not None, "the map needs no references"
    assert shown.sentence.startswith("No reference images: copies and style match are not judged.")
    for score in shown.scores:
        assert score.turn is None and score.reason.endswith(" the prompt.")
    assert shown.example_weight == 1.0
    assert contact_sheet(studio.store.images, shown).width > 500


def _is_measured(studio: Studio, project: str) -> None:
    (told,) = studio.judged(project)
    assert all(rate.copies is None and rate.carried is None for rate in told.rates)
    assert "copy risk" not in told.sentences[0] and "prompt match" in told.sentences[0]
    assert told.sentences[-1].startswith(NOT_JUDGED)
    report = told.report
    assert report is not None and not report.is_judged
    assert not {"copies", "no_copy", "carries", "clip_i"} & set(report.figures)
    assert report.leak is not None and report.leak.value > 0.0, "it changes prompts without its words, too"
    assert report.leak.share is not None and report.leak.share > 0.0
    measures = studio.measures(project)
    assert measures.best is None and measures.headline == WITHOUT_REFERENCES
    assert "Copies" not in measures.sentence
    assert NOT_JUDGED in ask("outcomes", studio, {"project": project})["rounds"][0]["recipe"]
    read_project(studio.store, project)


def _goes_on(studio: Studio, models: Models, project: str, first: str) -> None:
    with pytest.raises(StudioError, match=r"has no reference images, and .* needs them: judge the LoRA"):
        studio.judge_quality(first)
    chosen = studio.round_view(first).candidates[0].candidate.id
    studio.mark_copies([chosen], True)
    assert studio.store.candidates.get(chosen).overfit_by == "person", "a person may know"
    studio.mark_copies([chosen], None)
    second = studio.next_round(first)
    with pytest.raises(StudioError, match=r"nothing to train on: the project has no reference images"):
        studio.fine_tune(second.id)
    studio.decide([chosen], "accepted")
    assert studio.next_step(first) == "next_round"
    (example,) = studio.training_set(second.id)
    assert not example.is_reference and example.weight == 1.0
    for job in (studio.fine_tune(second.id), studio.generate(second.id)):
        assert work(studio, models, job).message == ""
    assert studio.round_view(second.id).candidates


def test_what_describes_it(names: tuple[str, str], studio: Studio, models: Models, tmp_path: Path) -> None:
    studio.models = CheckHere()
    file = tmp_path / "ink.safetensors"
    write_lora(models, names[0], file)
    assert judged_draft([file]).described == "An image in ink style"
    assert judged_draft([file], trigger="rough ink").described == "An image in rough ink"
    draft = judged_draft([file], kind="object", trigger="<sks>", prompt="A <sks> cat")
    made = replace(draft, base_model=names[0], clip_model=names[1], anchors=("{} in a gym",))
    project = studio.project(studio.create_project(made))
    assert project.prompts.name == "a <sks> cat" and project.anchors[0].prompt == "a <sks> cat in a gym"
    with pytest.raises(StudioError, match=r"say what ink\.safetensors was trained on: its trigger word and"):
        judged_draft([file], kind="object", trigger="<sks>")
    with pytest.raises(StudioError, match="The project has no reference: add an image"):
        studio.create_project(tiny_draft(names, references=()))
    with pytest.raises(StudioError, match="Only a project that judges LoRAs can do without reference images"):
        studio.create_project(object_draft(names, references=(), described="A <sks> cat"))
