"""The command `replay`: queue a replay, do its jobs, and write the results."""

import time
from pathlib import Path
from typing import Annotated

import typer

from gal_studio.commands.running.local_worker import LocalWorker, ProgressLine, local_worker
from gal_studio.commands.running.outputs import check_folder
from gal_studio.commands.terminal.json_text import json_text
from gal_studio.commands.terminal.options import AsJson, StoredWorkspace, Wanted, required_workspace
from gal_studio.commands.terminal.policies import FROM_A_MODULE, named_policy
from gal_studio.commands.terminal.stored import existing_workspace, find_project_id
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import deciders
from gal_studio.core.naming import round_names
from gal_studio.research import verbs
from gal_studio.research.replays.reports import write_replay
from gal_studio.research.replays.start import enqueue_all_missing
from gal_studio.research.replays.view import ReplayView
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.reports.measured import measure_sentences


def replay(
    context: typer.Context,
    policy: Annotated[
        str,
        typer.Option(
            help=f"Who accepts images: {', '.join(deciders())}, {FROM_A_MODULE}. human repeats the "
            "recorded decisions, suggestion accepts what the page suggests, nothing trains as many steps "
            "with no image accepted."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder for the results.")],
    workspace: StoredWorkspace = None,
    project: Wanted = None,
    round_: Annotated[
        str | None,
        typer.Option(
            "--round",
            help='The last round of the line, such as "Round 2 (2)" (default: the deepest trained one).',
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run a stored project again with another selection strategy.

    The replay is a separate project. The same command resumes an interrupted one.
    """
    check_folder(out)
    chosen = named_policy(policy) or policy
    started = time.monotonic()
    with existing_workspace(required_workspace(context, workspace)) as store:
        studio = Studio(store)
        line = ProgressLine(studio)
        source = find_project_id(store, project)
        with local_worker(studio, line) as worker:
            made = verbs.replay(studio, source, chosen, find_round(store, source, round_))
            finish(studio, worker, made)
        summary = write_replay(studio, made, out)
        view = verbs.replay_view(studio, made)
        show_progress(studio, line, view)
        line.say(f"Written to {out} after {time.monotonic() - started:.0f} s.")
    if as_json:
        print(json_text(summary))


def find_round(store: Store, project_id: str, wanted: str | None) -> str | None:
    """The round of this name or number; None if none is wanted."""
    if wanted is None:
        return None
    names = round_names(store.rounds.of_project(project_id))
    for round_id, name in names.items():
        if wanted in (round_id, name, name.removeprefix("Round ")):
            return round_id
    raise StudioError(f"There is no round {wanted!r}: choose one of {', '.join(names.values())}.")


def finish(studio: Studio, worker: LocalWorker, project_id: str) -> None:
    """Do the jobs of a replay until none is left; each one may queue the next."""
    while jobs := enqueue_all_missing(studio.store, project_id):
        worker.finish(jobs[0])


def show_progress(studio: Studio, line: ProgressLine, view: ReplayView) -> None:
    """Say what came out, and what is not as it was."""
    for words in measure_sentences(studio.measures(view.project_id)):
        line.say(words)
    for metric, figure in view.differences.items():
        line.say(
            f"  {metric}: {figure.value:+.3f} against the project's round "
            f"(95% interval {figure.low:+.3f} to {figure.high:+.3f}, {figure.pictures} images)"
        )
    for sentence in (view.not_replayed, view.incomparable):
        if sentence:
            line.say(sentence)
