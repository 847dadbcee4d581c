"""First rounds that several runs have in common: done once, and copied into the workspace of each."""

import hashlib
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

from gal_studio.commands.running.unattended import RunPlan, carry_out, origin_of, parts_of
from gal_studio.second_try import renamed
from gal_studio.state import Store
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.studio.create.project import settings_of

ONLY_LATER = frozenset({"policy", "top_k", "balance", "balance_lambda"})
"""Settings of `gal` that say what is accepted and what it weighs: no first round depends on them."""
_NOT_COPIED = ("*.lock", "logs", "temporary")


def first_plan(plan: RunPlan, folder: Path) -> RunPlan:
    """The first round alone of a plan, which is measured; equal for plans that differ only in what follows.

    Its folder, in `folder`, is named after all that it depends on. No setting of what is suggested moves the
    ladder.
    """
    changes = dict(plan.draft.changes)
    changes["gal"] = {name: value for name, value in changes.get("gal", {}).items() if name not in ONLY_LATER}
    first = replace(plan, draft=replace(plan.draft, changes=changes), policy="uncertainty", rounds=1)
    parts = json.dumps(parts_of(first), sort_keys=True, default=str)
    own = folder / hashlib.sha256(parts.encode()).hexdigest()[:10]
    return replace(first, out=own, workspace=own / "workspace", measured="last")


def finish(first: RunPlan) -> None:
    """Do a first round, unless it is done; waits for another command that is doing it."""
    with WorkerLock(first.out) as lock:
        lock.acquire(math.inf)
        if not is_finished(first):
            carry_out(first)


def is_finished(first: RunPlan) -> bool:
    """Whether a first round is done; its summary is written last."""
    return (first.out / "summary.json").is_file()


def begin_with(plan: RunPlan, first: RunPlan) -> None:
    """Give a plan, unless it has begun already, the workspace of `first` with its finished round."""
    if plan.workspace.exists():
        return
    part = plan.workspace.with_name(f"{plan.workspace.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(first.workspace, part, ignore=shutil.ignore_patterns(*_NOT_COPIED))
    with Store(part) as store:
        (project,), settings = store.projects.all(), settings_of(plan.draft)
        with store.database.transaction():
            store.projects.set_origin(project.id, origin_of(plan))
            store.projects.set_settings(project.id, settings)
            for round_ in store.rounds.of_project(project.id):
                store.rounds.set_settings(round_.id, settings)
    renamed(part, plan.workspace)
