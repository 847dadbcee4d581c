"""Make the finished project of a plan: train, draw, choose and measure, round by round.

What an earlier run has done is not done again.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.reasons import short_names
from gal_studio.core.records.round import Round
from gal_studio.engine.models.adapters import order_header
from gal_studio.engine.saving import save_tensors
from gal_studio.features.benchmark.verbs import change_test_set, measure, measure_when
from gal_studio.rounds import planned, test_set
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.worker.model_check import CheckHere
from tools.finished.plan import Choice, Plan, PlannedRound
from tools.finished.sheet import sheet


class NotChosenError(Exception):
    """Nobody has chosen images of a round yet."""


def make(workspace: Path, plan: Plan, draft: ProjectDraft) -> str:
    """Make the project, or what is missing of it; returns its ID.

    A round without choices ends it with a NotChosenError, once its sheet is beside the workspace.
    """
    with Store(workspace) as store:
        studio = Studio(store, models=CheckHere())
        line = ProgressLine(studio)
        with local_worker(studio, line) as worker:
            project_id = studio.create_project(draft)
            if store.measures.held_out_set(project_id) is None:
                change_test_set(studio, project_id, plan.benchmark, plan.seeds)
                measure_when(studio, project_id, "never")  # but at the end, what the plan says
            made: list[str] = []
            for one in plan.rounds:
                made.append(_round(studio, worker, project_id, one, made))
                _choose(studio, made[-1], one, workspace)
            for round_id, one in zip(made, plan.rounds, strict=True):
                if one.measured and test_set.prepare(store, round_id).missing:
                    worker.finish(measure(studio, round_id))
            measure_when(studio, project_id, "auto")
            return project_id


def _round(
    studio: Studio, worker: LocalWorker, project_id: str, one: PlannedRound, before: Sequence[str]
) -> str:
    """Train and draw a round; its settings are those of the project while that is done."""
    store = studio.store
    parent = None if one.after is None else before[one.after]
    others = [each for each in store.rounds.of_project(project_id) if each.parent_id == parent]
    found = next((each for each in others if each.id not in before), None)
    if one.changes and not (found and not planned.missing(store.snapshots.round(found.id))):
        usual = store.rounds.get(before[0]).settings.to_dict()
        studio.change_settings(project_id, one.changes)
        try:
            return _drawn(studio, worker, found or studio.branch(str(parent)), one.name)
        finally:
            studio.change_settings(project_id, _former(usual, one.changes))
    return _drawn(studio, worker, found or studio.branch(str(parent)), one.name)


def _former(usual: Mapping[str, Mapping[str, object]], changes: Mapping[str, object]) -> dict[str, object]:
    return {group: usual[group] for group in changes}


def _drawn(studio: Studio, worker: LocalWorker, round_: Round, name: str) -> str:
    """Train a round and draw it with its LoRA in half precision, which is what the archive has room for."""
    store = studio.store
    worker.finish_what_was_left(round_.id)
    if round_.adapter is None:
        worker.finish(studio.fine_tune(round_.id))
        _halve(store, round_.id)
    if planned.missing(store.snapshots.round(round_.id)):
        worker.finish(studio.generate(round_.id))
    if name:
        studio.rename_round(round_.id, name)
    return round_.id


def _halve(store: Store, round_id: str) -> None:
    """Replace the LoRA of a round by itself in half precision, before anything is drawn with it."""
    round_ = store.rounds.get(round_id)
    assert round_.adapter is not None
    whole = store.adapters.path(round_.adapter)
    with safe_open(whole, "pt") as file:
        metadata: dict[str, str] = file.metadata()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "half.safetensors"
        tensors = {name: weight.to(torch.float16) for name, weight in load_file(whole).items()}
        save_tensors(tensors, path, metadata)
        order_header(path)
        half = store.adapters.add_file(path)
    trained_as = store.rounds.get(round_id).trained_as
    assert trained_as is not None
    store.rounds.finish_training(round_id, half, trained_as, store.rounds.training_set(round_id))


def _choose(studio: Studio, round_id: str, one: PlannedRound, workspace: Path) -> None:
    """Mark and accept what the plan says, unless something of the round was decided already."""
    view = studio.round_view(round_id)
    number = len(studio.store.snapshots.node(round_id).ancestors) + 1
    path = workspace.with_name(f"{workspace.name}-{number}-{round_id}.png")
    sheet(studio.store.images, view).save(path)
    if one.accepted is None:
        raise NotChosenError(f"Look at {path}, and write into the plan what is accepted in {one.name!r}.")
    if studio.store.decisions.log(round_id):
        return
    heads = short_names(view.project.anchors)
    there = {
        (heads[tile.candidate.anchor_id], tile.candidate.index): tile.candidate.id for tile in view.candidates
    }

    def ids(choices: Sequence[Choice]) -> list[str]:
        lost = [f"{head} {number}" for head, number in choices if (head, number) not in there]
        if lost:
            raise StudioError(f"Round {view.round.number} has no image {lost[0]!r}: look at {path}.")
        return [there[head, number] for head, number in choices]

    if one.copies:
        studio.mark_copies(ids(one.copies), True)
    if one.accepted:
        studio.decide(ids(one.accepted), "accepted")
