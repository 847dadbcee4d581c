"""`gal-studio evaluate`: the papers' evaluations; see docs/results.md."""

import sys
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from gal_studio.assets import load_held_out, resolve_model
from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, Wanted, Workspace, given_workspace
from gal_studio.commands.terminal.stored import existing_workspace, find_project
from gal_studio.core.errors import StudioError
from gal_studio.core.references import Prompts
from gal_studio.core.steps import Steps
from gal_studio.provenance import made_by

CLIP = "ViT-B-32/openai"
"""Published for both papers."""
T = TypeVar("T")


@dataclass(frozen=True)
class EvaluationPlan:
    """What to evaluate: `dreambench`, generated or to generate, or else the rounds of a project."""

    out: Path
    dreambench: Path | None
    pictures: Path | None
    workspace: Path | None
    project: str | None
    single_image: bool
    subjects: tuple[str, ...]
    partial: bool
    prompts: Path | None
    per_prompt: int | None
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
    dreambench: Annotated[
        Path | None, typer.Option(help="A folder like DreamBench; without it, a project's clock arms.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Generated images, SUBJECT/PROMPT.png, from anywhere.")
    ] = None,
    workspace: Workspace = None,
    project: Wanted = None,
    single_image: Annotated[
        bool, typer.Option("--single-image", help="Compare with one image of each subject (Kosmos-G).")
    ] = False,
    subject: Annotated[list[str] | None, typer.Option(help="Only this subject; may be repeated.")] = None,
    partial: Annotated[bool, typer.Option("--partial", help="Skip missing images.")] = False,
    prompts: Annotated[
        Path | None, typer.Option(help="The clock arms' prompts: one per line, or a CSV or TSV table.")
    ] = None,
    per_prompt: Annotated[int | None, typer.Option(min=1, max=1000, help="Images per prompt.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, max=1000, help="Sampling steps.")] = None,
    guidance: Annotated[float | None, typer.Option(min=0, max=100, help="Guidance scale.")] = None,
    clip_model: Annotated[str, typer.Option(help="The CLIP model of the scores.")] = CLIP,
    dino_model: Annotated[str | None, typer.Option(help="The DINO model (default: v1, ViT-S/16).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure images as the papers do: DINO, CLIP-I and CLIP-T on DreamBench, or GAL's clock arms."""
    plan = EvaluationPlan(
        out, dreambench, pictures, given_workspace(context, workspace), project, single_image,
        tuple(subject or ()), partial, prompts, per_prompt, steps, guidance, clip_model, dino_model,
    )  # fmt: skip
    _check(plan)
    check_folder(out)
    report = _dreambench(plan) if plan.dreambench else _clock(plan)
    report.write(out)
    print(json_text(report.data()) if as_json else report.table())


def _check(plan: EvaluationPlan) -> None:
    if plan.dreambench is None:
        if plan.workspace is None:
            raise StudioError(
                "There is nothing to evaluate: give --dreambench FOLDER with --pictures FOLDER, or "
                "--workspace FOLDER for the clock arms of a project."
            )
        if plan.pictures or plan.single_image or plan.subjects or plan.partial:
            raise StudioError(
                "--pictures, --single-image, --subject and --partial belong to --dreambench FOLDER."
            )
    elif plan.project or plan.prompts or plan.per_prompt:
        raise StudioError(
            "--project, --prompts and --per-prompt belong to clock arms: leave them out with --dreambench."
        )
    elif plan.pictures and (plan.steps is not None or plan.guidance is not None):
        raise StudioError("--steps and --guidance are for generating: leave them out with --pictures FOLDER.")
    elif (plan.pictures is None) == (plan.workspace is None):
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

    assert plan.dreambench is not None
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


def _clock(plan: EvaluationPlan) -> Any:
    from gal_studio.engine.features.clip import load_embedder
    from gal_studio.engine.models.devices import choose_device
    from gal_studio.research.evaluation import clock
    from gal_studio.research.evaluation.drawing import RoundDrawer

    assert plan.workspace is not None
    with existing_workspace(plan.workspace, writable=False) as store:
        project = find_project(store, plan.project)
        prompts = store.projects.prompts(project.id)
        texts = _prompts(plan.prompts, prompts)
        count = plan.per_prompt or clock.PER_PROMPT[project.kind]
        settings = clock.settings_of(project, plan.steps, plan.guidance)
        references = [store.images.plain(each.image) for each in store.projects.references(project.id)]
        squash = None if project.taught.is_subject else clock.SQUASHED
        revisions = dict(store.projects.revisions(project.id))
        points, drawer = clock.find_points(store, project), RoundDrawer(store)
        wanted = {}
        for point in points:
            folder = plan.out / "pictures" / point.folder
            wanted[point.name] = clock.wanted_pictures(project, texts, count, folder)
            drawing = drawer.draw(project, point.round, folder, wanted[point.name], settings)
            _counted(drawing, f"{point.name}: generated")
        clip = load_embedder(resolve_model(plan.clip_model))
        scores = {
            name: _followed(clock.score_point(clip, asked, references, prompts, squash), f"{name}: embedded")
            for name, asked in wanted.items()
        }
    facts = {
        "evaluation": "clock arms",
        "project": project.name,
        "kind": project.kind,
        "prompts": len(texts),
        "published_prompts": clock.PUBLISHED_PROMPTS[project.kind],
        "pictures_of_each": count,
        "steps": settings.steps,
        "guidance_scale": settings.guidance_scale,
        "clip_model": plan.clip_model,
        "references": f"resized to {squash} x {squash}" if squash else "as they are",
        "base_model": project.base_model,
        "revisions": revisions,
        "made_by": made_by(),
        "device": str(choose_device()),
    }
    return clock.report_arms(points, scores, facts)


def _prompts(path: Path | None, prompts: Prompts) -> tuple[str, ...]:
    """The prompts of a file, or the bundled held-out ones; their number and the first two are printed."""
    from gal_studio.research.evaluation.prompt_file import read_prompts

    def tell(words: str) -> None:
        if words:
            print(words, file=sys.stderr, flush=True)

    texts = read_prompts(path, prompts, tell) if path else prompts.expand(load_held_out(prompts.kind))
    shown = ", ".join(map(repr, texts[:2]))
    print(f"{len(texts)} prompts: {shown}{', …' if texts[2:] else ''}", file=sys.stderr, flush=True)
    return texts


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
