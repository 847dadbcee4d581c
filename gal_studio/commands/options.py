"""What may be written on the command line; `act` in the result names the command."""

import argparse
from pathlib import Path
from typing import Any

from gal_studio.core.gal.policies.registry import POLICIES

JOB_ACTIONS = ("pause", "resume", "stop", "retry", "first")


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
    parser.set_defaults(act="open_app", needs_workspace=False)
    commands = parser.add_subparsers(title="commands", metavar="")
    _add_demo(commands)
    _add_run(commands)
    _add_refine(commands)
    _add_tune_vision(commands)
    _add_archive(commands)
    _add_doctor(commands)
    _add_jobs(commands)
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


def _add_workspace(command: argparse.ArgumentParser, about: str, needed: bool = False) -> None:
    """The option of a command; it may stand before the command as well, and is not lost there."""
    command.add_argument("--workspace", type=Path, default=argparse.SUPPRESS, help=about)
    command.set_defaults(needs_workspace=needed)


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser("demo", help="a whole personalization of a bundled reference")
    demo.add_argument("--kind", choices=("style", "object"), default="style", help="what to learn")
    demo.add_argument("--seed", type=int, default=0, help="the project's seed (default: 0)")
    demo.add_argument("--preset", default=None, help="base model and settings (default: pocket)")
    demo.add_argument("--base-model", default=None, help="a diffusers directory or hub id")
    demo.add_argument("--clip-model", default=None, help="an open_clip name/tag or local-dir:PATH")
    _add_common(demo)
    demo.set_defaults(act="demo", rounds=2, policy="uncertainty")


def _add_run(commands: Any) -> None:
    run = commands.add_parser("run", help="a whole personalization of your own references")
    run.add_argument("project", type=Path, metavar="PROJECT.toml", help="see docs/project-file.md")
    run.add_argument("--seed", type=int, default=None, help="the project's seed")
    _add_common(run)
    run.set_defaults(act="run")


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", type=Path, required=True, help="folder for the results")
    command.add_argument("--rounds", type=int, help="trainings; between them the policy accepts (default: 2)")
    command.add_argument("--candidates", type=int, help="pictures of each anchor (default: 10)")
    command.add_argument("--steps", type=int, help="training steps of a round (default: the preset's)")
    command.add_argument("--sampling-steps", type=int, help="denoising steps (default: the preset's)")
    command.add_argument("--policy", choices=tuple(POLICIES), help="who accepts (default: uncertainty)")
    command.add_argument("--refine", action="store_true", help="refine every round with PatchDPO")
    _add_workspace(command, "where the work is kept (default: OUT/workspace)")
    command.add_argument("--json", action="store_true", help="print the summary on the standard output")


def _add_refine(commands: Any) -> None:
    refine = commands.add_parser("refine", help="refine a round of a stored project with PatchDPO")
    _add_workspace(refine, "the workspace that has the project", needed=True)
    refine.add_argument("--project", help="its id or name (default: the newest)")
    refine.add_argument("--round", type=int, help="the round's number (default: the last trained one)")
    refine.add_argument("--pairs", type=int, help="pairs to draw (default: the project's setting)")
    refine.add_argument("--steps", type=int, help="training steps (default: the project's setting)")
    refine.add_argument("--out", type=Path, help="folder for the results")
    refine.add_argument("--json", action="store_true", help="print what was gained as JSON")
    refine.set_defaults(act="refine")


def _add_tune_vision(commands: Any) -> None:
    tune = commands.add_parser(
        "tune-vision", help="teach a vision model on your pictures to tell patches apart, for PatchDPO"
    )
    tune.add_argument("--pictures", type=Path, required=True, help="a folder with at least 20 pictures")
    tune.add_argument("--out", type=Path, required=True, help="folder for the tuned model")
    tune.add_argument(
        "--vision-model", default="clip", help="clip, or a DINO-like directory or hub id (default: clip)"
    )
    tune.add_argument("--clip-model", help="the CLIP behind the name clip (default: the pocket preset's)")
    tune.add_argument("--steps", type=int, default=400, help="training steps (default: 400)")
    tune.add_argument("--seed", type=int, default=0, help="the tuning's seed (default: 0)")
    tune.add_argument("--json", action="store_true", help="print what was measured as JSON")
    tune.set_defaults(act="tune_vision")


def _add_archive(commands: Any) -> None:
    out = commands.add_parser("export-project", help="write a whole project into one zip")
    out.add_argument("file", type=Path, metavar="FILE.zip", help="the file to write")
    _add_workspace(out, "the workspace that has the project", needed=True)
    out.add_argument("--project", help="its id or name (default: the newest)")
    out.set_defaults(act="export_project")
    back = commands.add_parser("import-project", help="take such a zip in")
    back.add_argument("file", type=Path, metavar="FILE.zip", help="what export-project wrote")
    _add_workspace(back, "where the project is to be kept", needed=True)
    back.set_defaults(act="import_project")


def _add_doctor(commands: Any) -> None:
    doctor = commands.add_parser("doctor", help="what is here, and how fast it is")
    doctor.add_argument("--preset", default="pocket", help="the preset that is probed (default: pocket)")
    doctor.add_argument("--no-probe", action="store_true", help="leave the speed probe out")
    _add_workspace(doctor, "check this workspace instead of the machine")
    doctor.add_argument("--repair", action="store_true", help="mend the workspace as far as possible")
    doctor.add_argument("--json", action="store_true", help="print the report as JSON")
    doctor.set_defaults(act="doctor")


def _add_jobs(commands: Any) -> None:
    jobs = commands.add_parser(
        "jobs",
        help="list the work of a workspace, halt it, take it up again",
        description="Without an action: list what runs, waits and halted, in the order of its turn.",
    )
    jobs.add_argument(
        "action",
        nargs="?",
        choices=(*JOB_ACTIONS, "log"),
        help="pause, resume, stop (or withdraw), retry, or put a job first; log: a report with the log's end",
    )
    jobs.add_argument("job", nargs="?", metavar="JOB", help="its id, or how that begins")
    _add_workspace(jobs, "the workspace", needed=True)
    jobs.add_argument("--json", action="store_true", help="print as JSON")
    jobs.set_defaults(act="jobs")


def _add_worker(commands: Any) -> None:
    worker = commands.add_parser("worker", help="work on a workspace's jobs without a page")
    _add_workspace(worker, "the workspace", needed=True)
    worker.add_argument("--until-empty", action="store_true", help="end when no job waits")
    worker.set_defaults(act="worker")
