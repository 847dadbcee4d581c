"""What the demos need until their first suggestion: as many pictures of each prompt, or the ladder.

    python -m workshop.benchmarks.speed.allocation
    python -m workshop.benchmarks.speed.allocation --rules instant fixed

Each is a new project and a new process, which trains, draws and suggests: forwards of the U-Net for its
candidates, wall clock and processor. Goal: the ladder needs at most 60 % of the forwards. `instant` is
Round 0, which draws five of each prompt with the references in place of a training.
"""

import argparse
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import torch

from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.types import Kind
from gal_studio.features.benchmark.verbs import measure_when
from gal_studio.features.round_zero.verbs import instant_round
from gal_studio.rounds import planned
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.studio.create.project import demo_draft

RULES = ("fixed", "ladder")
INSTANT = "instant"
KINDS: tuple[Kind, ...] = ("style", "object")


def train(kind: Kind, workspace: Path, seed: int = 0) -> None:
    """The first round of a demo, trained, which both rules need; one that is trained stays as it is."""
    with Store(workspace) as store:
        studio = Studio(store)
        if not store.projects.all():
            studio.create_project(replace(demo_draft(kind), seed=seed))
        round_ = store.rounds.of_project(store.projects.all()[0].id)[0]
        if round_.adapter is None:
            with local_worker(studio, ProgressLine(studio)) as worker:
                worker.finish(studio.fine_tune(round_.id))


def draw(workspace: Path, changes: dict[str, object]) -> str:
    """Draw the first round with these settings of drawing, unless it is there; what it has and suggests."""
    with Store(workspace) as store:
        studio = Studio(store)
        project = store.projects.all()[0].id
        round_id = store.rounds.of_project(project)[0].id
        if planned.missing(store.snapshots.round(round_id)) or not store.candidates.count(round_id):
            studio.change_settings(project, {"generation": changes})
            measure_when(studio, project, "never")  # nothing but the candidates
            with local_worker(studio, ProgressLine(studio)) as worker:
                worker.finish(studio.generate(round_id))
        return _found(studio, round_id)


def first_suggestion(kind: Kind, rule: str, threads: int) -> str:
    """A new demo as far as its first suggestion, and what that cost."""
    torch.set_num_threads(threads)
    started, used = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "workspace") as store:
        studio = Studio(store)
        project = studio.create_project(demo_draft(kind))
        round_id = store.rounds.of_project(project)[0].id
        allocation = "fixed" if rule == INSTANT else rule
        studio.change_settings(project, {"generation": {"allocation": allocation}})
        measure_when(studio, project, "never")
        with local_worker(studio, ProgressLine(studio)) as worker:
            if rule == INSTANT:
                job = instant_round(studio, project)
                round_id, trained = job.round_id, 0.0
                worker.finish(job)
            else:
                worker.finish(studio.fine_tune(round_id))
                trained = time.monotonic() - started
                worker.finish(studio.generate(round_id))
        found = _found(studio, round_id)
        whole, busy = time.monotonic() - started, time.process_time() - used
        return f"{whole:.0f} s ({trained:.0f} s until trained), {busy:.0f} s of processor; {found}"


def _found(studio: Studio, round_id: str) -> str:
    view = studio.round_view(round_id)
    heads = {score.anchor_id: score.prompt for score in view.scores}
    suggested = [heads[one.anchor_id] for one in studio.proposal(round_id).suggestions]
    return (
        f"{len(view.candidates)} pictures, {view.round.unet_forwards} forwards; {view.rule} "
        f"Suggested: {'; '.join(suggested)}"
    )


def main() -> None:
    """Print one line for each demo and rule."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kind", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--rules", nargs="+", choices=(*RULES, INSTANT), default=RULES)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    new = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=new, max_tasks_per_child=1) as pool:
        for kind in args.kind:
            for rule in args.rules:
                told = pool.submit(first_suggestion, kind, rule, args.threads).result()
                print(f"{kind}, {rule}, {args.threads} threads: {told}", flush=True)


if __name__ == "__main__":
    main()
