"""The command line: `gal-studio` opens the app; the other commands do without a screen."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from gal_studio.commands.options import build_parser
from gal_studio.core.errors import StudioError

LEFT_TO_MEND, BAD_INPUT, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and do; 0 only when it worked, 2 with one sentence when the input is at fault."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.needs_workspace and options.workspace is None:
        parser.error(f"{options.act.replace('_', '-')} needs --workspace FOLDER")
    try:
        return ACTS[options.act](options)
    except StudioError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("\nInterrupted: start the same command again to go on where it was.", file=sys.stderr)
        return INTERRUPTED


def _open_app(options: argparse.Namespace) -> int:
    from gal_studio.ui.serve import DEFAULT_WORKSPACE, serve

    workspace = options.workspace or DEFAULT_WORKSPACE
    serve(
        workspace, options.host, options.port, not options.no_browser, options.auth, tuple(options.allow_host)
    )
    return 0


def _demo(options: argparse.Namespace) -> int:
    from gal_studio.studio import DEFAULT_PRESET, demo_draft

    draft = replace(
        demo_draft(options.kind),
        preset=options.preset or DEFAULT_PRESET,
        base_model=options.base_model,
        clip_model=options.clip_model,
        seed=options.seed,
        changes=_changes(options),
    )
    return _carry_out(options, draft, options.rounds, options.policy)


def _run(options: argparse.Namespace) -> int:
    from gal_studio.commands.project_file import read_project_file
    from gal_studio.core.settings import Settings

    project = read_project_file(options.project)
    Settings().updated(project.draft.changes)  # refuses what is no table of settings
    changes = {group: dict(values) for group, values in project.draft.changes.items()}
    for group, values in _changes(options).items():
        changes[group] = {**changes.get(group, {}), **values}
    seed = project.draft.seed if options.seed is None else options.seed
    rounds = options.rounds if options.rounds is not None else project.rounds
    policy = options.policy or project.policy or "uncertainty"
    draft = replace(project.draft, changes=changes, seed=seed)
    return _carry_out(options, draft, 2 if rounds is None else rounds, policy)


def _changes(options: argparse.Namespace) -> dict[str, dict[str, int]]:
    given = {
        "tune": {"steps": options.steps},
        "generation": {"candidates": options.candidates, "steps": options.sampling_steps},
    }
    kept = {
        group: {name: value for name, value in values.items() if value is not None}
        for group, values in given.items()
    }
    return {group: values for group, values in kept.items() if values}


def _carry_out(options: argparse.Namespace, draft: Any, rounds: int, policy: str) -> int:
    from gal_studio.commands.outputs import check_folder
    from gal_studio.commands.unattended import Plan, carry_out

    workspace = options.workspace or options.out / "workspace"
    plan = Plan(draft, rounds, policy, options.out, workspace, options.refine)
    check_folder(options.out)
    summary = carry_out(plan)
    if options.json:
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    return 0


def _refine(options: argparse.Namespace) -> int:
    from gal_studio.commands.refine import RefinePlan, refine_project

    given = {"pairs": options.pairs, "steps": options.steps}
    changes = {name: value for name, value in given.items() if value is not None}
    plan = RefinePlan(options.workspace, options.project, options.round, changes, options.out)
    gained = refine_project(plan)
    if options.json:
        print(json.dumps(gained, indent=2, ensure_ascii=False))
    return 0


def _tune_vision(options: argparse.Namespace) -> int:
    from gal_studio.assets import load_preset
    from gal_studio.commands.tune_vision import TunePlan, tune_vision
    from gal_studio.studio import DEFAULT_PRESET

    if options.steps < 1:
        raise StudioError("The tuning needs at least one step: give --steps a positive number.")
    clip = options.clip_model or load_preset(DEFAULT_PRESET).clip_model
    plan = TunePlan(options.vision_model, clip, options.pictures, options.out, options.steps, options.seed)
    measured = tune_vision(plan)
    if options.json:
        print(json.dumps(measured, indent=2, ensure_ascii=False))
    return 0


def _export_project(options: argparse.Namespace) -> int:
    from gal_studio.commands.archive import export_archive

    print(export_archive(options.workspace, options.project, options.file))
    return 0


def _import_project(options: argparse.Namespace) -> int:
    from gal_studio.commands.archive import import_archive

    print(import_archive(options.workspace, options.file))
    return 0


def _doctor(options: argparse.Namespace) -> int:
    if options.workspace is not None:
        return _check_workspace(options)
    if options.repair:
        raise StudioError("Nothing says what to repair: give --workspace FOLDER.")
    from gal_studio.commands.doctor import examine, tell

    report = examine(options.preset, probe=not options.no_probe)
    print(json.dumps(report, indent=2) if options.json else tell(report))
    return 0


def _check_workspace(options: argparse.Namespace) -> int:
    """0 when the workspace is whole, at least now; 1 when something is left to mend."""
    from gal_studio.commands.check_workspace import check_workspace, tell_workspace

    report = check_workspace(options.workspace, options.repair)
    print(json.dumps(report, indent=2, ensure_ascii=False) if options.json else tell_workspace(report))
    return LEFT_TO_MEND if report["left"] else 0


def _worker(options: argparse.Namespace) -> int:
    from gal_studio.worker import run_worker

    if not run_worker(options.workspace, until_empty=options.until_empty):
        print("Another worker has this workspace already: it does the work.", file=sys.stderr)
    return 0


def _jobs(options: argparse.Namespace) -> int:
    from gal_studio.commands.jobs import act_on_job, list_jobs, report, tell_jobs

    if options.action == "log":
        print(report(options.workspace), end="")
    elif options.action is not None:
        print(act_on_job(options.workspace, options.action, options.job))
    else:
        listed = list_jobs(options.workspace)
        print(json.dumps(listed, indent=2, ensure_ascii=False) if options.json else tell_jobs(listed))
    return 0


ACTS: Mapping[str, Callable[[argparse.Namespace], int]] = MappingProxyType(
    {
        "open_app": _open_app,
        "demo": _demo,
        "run": _run,
        "refine": _refine,
        "tune_vision": _tune_vision,
        "export_project": _export_project,
        "import_project": _import_project,
        "doctor": _doctor,
        "jobs": _jobs,
        "worker": _worker,
    }
)


if __name__ == "__main__":
    sys.exit(main())
