"""`gal-studio steps`: list the kept steps of a training, compare their images, take or delete them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, StoredWorkspace, Wanted, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace, find_project, last_round
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import bytes_in_words
from gal_studio.core.naming import round_names
from gal_studio.core.quoting import csv_table
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.round import Round
from gal_studio.features.trials.record import Trial, trials_of
from gal_studio.features.trials.rules import judged
from gal_studio.features.trials.verbs import forget_steps, kept_steps, try_steps, use_step
from gal_studio.rounds.kept_steps import STRENGTHS
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.tables.candidates import copy_shift
from gal_studio.studio import Studio

ACTIONS = ("list", "generate", "use", "delete")
FORMER = {"draw": "generate"}
"""Actions by their names of earlier versions, which are still taken."""
COLUMNS = ("step", "strength", "copy_risk", "prompt_match", "style_match", "file")


def steps(
    context: typer.Context,
    action: Annotated[str, typer.Argument(help=f"One of: {', '.join(ACTIONS)}.")] = "list",
    step: Annotated[
        list[int] | None,
        typer.Argument(metavar="STEP", help="The step to use, or the steps to generate with."),
    ] = None,
    round_: Annotated[
        str | None, typer.Option("--round", help="The round's number or name (default: the last with steps).")
    ] = None,
    prompt: Annotated[
        str, typer.Option(help="The prompt to generate; {} is the subject (default: a test prompt).")
    ] = "",
    strength: Annotated[
        list[float] | None,
        typer.Option(help="A LoRA strength; repeat it for several (default: 0.4, 0.7, 1)."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="The seed (default: that of the test prompt’s first image).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder for the images of generate, and a table of them.")
    ] = None,
    workspace: StoredWorkspace = None,
    project: Wanted = None,
    as_json: AsJson = False,
) -> None:
    """Compare the steps of one training: was it too long, and where was it best?

    A training that is validated (tune.validate_every) keeps its LoRA at each validation. generate makes one
    prompt by each step at each strength, with one seed; use lets the round have the LoRA of a step (a round
    with images keeps its own, and gets a round beside it); delete frees their disk space.
    """
    action = FORMER.get(action, action)
    if action not in ACTIONS:
        raise StudioError(f"There is no action {action!r}: choose one of {', '.join(ACTIONS)}.")
    if action == "use" and len(step or ()) != 1:
        raise StudioError("Give the one step to use, such as gal-studio steps use 400.")
    if out is not None:
        check_folder(out)
    with existing_workspace(required_workspace(context, workspace)) as store:
        studio = Studio(store)
        chosen = _round(studio, project, round_, action)
        told: dict[str, Any] = {"round": _name(studio, chosen)}
        if action == "generate":
            asked = try_steps(studio, chosen.id, prompt, step or (), strength or STRENGTHS, seed)
            with local_worker(studio, ProgressLine(studio)) as worker:
                jobs = store.jobs.of_project(chosen.project_id)
                worker.finish(next(one for one in reversed(jobs) if one.kind == "try"))
            told |= _drawn(studio, chosen, asked, out)
        elif action == "use":
            told["taken"] = _name(studio, use_step(studio, chosen.id, (step or [0])[0]))
        elif action == "delete":
            told["freed"] = forget_steps(studio, chosen.id)
        else:
            view = studio.round_view(chosen.id).steps
            told |= {"steps": view.kept, "used": view.used, "why_none": view.why_none}
    print(json_text(told) if as_json else _text(told))


def _round(studio: Studio, project: str | None, wanted: str | None, action: str) -> Round:
    """The last round of this number or name; without one, the last whose steps are kept."""
    found = find_project(studio.store, project)
    names = round_names(studio.store.rounds.of_project(found.id))
    fitting = [
        one
        for one in studio.store.rounds.of_project(found.id)
        if one.variant.tunes and wanted in (None, str(one.number), names[one.id], one.id)
    ]
    kept = [one for one in fitting if kept_steps(studio, one.id)]
    known = kept or (fitting if wanted is not None or action == "list" else [])
    return last_round(
        studio.store, found, known, wanted, "has kept steps: train one with tune.validate_every"
    )


def _name(studio: Studio, round_: Round) -> str:
    return round_names(studio.store.rounds.of_project(round_.project_id))[round_.id]


def _drawn(studio: Studio, round_: Round, asked: Sequence[Trial], out: Path | None) -> dict[str, Any]:
    """What was drawn, with its measures; written to a folder if one was given."""
    store = studio.store
    here, shift = store.snapshots.round(round_.id), copy_shift(store.database, round_.project_id)
    images = []
    for trial in (trials_of(store).get(one.id) for one in asked):
        if not trial.image:
            raise StudioError(trial.trouble or "An image was not generated: run the same command again.")
        name = f"step-{trial.step:06d}-strength-{trial.recipe.late:g}.png"
        if out is not None:
            write_whole(out / name, store.images.read(trial.image), out)
        images.append(
            _measured(trial, judged(here, trial, shift), here.copy_detectors != "none") | {"file": name}
        )
    if out is not None:
        rows = [[one[column] for column in COLUMNS] for one in images]
        write_whole(out / "steps.csv", csv_table([COLUMNS, *rows]).encode(), out)
    return {"prompt": asked[0].prompt, "seed": asked[0].seed, "images": images}


def _measured(trial: Trial, made: Candidate, finds_copies: bool) -> dict[str, Any]:
    return {
        "step": trial.step,
        "strength": trial.recipe.late,
        "copy_risk": made.chance if finds_copies and not made.is_blank else None,
        "prompt_match": made.asked,
        "style_match": made.kept,
    }


def _text(told: dict[str, Any]) -> str:
    """The answer in lines for a person."""
    name = told["round"]
    if "taken" in told:
        same = told["taken"] == name
        return f"{name} has that LoRA now." if same else f"{told['taken']} is beside {name}, with that LoRA."
    if "freed" in told:
        return f"The kept steps of {name} are deleted: {bytes_in_words(told['freed'])} are free."
    if "images" not in told:
        listed = ", ".join(f"{one} (used)" if one == told["used"] else str(one) for one in told["steps"])
        return f"{name}: {listed or told['why_none'] or 'no steps are kept.'}"
    lines = [f"{name}: {told['prompt']}, seed {told['seed']}", "  step  strength  copy risk  prompt  style"]
    for one in told["images"]:
        parts = (one["copy_risk"], one["prompt_match"], one["style_match"])
        risk, match, style = ("-" if part is None else f"{part:.0%}" for part in parts)
        lines.append(f"{one['step']:6}  {one['strength']:8g}  {risk:>9}  {match:>6}  {style:>5}")
    return in_lines(*lines)
