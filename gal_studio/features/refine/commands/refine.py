"""`gal-studio refine`: refine a round of a stored project with PatchDPO."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.commands.running.outputs import check_folder, write_outputs
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, StoredWorkspace, Wanted, required_workspace
from gal_studio.commands.terminal.stored import existing_workspace, find_project, last_round
from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.features.refine import rules
from gal_studio.features.refine.each_round import describe_refinement, refine_round, refinement_seconds
from gal_studio.provenance import made_by
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.studio import Studio


def refine(
    context: typer.Context,
    workspace: StoredWorkspace = None,
    project: Wanted = None,
    round_: Annotated[
        int | None, typer.Option("--round", help="The round's number (default: the last trained one).")
    ] = None,
    pairs: Annotated[
        int | None, typer.Option(help="Comparison pairs to make (default: the project's).")
    ] = None,
    steps: Annotated[int | None, typer.Option(help="Training steps (default: the project's).")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder for the results.")] = None,
    as_json: AsJson = False,
) -> None:
    """Refine a round of a stored project with PatchDPO."""
    given = {"pairs": pairs, "steps": steps}
    changes = {name: value for name, value in given.items() if value is not None}
    folder = required_workspace(context, workspace)
    summary = refine_project(folder, project, round_, changes, out)
    if as_json:
        print(json_text(summary))


def refine_project(
    workspace: Path, wanted: str | None, number: int | None, changes: Mapping[str, int], out: Path | None
) -> dict[str, Any]:
    """Refine a round, or resume an interrupted command; returns the summary of the refinement."""
    if out is not None:
        check_folder(out)
    with existing_workspace(workspace) as store:
        studio = Studio(store)
        line = ProgressLine(studio)
        project = find_project(store, wanted)
        round_ = _round(store, project, number)
        if out is not None and not store.candidates.count(round_.id):
            raise StudioError(
                f"Round {round_.number} has no images for {out}: generate them first, or leave out --out."
            )
        if changes:
            studio.change_settings(project.id, {"refine": dict(changes)})
        inputs = inputs_of(store, round_.id, foregrounds=True)
        if not rules.can_be_refined(inputs.here):
            rules.planned_pairs(inputs, project.settings.refine)  # raises what is missing
        with local_worker(studio, line) as worker:
            node = refine_round(studio, worker, line, round_.id)
        if out is not None:
            refinements = {round_.id: node} if node else {}
            write_outputs(studio, [round_.id], out, "human", refinements)
            line.say(f"Written to {out}.")
        told = describe_refinement(studio, node) if node else {}
        seconds = refinement_seconds(studio, node) if node else None
        return {**told, "seconds": seconds, "made_by": made_by()}


def _round(store: Store, project: Project, number: int | None) -> Round:
    """The last trained round with this number; if None, the last one that is shown."""
    trained = [
        round_
        for round_ in store.rounds.of_project(project.id)
        if round_.variant.tunes and round_.adapter is not None and number in (None, round_.number)
    ]
    return last_round(store, project, trained, number, "is trained yet: train it first")
