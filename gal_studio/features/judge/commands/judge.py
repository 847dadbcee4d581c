"""`gal-studio judge`: how strong a LoRA draws best, what it copies, and which of several to use."""

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.causes import unread_folder
from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.commands.running.outputs import check_folder, write_outputs
from gal_studio.commands.running.unattended import (
    BaseModel,
    Candidates,
    ClipModel,
    Overwrite,
    RunPlan,
    SamplingSteps,
    Seed,
    finish_measuring,
    opened,
    own_policy,
    setting_changes,
)
from gal_studio.commands.terminal.json_text import json_text, write_json
from gal_studio.commands.terminal.options import AsJson, Workspace, given_workspace
from gal_studio.commands.terminal.printed import note_left_out
from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.registry import find_form, refuse_bundled
from gal_studio.core.models.names import is_bundled
from gal_studio.core.naming import file_stem
from gal_studio.core.types import Kind
from gal_studio.features.judge.verbs import JudgedLora, judged
from gal_studio.rounds import planned, test_set
from gal_studio.state.files.paths import user_path
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.studio.create.judged import judged_draft
from gal_studio.studio.create.project import model_names
from gal_studio.studio.reports.measured import best_sentence

EXPORTED = "exported"

Loras = Annotated[
    list[Path], typer.Argument(metavar="LORA.safetensors...", help="One to six LoRAs from any trainer.")
]
References = Annotated[
    Path | None,
    typer.Option(help="A folder with images that it was trained on (default: none; copies are not judged)."),
]
Out = Annotated[Path, typer.Option(help="The folder for the results (default workspace: OUT/workspace).")]
Taught = Annotated[
    Kind | None, typer.Option(help="What the LoRA was trained on (default: by its file, else a style).")
]
Trigger = Annotated[str, typer.Option(help="Trigger words (default: those that the first file states).")]
Shown = Annotated[
    str,
    typer.Option(help="What the images show (default: their captions). Without images: what the LoRA shows."),
]
Prompts = Annotated[
    Path | None,
    typer.Option(help="A text file with test prompts, one per line, {} for the words (default: 18)."),
]
Preset = Annotated[
    str | None, typer.Option(help="The base model and settings (default: by the LoRA's file).")
]
ExportFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="Also export each for these programs (default: comfyui, or diffusers for the bundled model). "
        "With none, nothing is exported.",
    ),
]
WithoutTextEncoder = Annotated[
    bool, typer.Option("--without-text-encoder", help="Leave out a LoRA's changes to the text encoder.")
]


def judge(
    context: typer.Context,
    loras: Loras,
    out: Out,
    references: References = None,
    kind: Taught = None,
    trigger: Trigger = "",
    prompt: Shown = "",
    prompts: Prompts = None,
    preset: Preset = None,
    base_model: BaseModel = None,
    clip_model: ClipModel = None,
    seed: Seed = 0,
    candidates: Candidates = None,
    sampling_steps: SamplingSteps = None,
    export_format: ExportFormat = None,
    without_text_encoder: WithoutTextEncoder = False,
    overwrite: Overwrite = False,
    workspace: Workspace = None,
    as_json: AsJson = False,
) -> None:
    """Judge LoRAs that you have: how strong, what they copy, and which one. Nothing is trained."""
    if references is not None:
        note_left_out(user_path(references))
    draft = judged_draft(
        loras,
        references,
        kind,
        trigger,
        prompt,
        preset=preset,
        base_model=base_model,
        clip_model=clip_model,
        seed=seed,
        anchors=None if prompts is None else _lines(prompts),
        changes=setting_changes(None, candidates, sampling_steps),
        without_text_encoder=without_text_encoder,
    )
    form = _form(export_format, model_names(draft).base_model)
    check_folder(out)
    folder = given_workspace(context, workspace) or out / "workspace"
    summary = _judge(draft, folder, out, form, overwrite)
    if as_json:
        print(json_text(summary))


def _form(wanted: str | None, base_model: str) -> str | None:
    """The format of the exports; None for none. One that no program can use is refused."""
    if wanted == "none":
        return None
    found = find_form(wanted or ("diffusers" if is_bundled(base_model) else "comfyui"))
    refuse_bundled(found, base_model)
    return found.name


def _lines(path: Path) -> list[str]:
    try:
        lines = [line.strip() for line in user_path(path).read_text(encoding="utf-8-sig").splitlines()]
    except OSError as error:
        raise StudioError(unread_folder(path, error, "file of prompts")) from error
    except ValueError as error:
        raise StudioError(f"The prompts in {path} are not UTF-8: save the file again as UTF-8.") from error
    return [line for line in lines if line]


def _judge(
    draft: ProjectDraft, workspace: Path, out: Path, form: str | None, overwrite: bool
) -> dict[str, Any]:
    """Draw and measure all that is missing; returns the summary that was written."""
    plan = RunPlan(draft, 1, own_policy(draft), out, workspace, overwrite=overwrite)
    with opened(plan) as (studio, line, project_id):
        every = studio.store.rounds.of_project(project_id)
        rounds = [one.id for one in every if one.source and not one.archived]
        with local_worker(studio, line) as worker:
            for round_id in rounds:
                _work_on(studio, worker, round_id)
        told = judged(studio, project_id)
        summary = write_outputs(studio, rounds, out, plan.policy)
        summary["judged"] = [_described(one) for one in told]
        write_json(out / "summary.json", summary)
        for one in told if form else ():
            _export(studio, one, str(form), out, line)
        best = best_sentence(studio.measures(project_id))
        for sentence in (*(said for one in told for said in one.sentences), *filter(None, [best])):
            line.say(sentence)
        return summary


def _work_on(studio: Studio, worker: LocalWorker, round_id: str) -> None:
    worker.finish_what_was_left(round_id)
    if planned.missing(studio.store.snapshots.round(round_id)):
        worker.finish(studio.generate(round_id))
    if test_set.lacks(studio.store, round_id):
        finish_measuring(studio, worker, round_id)


def _described(one: JudgedLora) -> dict[str, Any]:
    return {
        "name": one.name,
        "file": one.source,
        "best": asdict(one.best),
        "schedules": [asdict(rate) for rate in one.rates],
        "sentences": list(one.sentences),
    }


def _export(studio: Studio, one: JudgedLora, form: str, out: Path, line: ProgressLine) -> None:
    """Export a LoRA with its card and its workflow, unless an earlier start of the command did so."""
    from gal_studio.worker.written import write_round

    folder = out / EXPORTED / file_stem(one.name, one.round_id)
    if (folder / "README.md").is_file():
        return
    shutil.rmtree(folder, ignore_errors=True)
    for sentence in write_round(studio.store, one.round_id, form, folder):
        line.say(sentence)
