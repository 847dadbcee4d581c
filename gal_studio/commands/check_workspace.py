"""`gal-studio doctor --workspace`: whether a workspace is whole, and what was repaired."""

from pathlib import Path
from typing import Any

from gal_studio.commands.stored import existing_workspace
from gal_studio.workspace import repair as repairs
from gal_studio.workspace.check import examine


def check_workspace(workspace: Path, repair: bool) -> dict[str, Any]:
    """What is wrong with a workspace, what was done about it, and how much of it is left."""
    with existing_workspace(workspace) as store:
        findings = examine(store)
        done = repairs.repair(store, findings) if repair else ()
        left = examine(store) if repair else findings
        projects = len(store.projects.all())
    return {
        "projects": projects,
        "found": [f"{finding.sentence} ({repairs.remedy(finding)})" for finding in findings],
        "done": list(done),
        "left": [f"{finding.sentence} ({repairs.remedy(finding)})" for finding in left],
    }


def tell_workspace(report: dict[str, Any]) -> str:
    """The report in lines for a person."""
    lines = report["done"] or report["found"]
    if not lines:
        return f"Workspace   whole: projects: {report['projects']}; every file is as it was stored."
    return "\n".join(f"Workspace   {line}" for line in lines)
