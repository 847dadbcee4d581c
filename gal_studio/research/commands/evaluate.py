"""`gal-studio evaluate`: PatchDPO's two tables; see docs/results.md."""

import sys
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from gal_studio.assets import resolve_model
from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, Workspace, given_workspace
from gal_studio.commands.terminal.stored import existing_workspace
from gal_studio.core.errors import StudioError
from gal_studio.core.steps import Steps
from gal_studio.provenance import made_by

CLIP = "ViT-B-32/openai"
"""Published."""
T = TypeVar("T")


@dataclass(frozen=True)
class EvaluationPlan:
    """What to evaluate: the images of a `dreambench`, generated or to generate."""

    out: Path
    dreambench: Path
    pictures: Path | None
    workspace: Path | None
    single_image: bool
    subjects: tuple[str, ...]
    partial: bool
    steps: int | None
    guidance: float | None
    clip_model: str
    dino_model: str | None

    @property
    def dino(self) -> str:
        """The name of the DINO model."""
        from gal_studio.engine.features.image_token import DINO

        return self.dino_model or DINO


def evaluate(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Output folder; rerun with the same one to resume.")],
    dreambench: Annotated[Path, typer.Option(help="A folder like DreamBench.")],
    pictures: Annotated[
        Path | None, typer.Option(help="Generated images, SUBJECT/PROMPT.png, from anywhere.")
    ] = None,
    workspace: Workspace = None,
    single_image: Annotated[
        bool, typer.Option("--single-image", help="Compare with one image of each subject (Kosmos-G).")
    ] = False,
    subject: Annotated[list[str] | None, typer.Option(help="Only this subject; may be repeated.")] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Skip missing images.")] = False,
    steps: Annotated[int | None, typer.Option(min=1, max=1000, help="Sampling steps.")] = None,
    guidance: Annotated[float | None, typer.Option(min=0, max=100, help="Guidance scale.")] = None,
    clip_model: Annotated[str, typer.Option(help="The CLIP model of the scores.")] = CLIP,
    dino_model: Annotated[str | None, typer.Option(help="The DINO model (default: v1, ViT-S/16).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure images as PatchDPO's authors do: DINO, CLIP-I and CLIP-T on DreamBench."""
    plan = EvaluationPlan(
        out, dreambench, pictures, given_workspace(context, workspace), single_image,
        tuple(subject or ()), partial, steps, guidance, clip_model, dino_model,
    )  # fmt: skip
    _check(plan)
    check_folder(out)
    report = _dreambench(plan)
    report.write(out)
    print(json_text(report.data()) if as_json else report.table())


def _check(plan: EvaluationPlan) -> None:
    if plan.pictures and (plan.steps is not None or plan.guidance is not None):
        raise StudioError("--steps and --guidance are for generating: leave them out with --pictures FOLDER.")
    if (plan.pictures is None) == (plan.workspace is None):
        raise StudioError(
            "DreamBench takes generated images from --pictures FOLDER, or generates them with the projects "
            "of --workspace FOLDER: give one of the two."
        )


def _dreambench(plan: EvaluationPlan) -> Any:
    from gal_studio.engine.features.clip import load_embedder
    from gal_studio.engine.features.image_token import load_image_token
    from gal_studio.engine.models.devices import choose_device
    from gal_studio.research.evaluation.benchmark import report_benchmark
    from gal_studio.research.evaluation.dreambench import find_drawn, read_dreambench
    from gal_studio.research.evaluation.scores import ScoringModels, score_subject

    subjects = read_dreambench(plan.dreambench, plan.subjects)
    folder = plan.pictures or _drawn_by_projects(plan, subjects)
    drawn = {each.name: find_drawn(each, folder, plan.partial) for each in subjects}
    models = ScoringModels(
        load_embedder(resolve_model(plan.clip_model)), load_image_token(resolve_model(plan.dino))
    )
    facts = {
        "evaluation": "DreamBench",
        "compared": "one image of each subject" if plan.single_image else "all images of each subject",
        "clip_model": plan.clip_model,
        "dino_model": plan.dino,
        "pictures_in": str(folder),
        "made_by": made_by(),
        "device": str(choose_device()),
    }
    scores = [
        _followed(score_subject(each, drawn[each.name], models, plan.single_image), f"{each.name}: embedded")
        for each in subjects
    ]
    return report_benchmark(scores, facts)


def _drawn_by_projects(plan: EvaluationPlan, subjects: Iterable[Any]) -> Path:
    from gal_studio.research.evaluation.benchmark import draw_subject
    from gal_studio.research.evaluation.drawing import RoundDrawer

    assert plan.workspace is not None
    folder = plan.out / "pictures"
    with existing_workspace(plan.workspace, writable=False) as store:
        drawer = RoundDrawer(store)
        for each in subjects:
            steps = draw_subject(store, drawer, each, folder, plan.steps, plan.guidance)
            _counted(steps, f"{each.name}: generated")
    return folder


def _counted(steps: Iterable[int], what: str) -> None:
    """Run to the end, and say how many are done."""
    done = 0
    for count in steps:
        done += count
        print(f"{what} {done}", file=sys.stderr, flush=True)


def _followed(steps: Generator[int, None, T], what: str) -> T:
    """Run to the end, say how many are done, and return what the steps return."""
    running = Steps(steps)
    _counted(running, what)
    return running.result
