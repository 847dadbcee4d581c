"""A bug report: versions, machine, settings and the end of the log, without private data."""

import json
import os
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gal_studio.provenance import library_versions
from gal_studio.state import Store
from gal_studio.state.files.paths import home_folder
from gal_studio.state.jobs.worker_log import LOG, OUTPUT, PAGE, last_lines
from gal_studio.version import __version__

HIDDEN = "[hidden]"
SHORTEST = 4  # characters of a known secret: hiding a shorter one would hide much of the text
_HOMES = re.compile(r"(?:/home|/Users|[A-Za-z]:\\+Users)[/\\]+[^/\\\s:'\"]+")
_SECRETS = (
    re.compile(r"\b(?:hf|ghp|gho|github_pat|sk)[_-][A-Za-z0-9_-]{8,}"),
    re.compile(r"(?<=://)[^/\s@]+:[^/\s@]+(?=@)"),
    re.compile(r"(?i)(?<=bearer )[^\s'\"]+"),
    re.compile(
        r"(?i)(?<![a-z])(?P<name>[a-z_]*(?:password|passwd|secret|token|api_?key|authorization|auth)"
        r"[\"']?\s*[=:]\s*[\"']?)(?P<value>[^\s'\",;&]+)"
    ),
)
SHOWN_LINES, SHOWN_OUTPUT, SHOWN_PAGE, SHOWN_JOBS = 200, 20, 60, 6
_DEVICE = re.compile(r"\bdevice: (.+?)\s*$")
_SEARCHED = 5000  # lines of the log that are searched for the device


@dataclass(frozen=True)
class BugReport:
    """Facts by name, the last lines of the logs, and all of the report as one text to paste into an issue."""

    facts: tuple[tuple[str, str], ...]
    lines: tuple[str, ...]
    output: tuple[str, ...]
    page: tuple[str, ...]
    text: str


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join((f"## {title}", *lines)) if lines else ""


def bug_report(store: Store, project_id: str | None, secrets: Iterable[str] = ()) -> BugReport:
    """The report of a workspace, and of one project if its ID is given."""
    hidden = tuple(secrets)

    def clean(text: str) -> str:
        return scrubbed(text, store.workspace, home_folder(), hidden)

    def clean_lines(lines: Sequence[str]) -> tuple[str, ...]:
        return tuple(map(clean, lines))

    facts = tuple((name, clean(value)) for name, value in _facts(store, project_id))
    jobs = clean_lines(_jobs(store, project_id)) if project_id else ()
    settings = clean(_settings(store, project_id)) if project_id else ""
    lines = clean_lines(last_lines(store.workspace, SHOWN_LINES, LOG))
    output = clean_lines(last_lines(store.workspace, SHOWN_OUTPUT, OUTPUT))
    page = clean_lines(last_lines(store.workspace, SHOWN_PAGE, PAGE))
    parts = [
        "\n".join(f"{name}: {value}" for name, value in facts),
        _section("Jobs", jobs),
        _section("Settings", settings.splitlines()),
        _section("Log", lines),
        _section("Other output", output),
        _section("The page's own log", page),
    ]
    return BugReport(facts, lines, output, page, "\n\n".join(filter(None, parts)) + "\n")


def _facts(store: Store, project_id: str | None) -> list[tuple[str, str]]:
    facts = [
        ("GAL Studio", __version__),
        ("Python", platform.python_version()),
        ("System", f"{platform.system()} {platform.release()} {platform.machine()}, {os.cpu_count()} cores"),
        ("Device", _device(store.workspace)),
        ("Versions", ", ".join(f"{name} {number}" for name, number in library_versions().items())),
    ]
    if project_id is None:
        return facts
    project = store.projects.get(project_id)
    return [
        *facts,
        ("Project", f"{project.kind}, base model {project.base_model}, CLIP {project.clip_model}"),
    ]


def _device(workspace: Path) -> str:
    """The device that the worker named last in the log."""
    for line in reversed(last_lines(workspace, _SEARCHED)):
        if found := _DEVICE.search(line):
            return found[1]
    return "unknown before the first job"


def _jobs(store: Store, project_id: str) -> list[str]:
    return [
        f"{job.kind}: {job.state}, {job.phase or 'not started'} {job.done} / {job.total}"
        + (f": {job.message}" if job.message else "")
        for job in store.jobs.of_project(project_id)[-SHOWN_JOBS:]
    ]


def _settings(store: Store, project_id: str) -> str:
    return json.dumps(store.projects.get(project_id).settings.to_dict(), indent=1)


def scrubbed(text: str, workspace: Path, home: Path | None, secrets: Iterable[str] = ()) -> str:
    """Replace the folders by `WORKSPACE` and `~`, and hide known secrets and what looks like one."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN) if len(secret) >= SHORTEST else text
    for pattern in _SECRETS:
        text = pattern.sub(_without_value, text)
    folders = {"WORKSPACE": workspace} | ({} if home is None else {"~": home})
    for name, folder in folders.items():
        for written in _spellings(folder):
            text = re.sub(rf"{re.escape(written)}(?![\w-])", name, text)
    return _HOMES.sub("~", text)


def _without_value(found: re.Match[str]) -> str:
    return f"{found['name']}{HIDDEN}" if "name" in found.re.groupindex else HIDDEN


def _spellings(folder: Path) -> list[str]:
    """The ways to write a folder: as given, absolute, with links resolved, and escaped; not the root."""
    plain = {str(folder), str(folder.absolute()), str(folder.resolve())}
    both = plain | {path.replace("\\", "\\\\") for path in plain}
    return sorted((path for path in both if len(Path(path).parts) > 1), key=len, reverse=True)
