"""Everything that can be asked of a project: after an attack all of it must still be answered."""

from typing import Any

from gal_studio.state import Store
from tests.asked import requests_about
from workshop.benchmarks.attack.target import Target

DOWNLOADS = ("archive", "references", "choices.csv", "choices.jsonl")
MOST = 40  # requests of a kind
Known = dict[str, list[Any]]


def check_open(target: Target, kind: str, project: str) -> None:
    """Count what cannot be answered about a project, shown in the list, or downloaded."""
    listed = {one["id"]: one for one in target.call("overview", {})["projects"]}
    if project not in listed or listed[project]["broken"]:
        target.tally.add(kind, "unopenable", example=f"listed as {listed.get(project)}")
    with Store(target.workspace) as store:
        requests = list(requests_about(store, project))
    asked: dict[str, int] = {}
    for name, request in requests:
        asked[name] = asked.get(name, 0) + 1
        if asked[name] <= MOST:
            _ask(target, kind, name, request)
    for download in DOWNLOADS:
        status, answer = target.get(f"/project/{project}/{download}")
        if status != 200:
            target.tally.add(kind, "unopenable", example=f"{download}: {status} {answer[:200]!r}")


def _ask(target: Target, kind: str, name: str, request: dict[str, Any]) -> None:
    try:
        answer = target.call(name, request)
    except ValueError as error:
        target.tally.add(kind, "unopenable", example=f"{name} {request}: {error}")
        return
    if "error" in answer or "gone" in answer:
        target.tally.add(kind, "unopenable", example=f"{name} {request}: {answer}"[:400])


def refresh(target: Target) -> None:
    """Bring the spared projects back if an input has archived or deleted them, and delete all others."""
    listed = {one["id"]: one for one in target.call("overview", {})["projects"]}
    for project in set(listed) - {target.project, target.other}:
        check_open(target, "everything made", project)
        drop(target, "everything made", project)
    for name, source in (("project", target.spare), ("other", target.archive)):
        found = listed.get(getattr(target, name))
        if found is None:
            setattr(target, name, target.send_archive(source))
        elif found["size"] is not None:
            target.write("restore", {"project": found["id"]})
        check_open(target, "everything made", getattr(target, name))


def drop(target: Target, kind: str, project: str) -> None:
    """Delete a project, as it must be possible for every one; its jobs are stopped first."""
    with Store(target.workspace) as store:
        jobs = [job.id for job in store.jobs.of_project(project)]
    for job in jobs:
        target.write("stop", {"job": job})
    said = [target.write(name, {"project": project}) for name in ("archive", "delete")]
    if "error" in said[-1]:
        target.tally.add(kind, "unopenable", example=f"cannot be deleted: {said}")
