"""`gal-studio refine`: a round of a stored project, refined with PatchDPO without a screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gal_studio.commands.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.commands.outputs import check_folder, describe_refinement, write_outputs
from gal_studio.commands.stored import existing_workspace, find_project
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Round
from gal_studio.rounds import lineage, pairs
from gal_studio.state import Store
from gal_studio.state.tables.projects import Project
from gal_studio.studio import Studio

TITLES = {"clip_t": "text alignment", "clip_i": "likeness to the references", "overfit_rate": "copies"}


@dataclass(frozen=True)
class RefinePlan:
    """What to refine: a project by id or name, a round by number; None means the newest."""

    workspace: Path
    project: str | None
    round: int | None
    changes: Mapping[str, int]
    out: Path | None


def refine_project(plan: RefinePlan) -> dict[str, Any]:
    """Refine one round, or go on where an earlier start stopped; returns what was gained."""
    if plan.out is not None:
        check_folder(plan.out)
    with existing_workspace(plan.workspace) as store:
        studio = Studio(store)
        line = ProgressLine(studio)
        project = find_project(store, plan.project)
        entry = _round(store, project, plan.round)
        if plan.changes:
            studio.change_settings(project.id, {"refine": dict(plan.changes)})
        if not pairs.can_be_refined(store, entry):
            pairs.planned_pairs(store, entry, project.settings.refine)  # says what is missing
        with local_worker(studio, line) as worker:
            node = refine_round(studio, worker, line, entry.id)
        if plan.out is not None:
            refinements = {entry.id: node} if node else {}
            write_outputs(studio, [entry.id], plan.out, "human", refinements)
            line.say(f"Written to {plan.out}.")
        return describe_refinement(studio, node) or {}


def refine_round(studio: Studio, worker: LocalWorker, line: ProgressLine, round_id: str) -> str | None:
    """Refine a round as far as that is not done; the refinement's id, None when there is nothing to learn."""
    store = studio.store
    entry = store.rounds.get(round_id)
    if not pairs.can_be_refined(store, entry):
        line.say(f"Round {entry.number} is not refined: no picture was accepted that it could learn from.")
        return None
    for node in [child for child in store.rounds.children(round_id) if child.kind == "refine"][-1:]:
        worker.finish_what_was_left(node.id)
    settings = store.projects.get(entry.project_id).settings.refine
    done = pairs.finished_twin(store, entry, settings)
    if done is None:
        jobs = studio.run_refinement(round_id)
        for job in jobs:
            worker.finish(job)
        done = store.rounds.get(jobs[-1].round_id)
    elif lineage.missing(store, done.id):
        worker.finish(studio.generate(done.id))
    _tell(studio, line, done)
    return done.id


def _tell(studio: Studio, line: ProgressLine, node: Round) -> None:
    view = studio.refinement_view(node.id)
    line.say(f"Round {node.number} is refined with {len(view.pairs)} pairs.")
    if view.unmeasured:
        line.say(f"  {view.unmeasured}")
    if view.measurements:
        line.say("  Before and after, judged by the project's CLIP:")
    for entry in view.measurements:
        line.say(
            f"  {TITLES.get(entry.metric, entry.metric)}: {entry.before:.3f} -> {entry.after:.3f} "
            f"({entry.difference:+.3f}, 95 % interval {entry.low:+.3f} to {entry.high:+.3f}, "
            f"{entry.images} pictures)"
        )


def _round(store: Store, project: Project, number: int | None) -> Round:
    """The trained round of this number, the last one of several; the last of all where none is named."""
    trained = [
        entry
        for entry in store.rounds.of_project(project.id)
        if entry.kind == "fine_tune" and entry.adapter is not None and number in (None, entry.number)
    ]
    if not trained:
        which = "No round" if number is None else f"No round {number}"
        raise StudioError(f"{which} of {project.name!r} is fine-tuned yet: fine-tune it first.")
    return trained[-1]
