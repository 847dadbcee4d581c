"""`gal-studio ask`: train a drawn round with other seeds as well, and say where the trainings disagree."""

from math import log
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, StoredWorkspace, Wanted, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace, find_project, last_round
from gal_studio.core.gal.disagreement import disagreement
from gal_studio.core.gal.uncertainty import group_by_anchor
from gal_studio.research.features.other_trainings.verbs import ask_trainings, trainings_are_compared
from gal_studio.studio import Studio


def ask(
    context: typer.Context,
    workspace: StoredWorkspace = None,
    project: Wanted = None,
    round_: Annotated[
        int | None, typer.Option("--round", help="The round's number (default: the last generated one).")
    ] = None,
    trainings: Annotated[
        int | None,
        typer.Option(help="Runs to compare, with the round's own: 2 to 5 (default: the project's)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Retrain a round with other seeds and show where the results differ (docs/algorithms.md, Eq. G21).

    Results that are known already are printed again without training.
    """
    told = ask_round(required_workspace(context, workspace), project, round_, trainings)
    print(json_text(told) if as_json else _table(told))


def ask_round(
    workspace: Path, wanted: str | None, number: int | None, trainings: int | None
) -> dict[str, Any]:
    """Ask, and return the disagreement on each test prompt, the largest first."""
    with existing_workspace(workspace) as store:
        studio = Studio(store)
        project = find_project(store, wanted)
        drawn = [
            one
            for one in store.rounds.of_project(project.id)
            if one.variant.tunes and store.candidates.count(one.id) and number in (None, one.number)
        ]
        found = last_round(store, project, drawn, number, "has images yet: generate them first")
        if not trainings_are_compared(studio, found.id, trainings):
            with local_worker(studio, ProgressLine(studio)) as worker:
                worker.finish(ask_trainings(studio, found.id, trainings))
        groups = group_by_anchor(store.snapshots.round(found.id).candidates)
        scores = studio.round_view(found.id).scores
        known = [(one.prompt, disagreement(groups.get(one.anchor_id, ()))) for one in scores]
        prompts = [
            {"prompt": prompt, "pictures": each.pictures, "copies": each.copies, "areas": each.areas}
            for prompt, each in sorted(known, key=lambda one: -(one[1].copies if one[1] else 0.0))
            if each is not None
        ]
        return {
            "round": found.number,
            "trainings": store.rounds.get(found.id).settings.gal.trainings,
            "prompts": prompts,
        }


def _table(told: dict[str, Any]) -> str:
    """A table in percent; `copies` is in nats, of which a bit is the most."""
    lines = [
        f"Round {told['round']}: how much {told['trainings']} runs disagree, from 0 to 100%, on",
        "a copy  the image  test prompt",
    ]
    for one in told["prompts"]:
        areas = "" if one["areas"] is None else f"{one['areas']:.0%}"
        lines.append(f"{one['copies'] / log(2):6.0%}  {areas:>11}  {one['prompt']}")
    return in_lines(*lines)
