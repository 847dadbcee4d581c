"""A round's own LoRA, exported and judged by command, page or Python, is what its project said of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gal_studio.assets import load_anchors
from gal_studio.core.measures.report import Report
from gal_studio.core.types import CARRIES, CHANCE, SHOWN
from gal_studio.engine.loras import check
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.ui.api.uploads import Uploads
from gal_studio.ui.panels import reference, reference_form
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from gal_studio.worker.written import write_round
from tests.commands.running import run
from tests.engine.loras.check_here import check_here
from tests.features.needed import needs_exports
from tests.tiny_project import CHANGES, drawing
from tests.ui.api.test_uploads import given as uploaded
from tests.ui.asking import ask
from tests.worker.working import first_round, work

pytestmark = needs_exports
PROMPT, SEED = "A cat in ink style", 5
ANCHORS = tuple(load_anchors("style")[:3])  # their places decide the strengths that they get
DRAWN = {"candidates": 3, "steps": 2}
Way = Callable[["Own", Path], Studio]


class Own:
    """A project that trained a LoRA and was measured, the file that it exported, and what it was made of."""

    def __init__(self, folder: Path, names: tuple[str, str], models: Models) -> None:
        self.folder, self.names, self.models = folder, names, models
        (folder / "pictures").mkdir()
        (folder / "pictures" / "cat.png").write_bytes(drawing(1))
        (folder / "pictures" / "cat.txt").write_text(PROMPT)
        self.studio = Studio(Store(folder / "own"), models=CheckHere())
        tune = {**CHANGES["tune"], "prior_images": 0, "learning_rate": 0.02}
        draft = ProjectDraft(
            "style",
            [(folder / "pictures" / "cat.png", PROMPT)],
            base_model=names[0],
            clip_model=names[1],
            seed=SEED,
            anchors=ANCHORS,
            changes={"tune": tune, "generation": {**DRAWN, "allocation": "ladder"}, "gal": {"top_k": 3}},
        )
        round_id = first_round(self.studio, draft)
        for job in self.studio.run_missing(round_id):
            assert work(self.studio, models, job).message == ""
        write_round(self.studio.store, round_id, "kohya", folder / "exported")
        (self.file,) = (folder / "exported").glob("*.safetensors")

    def finish(self, studio: Studio) -> None:
        """Do the jobs of a project that was queued."""
        (project,) = studio.projects()
        for job in sorted(studio.store.jobs.of_project(project.id), key=lambda job: job.kind):
            assert work(studio, self.models, job).message == ""


def by_command(own: Own, folder: Path) -> Studio:
    (folder / "prompts.txt").write_text("\n".join(ANCHORS))
    asked: tuple[object, ...] = (
        *("judge", own.file, "--references", own.folder / "pictures", "--out", folder / "out"),
        *("--base-model", own.names[0], "--clip-model", own.names[1], "--preset", "pocket"),
        *("--prompts", folder / "prompts.txt", "--seed", SEED, "--workspace", folder / "workspace"),
        *("--candidates", DRAWN["candidates"], "--sampling-steps", DRAWN["steps"], "--format", "none"),
    )
    assert run(*asked) == 0
    return Studio(Store(folder / "workspace"))


def by_page(own: Own, folder: Path) -> Studio:
    studio, kept = Studio(Store(folder / "workspace"), models=CheckHere()), Uploads(folder / "uploads")
    with pytest.MonkeyPatch.context() as patched:
        for module in (reference, reference_form):
            patched.setattr(module, "uploads", lambda: kept)
        path = kept.add(uploaded((own.folder / "pictures" / "cat.png").read_bytes()))
        typed = {f"generation.{name}": value for name, value in DRAWN.items()}
        form = {
            "kind": "style",
            "sets": [{"references": [{"path": path, "prompt": PROMPT}]}],
            "base_model": own.names[0],
            "clip_model": own.names[1],
            "judged": [str(own.file)],
            "settings": {"seed": SEED, "gal.top_k": 3, **typed},
            "only": True,
        }
        project = ask("create", studio, form)["project"]
    ask("add_anchors", studio, {"project": project, "lines": list(ANCHORS), "only": True})
    ask("run_round", studio, {"round": studio.rounds(project)[0].id})
    own.finish(studio)
    return studio


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, names: tuple[str, str], models: Models) -> Iterator[Own]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(check, "check_files", check_here)
        made = Own(tmp_path_factory.mktemp("own"), names, models)
    yield made
    made.studio.store.close()


def said_by(studio: Studio) -> tuple[list[Any], list[dict[str, Any]], list[Any]]:
    """The pictures, their scores, and the best schedule with the benchmark's figures."""
    (project,) = studio.projects()
    (round_,) = studio.rounds(project.id)
    view = studio.round_view(round_.id)
    pictures = [(tile.prompt, tile.candidate.seed, tile.candidate.image) for tile in view.candidates]
    scores = [
        {**tile.candidate.more_scores, "copy": tile.candidate.overfit, "recipe": str(tile.candidate.recipe)}
        for tile in view.candidates
    ]
    report: Report = studio.measures(project.id).reports[round_.id]
    return pictures, scores, [view.best_recipe, report.copies, report.as_asked, report.figures]


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(by_command, marks=pytest.mark.thorough),
        by_page,
    ],
)
def test_it_is_judged_as_its_project_said(own: Own, way: Way, tmp_path: Path) -> None:
    """Equal to the bit, but for the page: the CLIP reads its test prompts in a larger batch."""
    studio = way(own, tmp_path)
    (pictures, scores, said), (judged, rescored, found) = said_by(own.studio), said_by(studio)
    studio.store.close()
    assert judged == pictures  # equal names of images are equal bytes
    assert found == said
    if way is not by_page:
        assert rescored == scores
    assert [one.keys() for one in rescored] == [one.keys() for one in scores]
    for ours, theirs in zip(scores, rescored, strict=True):
        assert theirs == pytest.approx(ours, abs=1e-6)
    assert {CARRIES, SHOWN, CHANCE} <= scores[0].keys()
    assert len({image for *_, image in pictures}) > 5 and len({one["recipe"] for one in scores}) > 1
