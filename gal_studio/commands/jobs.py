"""`gal-studio jobs`: the work of a workspace, listed and acted on as in the page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gal_studio.commands.stored import existing_workspace
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job, JobKind, JobState
from gal_studio.processes import start_worker
from gal_studio.state import Store
from gal_studio.studio import Studio

NOUNS: Mapping[JobKind, str] = MappingProxyType(
    {
        "fine_tune": "fine-tuning",
        "generate": "generation",
        "pairs": "pairs",
        "refine": "refinement",
        "quality": "patch judgement",
    }
)
SUITS: Mapping[str, frozenset[JobState]] = MappingProxyType(
    {
        "pause": frozenset({"running"}),
        "stop": frozenset({"queued", "running", "pausing", "paused", "interrupted"}),
        "resume": frozenset({"paused", "stopped", "interrupted", "error"}),
        "retry": frozenset({"error", "stopped", "interrupted"}),
        "first": frozenset({"queued"}),
    }
)
"""In which states an action does anything."""
SHORTEST = 4  # signs of an id


def list_jobs(workspace: Path) -> dict[str, list[dict[str, Any]]]:
    """What runs, what waits in the order of its turn, and what halted, as plain data."""
    with existing_workspace(workspace) as store:
        queue = Studio(store).queue_view()
    return {
        name: [asdict(entry) for entry in entries]
        for name, entries in (
            ("working", queue.working), ("waiting", queue.waiting), ("halted", queue.halted)
        )
    }  # fmt: skip


def tell_jobs(listed: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """The list in lines for a person."""
    lines = [_line(entry) for entries in listed.values() for entry in entries]
    return "\n".join(lines) if lines else "Nothing runs, and nothing waits."


def _line(entry: Mapping[str, Any]) -> str:
    noun = NOUNS[entry["kind"]]
    what = f"{entry['project_name']}, {entry['round_name'].lower()}: {noun}"
    done = f" {entry['done']} / {entry['total']}" if entry["total"] else ""
    behind = ", ".join(NOUNS[kind] for kind in entry["waits_for"])
    more = f" (after its {behind})" if behind else f": {entry['message']}" if entry["message"] else ""
    return f"{entry['id']}  {entry['state']:<11}  {what}{done}{more}"


def act_on_job(
    workspace: Path,
    action: str,
    wanted: str | None,
    wake: Callable[[Path], object] = start_worker,
) -> str:
    """Pause, resume, stop, retry a job, or put it first; the line that says what it is now."""
    if wanted is None:
        raise StudioError(f"Nothing says which job to {action}: give its id, as `gal-studio jobs` lists it.")
    with existing_workspace(workspace) as store:
        studio = Studio(store, wake)
        store.jobs.reap()
        job = _find(store, wanted)
        if job.state not in SUITS[action]:
            fitting = ", ".join(sorted(SUITS[action]))
            raise StudioError(f"The job {job.id} is {job.state}: {action} is for jobs that are {fitting}.")
        if action == "first":
            studio.reorder(job.id, "first")
            return f"{job.id} has the next turn."
        acts = {"pause": studio.pause, "stop": studio.stop, "resume": studio.resume, "retry": studio.resume}
        now = acts[action](job.id)
    return f"{now.id} is {now.state}."


def _find(store: Store, wanted: str) -> Job:
    """The job of this id, or the only one whose id begins so."""
    jobs = [job for project in store.projects.all() for job in store.jobs.of_project(project.id)]
    found = [job for job in jobs if job.id == wanted]
    if not found and len(wanted) >= SHORTEST:
        found = [job for job in jobs if job.id.startswith(wanted)]
    if len(found) > 1:
        raise StudioError(f"Several jobs begin with {wanted!r}: write more of the id.")
    if not found:
        raise StudioError(f"There is no job {wanted!r} in this workspace: `gal-studio jobs` lists them.")
    return found[0]


def report(workspace: Path) -> str:
    """What a bug report needs, of the newest project: versions, settings, the end of the log."""
    with existing_workspace(workspace) as store:
        projects = store.projects.all()
        return Studio(store).bug_report(projects[0].id if projects else None).text()
