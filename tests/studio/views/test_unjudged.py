"""What is said of a project without references, whose LoRA is judged by its prompts alone."""

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.ladder import LADDER
from gal_studio.core.gal.recipe_rates import best_recipe
from gal_studio.core.measures.verdict import WITHOUT_REFERENCES
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.project import Project
from gal_studio.core.settings import Settings
from gal_studio.core.types import ASKED
from gal_studio.rounds import planned, test_set
from gal_studio.state import Store
from gal_studio.state.tables.measures import LIKENESS, NewMeasuredPicture
from gal_studio.studio import Studio
from gal_studio.studio.reports.contact_sheet import contact_sheet
from gal_studio.studio.reports.measured import describe_measures
from gal_studio.workspace.read_project import read_project

ANCHORS = ("A tie in ink style", "A koala in ink style", "A drum in ink style")
SETTINGS = Settings().updated({"generation": {"allocation": "ladder", "steps": 10}})
FOLLOWED = {0: 0.2, 1: 0.55, 2: 0.6, 3: 0.81, 4: 0.8, 5: 0.81, 6: 0.81, 7: 0.82, 8: 0.82}
"""The prompt match of each rung: at full strength the LoRA draws what it was trained on."""


@pytest.fixture
def judged(store: Store) -> tuple[Studio, str, str]:
    """A studio, a project without references, and its round, drawn as the ladder wants it."""
    new = Project("", "Ink", "style", "base", "clip", "", 7, SETTINGS, described="An image in ink style")
    project = store.projects.add(new, (), ANCHORS)
    adapter = store.adapters.add(b"a LoRA")
    round_id = store.rounds.add_given(project.id, SETTINGS, "ink.safetensors", adapter, "ink").id
    wanted = planned.missing(store.snapshots.round(round_id))
    assert len(wanted) == len(ANCHORS) * len(LADDER), "each test prompt at each strength"
    for place, (anchor, index) in enumerate(wanted):
        image = store.images.add_picture(Image.new("RGB", (8, 8), (index, place, 0)))
        asked = FOLLOWED[index] + 0.03 * (anchor.order - 1)
        made = Candidate(
            "", anchor.id, index, 1, image, 0.3, 0.9, feature=np.array([0.6, 0.8]),
            more_scores={ASKED: asked}, recipe=LADDER[index],
        )  # fmt: skip
        store.candidates.save(round_id, [made])
    return Studio(store), project.id, round_id


def test_the_strongest_schedule_that_follows_prompts_is_best(judged: tuple[Studio, str, str]) -> None:
    studio, project, round_id = judged
    here = studio.store.snapshots.round(round_id)
    assert not planned.missing(here)
    assert not any(one.overfit or one.chance for one in here.candidates), "nearer to the words, yet no copy"
    assert here.best_recipe == LADDER[3] == best_recipe(here.candidates)
    (told,) = studio.judged(project)
    assert told.sentences == (
        f"ink generates best with the {LADDER[3].words}: prompt match 81% (at full strength: prompt match "
        "20%).",
        "Copies and style match are not judged. Judge it again with a few images that it was trained on.",
    )


def test_the_round_says_what_it_does_not_know(judged: tuple[Studio, str, str]) -> None:
    studio, project, round_id = judged
    view = studio.round_view(round_id)
    assert view.project.references == () and view.project.prompts.name == "in ink style"
    assert view.step == "done" and view.example_weight == 1.0
    assert view.sentence.startswith("No reference images: copies and style match are not judged.")
    assert [score.reason for score in view.scores] == ["8 of 9 match the prompt."] * 3
    assert all(score.turn is None for score in view.scores)
    contact_sheet(studio.store.images, view)
    read_project(studio.store, project)
    with pytest.raises(StudioError, match=r"Ink has no reference images, and a heat map needs them"):
        studio.judge_quality(round_id)
    with pytest.raises(StudioError, match=r"nothing to train on: the project has no reference images"):
        studio.fine_tune(studio.next_round(round_id).id)


def test_the_benchmark_knows_prompt_match_and_bleed(judged: tuple[Studio, str, str]) -> None:
    studio, project, round_id = judged
    studio.change_test_set(
        project, [f"A {one} {{}}" for one in ("pen", "cup", "hat", "fan", "log", "jar")], 1
    )
    chosen = test_set.load(studio.store, studio.store.snapshots.project(project))
    image = studio.store.images.add_picture(Image.new("RGB", (8, 8), "red"))
    for prompt in chosen.in_use:
        for name in (None, round_id):
            moved = 0.0 if name is None else 0.4 if prompt.part == "held_out" else 0.3
            scores = {
                "similarity_anchor": 0.5,
                "similarity_reference": 0.1,
                LIKENESS: 1.0 - moved,
                ASKED: 0.8,
            }
            drawn = NewMeasuredPicture(prompt.id, name, 0, 1, image, scores, "", "")
            studio.store.measures.save([drawn])
    measures = studio.measures(project)
    report = measures.reports[round_id]
    assert set(report.figures) == {"as_asked", "clip_t"} and not report.is_judged
    assert report.leak is not None and report.leak.value == pytest.approx(0.3)
    assert report.leak.share == pytest.approx(0.75)
    assert (measures.best, measures.headline) == (None, WITHOUT_REFERENCES)
    assert measures.sentence == "ink: Prompt match: 6 of 6 images."
    assert measures.warnings == ()
    described = describe_measures(measures)
    assert described["base"]["copies"] is None
    (judged, *_) = studio.judged(project)
    assert judged.sentences[1].startswith("Prompt match: 6 of 6 images (on prompts outside")
