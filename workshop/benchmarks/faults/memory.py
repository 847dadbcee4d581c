"""Let memory run out in each phase of a run, and resume it: nothing is lost, and the results are the same.

    python -m workshop.benchmarks.faults memory --room 2 10 40

A run is two rounds on models with random weights, with a test set and an export. When a phase of a job
begins, its process is left so many megabytes of address space, and gets no more. Goals: the run says in one
sentence that memory is short, or goes on; resumed with the whole memory, it gives what an undisturbed one
gives.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from gal_studio.commands.running.unattended import RunPlan, carry_out
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.features.exports import record, verbs
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker.import_ahead import import_ahead
from gal_studio.worker.loop import Worker
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.tiny_project import make_models
from workshop.benchmarks.faults.report import Report, compare
from workshop.benchmarks.faults.witness import Witness, results
from workshop.benchmarks.faults.writes import plan_in

ROOMS = (2, 10, 40)  # megabytes
FORM = "kohya"
SAID, FAILED = 2, 3
"""Exit codes: a sentence was said, or something else was raised."""
import_ahead()  # once, in the process that all others are forked from


@dataclass
class Outcome:
    """How the limited runs ended, by phase, and what was wrong."""

    ends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def address_space() -> int:
    """The bytes of address space that this process has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


_held: list[bytearray] = []
"""What takes the memory that a process has and does not use."""


def take_all_but(room: int) -> None:
    """Let this process have no more memory than it uses and so many bytes."""
    most = address_space()
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for size in (1 << 20, 1 << 16, 1 << 12):
        with suppress(MemoryError):
            while True:
                _held.append(bytearray(size))
    freed = 0
    while _held and freed < room:
        freed += len(_held.pop(0))


def _watched(act: Callable[[str], None]) -> None:
    """Call `act` with the kind of each job that begins, and with each of its phases."""
    begin, report = Worker._run_to_end, Worker._report

    def begun(self: Worker, models: Models, job: Job) -> Any:
        act(job.kind)
        return begin(self, models, job)

    def reported(self: Worker, job: Job, progress: Progress) -> None:
        act(f"{job.kind}: {progress.phase}")
        report(self, job, progress)

    Worker._run_to_end, Worker._report = begun, reported  # type: ignore[method-assign]


def _live(plan: RunPlan, where: str, room: int, told: Path) -> None:
    """Carry out a plan and export its last round; memory is short from the first time that `where` comes.

    OpenBLAS has one thread here: a forked process would start the others at their first use, when the memory
    is short, and wait for them forever. A worker is not forked, and has them before.
    """
    found: dict[str, None] = {}

    def act(phase: str) -> None:
        if phase == where and phase not in found:
            take_all_but(room << 20)
        found[phase] = None

    threadpool_limits(1, user_api="blas")
    with open(os.devnull, "w") as nowhere:
        sys.stderr = nowhere
        _watched(act)
        try:
            carry_out(plan)
            _export(plan.workspace)
        except StudioError as error:
            told.write_text(str(error))
            os._exit(SAID)
        except BaseException as error:
            told.write_text(f"{type(error).__name__}: {error}")
            os._exit(FAILED)
        told.write_text("\n".join(found))


def _export(workspace: Path) -> None:
    with Store(workspace) as store, Worker(store).entered() as worker:
        worker._models = Models()
        studio = Studio(store)
        (project,) = store.projects.names()
        round_id = studio.rounds(project)[-1].id
        verbs.export_round(studio, round_id, FORM)
        worker.run(until_empty=True)
        path = record.file_of(store, round_id, FORM)
        if not path.is_file():
            said = [job.message for job in store.jobs.of_project(project) if job.kind == "export"]
            raise StudioError(said[-1])


class Lives:
    """Runs plans in processes forked from one that has imported everything."""

    def __init__(self, folder: Path) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])
        self._told = folder / "told.txt"

    def live(self, plan: RunPlan, where: str = "", room: int = 0) -> tuple[int, str]:
        """The exit code of a run, and what it said."""
        self._told.unlink(missing_ok=True)
        process = self._context.Process(target=_live, args=(plan, where, room, self._told))
        process.start()
        process.join()
        assert process.exitcode is not None
        return process.exitcode, self._told.read_text() if self._told.is_file() else ""


def try_phases(
    folder: Path, models: tuple[str, str], rooms: tuple[int, ...], every: int = 1, named: str = ""
) -> Outcome:
    """Limit the memory of a run in each of its phases that are so `named`, and each room; every n-th."""
    outcome, lives = Outcome(), Lives(folder)
    undisturbed = _plan(folder / "undisturbed", models)
    code, phases = lives.live(undisturbed)
    assert code == 0, phases
    truth = results(undisturbed.workspace)
    cases = [(phase, room) for phase in phases.splitlines() if named in phase for room in rooms]
    for number, (phase, room) in enumerate(cases[::every]):
        name = f"{phase}, {room} MB"
        plan = _plan(folder / str(number), models)
        code, said = lives.live(plan, phase, room)
        outcome.ends[f"{phase}: {_end(code)}"] += 1
        print(f"{name}: {_end(code)}. {said.splitlines()[0] if code and said else ''}", flush=True)
        if code == FAILED or "bug" in said:
            outcome.wrong.append(f"{name}: {said[:200]}")
        if code == SAID and "memory" not in said.lower():
            outcome.wrong.append(f"{name}: does not speak of memory: {said[:200]}")
        witness, report = Witness(plan.workspace), Report()
        code, said = lives.live(plan)
        if code:
            outcome.wrong.append(f"{name}: again it ends with {code}: {said[:200]}")
            continue
        witness.finish()
        compare(name, truth, results(plan.workspace), report)
        outcome.wrong += [f"{one} differs" for one in report.different[:1]]
        outcome.wrong += [f"{name}: {one}" for one in witness.losses.damaged]
        print(f"{name}, again: {len(outcome.wrong)} wrong so far", flush=True)
    return outcome


def _plan(folder: Path, models: tuple[str, str]) -> RunPlan:
    return replace(plan_in(folder, models), measure=True)


def _end(code: int) -> str:
    if code == 0:
        return "done"
    killed = "killed by the system" if code < 0 else str(code)
    return {SAID: "a sentence", FAILED: "an error"}.get(code, killed)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--room", type=int, nargs="*", default=ROOMS, help="megabytes that are left")
    parser.add_argument("--every", type=int, default=1, help="every n-th case")
    parser.add_argument("--phase", default="", help="a part of the names of phases")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        outcome = try_phases(folder, make_models(folder / "models"), tuple(args.room), args.every, args.phase)
    for end, count in sorted(outcome.ends.items()):
        print(f"{count:4d}  {end}")
    print("wrong:", *(outcome.wrong or ["nothing"]), sep="\n  ")
    return int(bool(outcome.wrong))


if __name__ == "__main__":
    sys.exit(main())
