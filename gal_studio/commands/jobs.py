"""`gal-studio jobs`: list the jobs of a workspace and act on them, as in the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, StoredWorkspace, required_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.states import REQUESTED, RESUMABLE
from gal_studio.core.types import Job, JobState
from gal_studio.processes import start_worker
from gal_studio.state import Store
from gal_studio.studio import Studio

SUITS: Mapping[str, frozenset[JobState]] = {
    "pause": frozenset({"running"}),
    "stop": REQUESTED,
    "resume": RESUMABLE,
    "retry": frozenset({"error", "stopped", "interrupted"}),
    "keep": RESUMABLE,
    "first": frozenset({"queued"}),
}
"""The states in which an action has an effect."""
SHORTEST_PREFIX = 4  # characters of an ID


def jobs(
    context: typer.Context,
    action: Annotated[
        str | None,
        typer.Argument(help=f"One of: {', '.join((*SUITS, 'log'))}. log prints a bug report."),
    ] = None,
    job: Annotated[str | None, typer.Argument(metavar="JOB", help="The job's ID or an ID prefix.")] = None,
    workspace: StoredWorkspace = None,
    as_json: AsJson = False,
) -> None:
    """List the jobs of a workspace, or act on one.

    Without an action: list what is running, waiting and halted, in queue order. first moves a job to the
    front of the queue; keep ends a halted training at the last step that was saved.
    """
    folder = required_workspace(context, workspace)
    if as_json and action is not None:
        raise StudioError(f"--json is for the list of jobs: leave it out with {action!r}.")
    if action == "log":
        print(report(folder), end="")
    elif action is None:
        listed = list_jobs(folder)
        print(json_text(listed) if as_json else jobs_table(listed))
    elif action in SUITS:
        print(in_lines(act_on_job(folder, action, job)))
    else:
        raise StudioError(f"There is no action {action!r}: choose one of {', '.join((*SUITS, 'log'))}.")


def list_jobs(workspace: Path) -> dict[str, list[dict[str, Any]]]:
    """What is running, waiting (in queue order) and halted, as plain data."""
    with existing_workspace(workspace) as store:
        return asdict(Studio(store).queue_view())


def jobs_table(listed: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The list in lines for a person."""
    lines = [_line(view) for views in listed.values() for view in views]
    return in_lines(*lines) if lines else "No jobs running or queued."


def _line(view: Mapping[str, Any]) -> str:
    what = f"{view['project_name']}, {view['round_name'].lower()}: {view['title']}"
    done = f" {view['done']} / {view['total']}" if view["total"] else ""
    behind = view["behind"]
    more = f" (after {behind})" if behind else f": {view['message']}" if view["message"] else ""
    return f"{view['id']}  {view['state']:<11}  {what}{done}{more}"


def act_on_job(
    workspace: Path,
    action: str,
    wanted: str | None,
    wake: Callable[[Path], object] = start_worker,
) -> str:
    """Pause, resume, stop, retry a job, or put it first; the line that says what it is now."""
    if wanted is None:
        raise StudioError("Give the job’s ID (see `gal-studio jobs`).")
    with existing_workspace(workspace) as store:
        studio = Studio(store, wake)
        store.jobs.reap()
        job = _find(store, wanted)
        if job.state not in SUITS[action]:
            fitting = ", ".join(sorted(SUITS[action]))
            raise StudioError(f"The job {job.id} is {job.state}: {action} is for jobs that are {fitting}.")
        if action == "first":
            studio.reorder(job.id, "first")
            return f"{job.id} is next in the queue."
        acts = {
            "pause": studio.pause,
            "stop": studio.stop,
            "resume": studio.resume,
            "retry": studio.resume,
            "keep": studio.keep_step,
        }
        now = acts[action](job.id)
    return f"{now.id} is {now.state}."


def _find(store: Store, wanted: str) -> Job:
    """The job with this ID, or the only one whose ID begins with it."""
    jobs = [job for project_id in store.projects.names() for job in store.jobs.of_project(project_id)]
    found = [job for job in jobs if job.id == wanted]
    if not found and len(wanted) >= SHORTEST_PREFIX:
        found = [job for job in jobs if job.id.startswith(wanted)]
    if len(found) > 1:
        raise StudioError(f"Several jobs start with {wanted!r}: write more of the ID.")
    if not found:
        raise StudioError(f"There is no job {wanted!r} in this workspace: `gal-studio jobs` lists them.")
    return found[0]


def report(workspace: Path) -> str:
    """A bug report on the newest project: versions, settings, the end of the log."""
    with existing_workspace(workspace) as store:
        projects = store.projects.all()
        return Studio(store).bug_report(projects[0].id if projects else None).text
