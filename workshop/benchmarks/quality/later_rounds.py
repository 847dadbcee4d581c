"""Who teaches what, as the studio itself carries projects on: one for each arm, for two rounds or three.

    python -m workshop.benchmarks.quality.later_rounds train REFERENCES/* --out FOLDER
    python -m workshop.benchmarks.quality.later_rounds sheets --out FOLDER
    python -m workshop.benchmarks.quality.later_rounds report --out FOLDER

For each folder with a project.toml, `train` trains and draws a first round and accepts what is suggested
to it (`workshop.benchmarks.quality.teachers`). From there each arm goes its own way up to `--rounds`, with
its settings; ladder and suggestions are as shipped, the last round is trained only. All rounds draw the same
held-out prompts and seeds at full strength, the first by its best schedule (Eq. G18), too. What FOLDER has
is not made again; a third round goes on from the second.

`sheets` and `report` are those of `workshop.benchmarks.quality.teachers`.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from gal_studio.commands.running.local_worker import ProgressLine, local_worker
from gal_studio.core.recipe import AS_TRAINED, Recipe
from gal_studio.core.records.round import Round
from gal_studio.engine.sampling.fused_adapter import drawing
from gal_studio.rounds import planned
from gal_studio.state import Store
from gal_studio.studio import Studio
from workshop.benchmarks.output import write
from workshop.benchmarks.quality.teachers import (
    ARMS,
    FIRST,
    TODAY,
    Bench,
    Trial,
    accepted,
    first_round,
    opened_detector,
    report,
    trial_parser,
    write_sheets,
)

PROMPTS = 12
FULL, BEST = "full", "best"
COMPARED = (TODAY, "accepted from 8")


def arm_round(arm: str, number: int) -> str:
    """What a round of an arm is called in tables."""
    return f"{arm}, round {number}"


def trial(rounds: int) -> Trial:
    """The first round, and each later one of all arms up to so many; the last of today's is compared with."""
    later = [arm_round(arm, number) for number in range(2, rounds + 1) for arm in COMPARED]
    return Trial((FIRST, *later), (FULL, BEST), arm_round(TODAY, rounds))


def carry_on(workspace: Path, changes: dict[str, Any], share: float, rounds: int) -> None:
    """Train and draw what is missing of so many rounds, with these settings; the last is trained only.

    `share` is that of the preset's steps with which they are trained.
    """
    with Store(workspace) as store:
        studio = Studio(store)
        project = store.projects.all()[0].id
        first, second, *_ = store.rounds.of_project(project)
        if second.adapter is None:
            steps = first.settings.tune.steps
            studio.change_settings(project, {"tune": {**changes, "steps": round(share * steps)}})
        with local_worker(studio, ProgressLine(studio)) as worker:
            for here in _rounds(studio, project, rounds):
                worker.finish_what_was_left(here.id)
                if store.rounds.get(here.id).adapter is None:
                    worker.finish(studio.fine_tune(here.id))
                if here.number == rounds:
                    return
                if planned.missing(store.snapshots.round(here.id)):
                    worker.finish(studio.generate(here.id))
                if not store.decisions.log(here.id):
                    studio.decide(accepted(studio, here.id), "accepted", "policy")


def _rounds(studio: Studio, project: str, rounds: int) -> Iterator[Round]:
    """The rounds of a project, each made when it is asked for."""
    for number in range(1, rounds + 1):
        there = studio.store.rounds.of_project(project)
        yield there[number - 1] if len(there) >= number else studio.next_round(there[-1].id)


def wanted(name: str, store: Store) -> Iterator[tuple[str, str, Recipe]]:
    """How pictures of an arm are drawn: the ID of a round, what that is called, and the schedule."""
    rounds = store.rounds.of_project(store.projects.all()[0].id)
    number = 1 if name == FIRST else int(name[-1])
    here = rounds[number - 1].id
    yield here, FULL, AS_TRAINED
    if name == FIRST:
        yield here, BEST, store.snapshots.round(here).best_recipe


def run(folder: Path, out: Path, share: float, rounds: int) -> None:
    """Everything that is missing of a reference."""
    home = out / folder.name
    (home / "pictures").mkdir(parents=True, exist_ok=True)
    began, used = time.monotonic(), time.process_time()
    first_round(folder, home / "workspace")
    for arm in COMPARED:
        own = home / arm
        if not own.exists():
            copied = own.with_suffix(".part")
            shutil.rmtree(copied, ignore_errors=True)
            shutil.copytree(home / "workspace", copied / "workspace")
            copied.replace(own)
        carry_on(own / "workspace", dict(ARMS[arm].tune), share, rounds)
        print(f"{folder.name}, {arm}: {time.monotonic() - began:.0f} s", flush=True)
    with Store(home / "workspace") as store:
        bench, detector = Bench(store, home, share, PROMPTS), None
        for name in trial(rounds).arms:
            if (home / f"{name}.json").exists():
                continue
            detector = detector or opened_detector(bench.task)
            arm = name.rpartition(",")[0]  # empty for the first round
            with Store(home / arm / "workspace") as kept:
                rows = []
                for round_id, how, recipe in wanted(name, kept):
                    path = home / f"{name}.safetensors"
                    if not path.exists():
                        Studio(kept).export_adapter(round_id, path)
                    with drawing(bench.model, path, recipe=recipe) as ready:
                        rows += bench.drawn(ready, f"{name}-{how}", how, detector)
            write(home / f"{name}.json", rows)
    spent = time.monotonic() - began, time.process_time() - used
    print(f"{folder.name}: {spent[0]:.0f} s, {spent[1]:.0f} CPU s", flush=True)


def main() -> None:
    """Train what is missing, write pages, or print what is known."""
    parser = trial_parser(__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=(2, 3))
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.what == "train":
        for folder in args.folders:
            run(folder, args.out, args.steps, args.rounds)
    elif args.what == "sheets":
        write_sheets(args.out, trial(args.rounds))
    else:
        print("\n".join(report(args.out, trial(args.rounds))))


if __name__ == "__main__":
    main()
