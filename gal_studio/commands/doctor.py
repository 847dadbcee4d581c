"""`gal-studio doctor`: report on this machine, or check and repair a workspace."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gal_studio.assets import Preset, load_presets, resolve_model
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.machine import describe_machine
from gal_studio.commands.terminal.options import AsJson, Workspace, given_workspace
from gal_studio.commands.terminal.printed import in_lines
from gal_studio.commands.terminal.stored import existing_workspace
from gal_studio.core.errors import StudioError
from gal_studio.core.models.names import INDEXES
from gal_studio.core.words import counted
from gal_studio.json_files import read_json
from gal_studio.provenance import made_by
from gal_studio.state.files.default_workspace import default_workspace, is_workspace
from gal_studio.state.files.errors import time_of
from gal_studio.state.files.own_folder import DAMAGED, DATABASE, others
from gal_studio.state.files.paths import user_path
from gal_studio.studio.device import this_device
from gal_studio.studio.plug_ins import brought, problems
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace import check, restore
from gal_studio.workspace import repair as repairs

NOT_HERE = "not downloaded (on first use)"
_NO_COPY = "none of its copies is whole: save what can be read by `gal-studio export-project`"


def doctor(
    context: typer.Context,
    workspace: Workspace = None,
    repair: Annotated[bool, typer.Option("--repair", help="Repair what can be repaired.")] = False,
    restored: Annotated[
        str | None, typer.Option("--restore", metavar="COPY", help="Put this copy of the database back.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Report on this machine, or check a workspace.

    With --workspace, that workspace is checked instead of the machine.
    The exit code is 1 when the workspace still needs a repair.
    """
    folder = given_workspace(context, workspace)
    if restored is not None:
        if folder is None:
            raise StudioError("--restore needs a workspace: give --workspace FOLDER.")
        print(in_lines(restore.restore(user_path(folder), restored)))
        return
    if folder is not None:
        report = check_workspace(folder, repair)
        print(json_text(report) if as_json else workspace_lines(report))
        raise typer.Exit(1 if report["left"] else 0)
    if repair:
        raise StudioError("--repair needs a workspace: give --workspace FOLDER.")
    report = examine()
    print(json_text(report) if as_json else describe(report))


def check_workspace(workspace: Path, repair: bool) -> dict[str, Any]:
    """Check a workspace, and repair it if wanted; reports problems, repairs, what is left, other files."""
    folder, restored = user_path(workspace), tuple[str, ...]()
    if damage := check.damage_of(folder / DATABASE) if (folder / DATABASE).is_file() else "":
        copy = next(iter(restore.whole_copies(folder)), None)
        if copy is None:
            offer = _NO_COPY
        else:
            offer = f"--repair puts its copy of {time_of(copy)} in its place, and keeps it in {DAMAGED}/"
        if copy is None or not repair:
            found = [f"{damage} ({offer})"]
            return {"projects": 0, "found": found, "done": [], "left": found, "others": []}
        restored = (f"{damage} {restore.restore(folder, copy.name)}",)
    with existing_workspace(workspace, writable=repair) as store:
        findings = check.examine(store, show=show_all)
        done = repairs.repair(store, findings) if repair else ()
        left = check.examine(store, show=show_all) if repair else findings
        is_broken = any(one.problem == "broken" for one in findings)
        copies = restore.describe_copies(folder) if is_broken else ()
        projects = len(store.projects.names())
        elsewhose = [path.relative_to(store.workspace).as_posix() for path in others(store.workspace)]
    return {
        "projects": projects,
        "found": [*restored, *(f"{one.sentence} ({repairs.remedy(one)})" for one in findings), *copies],
        "done": [*restored, *done, *(copies if repair else ())],
        "left": [f"{finding.sentence} ({repairs.remedy(finding)})" for finding in left],
        "others": elsewhose,
    }


def workspace_lines(report: dict[str, Any]) -> str:
    """The report as text."""
    lines = report["done"] or report["found"]
    if not lines:
        lines = [f"no problems in {counted(report['projects'], 'project')}; all files are intact."]
    if report["others"]:
        lines = [*lines, f"not of the studio, left as it is: {', '.join(report['others'])}"]
    return in_lines(*(f"Workspace   {line}" for line in lines))


def examine() -> dict[str, Any]:
    """Everything that `doctor` reports, as plain data."""
    return {
        "machine": describe_machine(),
        "unused": this_device().unused,
        "made_by": made_by(),
        "workspace": _default_folder(),
        "models": {preset.name: _where(preset) for preset in load_presets()},
        **_plug_ins(),
    }


def describe(report: dict[str, Any]) -> str:
    """The report as text."""
    machine = report["machine"]
    lines = [
        f"Device      {machine['device']}",
        *([f"Card        {report['unused']}"] if report["unused"] else []),
        f"Processor   {machine['processor']}, {machine['cores']} cores",
        f"Memory      {machine['memory_free_gb']} of {machine['memory_gb']} GB free",
        f"System      {machine['system']}, Python {machine['python']}",
        "Versions    " + ", ".join(f"{name} {number}" for name, number in machine["versions"].items()),
    ]
    if report["workspace"] is not None:
        is_new = not is_workspace(Path(report["workspace"]))
        lines.append(f"Workspace   {report['workspace']}{' (made by the first start)' if is_new else ''}")
    lines += [f"Model       {name}: {where}" for name, where in report["models"].items()]
    lines += [f"Plug-in     {sentence}" for sentence in (*report["plug_ins"], *report["broken_plug_ins"])]
    return in_lines(*lines)


def _default_folder() -> str | None:
    """Where the page keeps its projects if no --workspace is named; None for a user without a home folder."""
    try:
        return str(default_workspace())
    except StudioError:
        return None


def _plug_ins() -> dict[str, list[str]]:
    """Each plug-in that is used, in the page or in a worker, and a sentence for each that cannot be."""
    from gal_studio.engine.families.registry import FAMILIES

    return {
        "plug_ins": [*brought(), *FAMILIES.brought],
        "broken_plug_ins": [*problems(), *FAMILIES.problems],
    }


def _where(preset: Preset) -> str:
    """Whether the model of the preset is bundled, downloaded, or still to be downloaded."""
    try:
        path = Path(resolve_model(preset.base_model))
    except StudioError:
        return "missing: install GAL Studio again"
    if path.is_dir():
        return "bundled"
    from huggingface_hub import try_to_load_from_cache

    cached = (try_to_load_from_cache(preset.base_model, index) for index in INDEXES)
    found = next((Path(path) for path in cached if isinstance(path, str)), None)
    return "downloaded" if found is not None and _has_weights(found) else NOT_HERE


def _has_weights(index: Path) -> bool:
    """Whether a pipeline's weights lie beside its index, which is fetched as soon as a model is chosen."""
    from gal_studio.engine.families.description import plain_index
    from gal_studio.engine.families.registry import family_of
    from gal_studio.engine.hub.needs import lacking_weights
    from gal_studio.engine.hub.weights import weighted

    components = plain_index(read_json(index))
    family = family_of(index.parent.name, components)
    return not lacking_weights(index.parent, weighted(components, family.leave_out))
