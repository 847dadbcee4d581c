"""The command line: `gal-studio` opens the app; demo, run, doctor and worker do without a screen."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.core.policies import POLICIES

LEFT_TO_MEND, BAD_INPUT, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and do; 0 only when it worked, 2 with one sentence when the input is at fault."""
    options = build_parser().parse_args(arguments)
    try:
        result: int = options.act(options)
        return result
    except StudioError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("\nInterrupted: start the same command again to go on where it was.", file=sys.stderr)
        return INTERRUPTED


def build_parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    parser = argparse.ArgumentParser(
        prog="gal-studio",
        description="Personalize an image model in rounds. Without a command: open the app.",
    )
    parser.add_argument("--workspace", type=Path, default=None, help="where your work is kept")
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=7860, help="port to listen on (default: 7860)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    _add_access(parser)
    parser.set_defaults(act=_open_app)
    commands = parser.add_subparsers(title="commands", metavar="")
    _add_demo(commands)
    _add_run(commands)
    _add_refine(commands)
    _add_archive(commands)
    _add_doctor(commands)
    _add_worker(commands)
    return parser


def _add_access(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--auth",
        metavar="USER:PASSWORD",
        help="what to sign in with, or 'token' for one that is made and printed; so does the variable "
        "GAL_STUDIO_AUTH; needed with a --host that other machines reach",
    )
    parser.add_argument(
        "--allow-host",
        metavar="NAME",
        action="append",
        default=[],
        help="another name that leads here (a proxy's)",
    )


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser("demo", help="a whole personalization of a bundled reference")
    demo.add_argument("--kind", choices=("style", "object"), default="style", help="what to learn")
    demo.add_argument("--seed", type=int, default=0, help="the project's seed (default: 0)")
    demo.add_argument("--preset", default=None, help="base model and settings (default: pocket)")
    demo.add_argument("--base-model", default=None, help="a diffusers directory or hub id")
    demo.add_argument("--clip-model", default=None, help="an open_clip name/tag or local-dir:PATH")
    _add_common(demo)
    demo.set_defaults(act=_demo, rounds=2, policy="uncertainty")


def _add_run(commands: Any) -> None:
    run = commands.add_parser("run", help="a whole personalization of your own references")
    run.add_argument("project", type=Path, metavar="PROJECT.toml", help="see docs/project-file.md")
    run.add_argument("--seed", type=int, default=None, help="the project's seed")
    _add_common(run)
    run.set_defaults(act=_run)


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True, help="folder for the results")
    command.add_argument("--rounds", type=int, help="trainings; between them the policy accepts (default: 2)")
    command.add_argument("--candidates", type=int, help="pictures of each anchor (default: 10)")
    command.add_argument("--steps", type=int, help="training steps of a round (default: the preset's)")
    command.add_argument("--sampling-steps", type=int, help="denoising steps (default: the preset's)")
    command.add_argument("--policy", choices=tuple(POLICIES), help="who accepts (default: uncertainty)")
    command.add_argument("--refine", action="store_true", help="refine every round with PatchDPO")
    command.add_argument("--workspace", type=Path, help="where the work is kept (default: OUT/workspace)")
    command.add_argument("--json", action="store_true", help="print the summary on the standard output")


def _add_refine(commands: Any) -> None:
    refine = commands.add_parser("refine", help="refine a round of a stored project with PatchDPO")
    refine.add_argument("--workspace", type=Path, required=True, help="the workspace that has the project")
    refine.add_argument("--project", help="its id or name (default: the newest)")
    refine.add_argument("--round", type=int, help="the round's number (default: the last trained one)")
    refine.add_argument("--pairs", type=int, help="pairs to draw (default: the project's setting)")
    refine.add_argument("--steps", type=int, help="training steps (default: the project's setting)")
    refine.add_argument("--out", type=Path, help="folder for the results")
    refine.add_argument("--json", action="store_true", help="print what was gained as JSON")
    refine.set_defaults(act=_refine)


def _add_archive(commands: Any) -> None:
    out = commands.add_parser("export-project", help="write a whole project into one zip")
    out.add_argument("file", type=Path, metavar="FILE.zip", help="the file to write")
    out.add_argument("--workspace", type=Path, required=True, help="the workspace that has the project")
    out.add_argument("--project", help="its id or name (default: the newest)")
    out.set_defaults(act=_export_project)
    back = commands.add_parser("import-project", help="take such a zip in")
    back.add_argument("file", type=Path, metavar="FILE.zip", help="what export-project wrote")
    back.add_argument("--workspace", type=Path, required=True, help="where the project is to be kept")
    back.set_defaults(act=_import_project)


def _add_doctor(commands: Any) -> None:
    doctor = commands.add_parser("doctor", help="what is here, and how fast it is")
    doctor.add_argument("--preset", default="pocket", help="the preset that is probed (default: pocket)")
    doctor.add_argument("--no-probe", action="store_true", help="leave the speed probe out")
    doctor.add_argument("--workspace", type=Path, help="check this workspace instead of the machine")
    doctor.add_argument("--repair", action="store_true", help="mend the workspace as far as possible")
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")
    doctor.set_defaults(act=_doctor)


def _add_worker(commands: Any) -> None:
    worker = commands.add_parser("worker", help="work on a workspace's jobs without a page")
    worker.add_argument("--workspace", type=Path, required=True, help="the workspace")
    worker.add_argument("--until-empty", action="store_true", help="end when no job waits")
    worker.set_defaults(act=_worker)


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
        "sample": {"candidates": options.candidates, "steps": options.sampling_steps},
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


if __name__ == "__main__":
    sys.exit(main())
