"""Kill a whole run at each of its writes in turn, and resume it to its end.

    python -m workshop.benchmarks.faults writes --every 1

A run is `gal-studio run` on models with random weights, in a process that kills itself just before or after a
transaction, a rename, a removal or the opening of a file. It finds what kills at random times meet once in a
thousand. The goals are those of `kills`.
"""

import argparse
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gal_studio.commands.running.unattended import RunPlan, carry_out
from gal_studio.state.database.connection import Database
from gal_studio.worker.import_ahead import import_ahead
from tests.tiny_project import CHANGES, make_models, tiny_draft
from workshop.benchmarks.faults.report import Kill, Report, compare
from workshop.benchmarks.faults.witness import Witness, phase_now, results

KILLED = -signal.SIGKILL
AUDITED = ("os.rename", "os.remove")
SMALL = {**CHANGES, "tune": {**CHANGES["tune"], "steps": 4, "checkpoint_every": 2}}
import_ahead()  # once, in the process that all others are forked from


def plan_in(folder: Path, models: tuple[str, str]) -> RunPlan:
    """The plan of a run: two rounds of a style with a policy that always accepts."""
    draft = replace(tiny_draft(models, changes=SMALL), anchors=["A tie {}", "A koala {}", "A drum {}"])
    return RunPlan(draft, 2, "random", folder / "out", folder / "workspace")


class Deaths:
    """Kills this process at write number `last` of its main thread (0: never), and counts the writes.

    A write is a commit, a rename, a removal, or a file that is opened for writing; `told` gets its words.
    """

    def __init__(self, last: int, told: Path | None = None) -> None:
        self.count, self._last, self._told = 0, last, told
        self._main = threading.get_ident()
        Database.transaction = _counting(Database.transaction, self._at)  # type: ignore[method-assign]
        sys.addaudithook(self._audit)

    @contextmanager
    def awaited(self, seconds: float) -> Iterator[None]:
        """What is done meanwhile is killed after so many seconds, too; 0: never."""
        timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)) if seconds else None
        if timer is not None:
            timer.daemon = True
            timer.start()
        yield
        if timer is not None:
            timer.cancel()

    def _at(self, what: str) -> None:
        if threading.get_ident() != self._main:  # of the heartbeat
            return
        self.count += 1
        if self.count == self._last:
            if self._told is not None:
                descriptor = os.open(self._told, os.O_WRONLY | os.O_CREAT)
                os.write(descriptor, what.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def _audit(self, event: str, given: tuple[Any, ...]) -> None:
        if event in AUDITED or (
            event == "open" and isinstance(given[1], str) and set(given[1]) & set("wax+")
        ):
            self._at(f"{event} of {_kind_of(given[0])}")


def _kind_of(path: object) -> str:
    """The last part of a path without what is different in each run."""
    name = Path(os.fsdecode(path)).name if isinstance(path, str | bytes | os.PathLike) else "a descriptor"
    return re.sub(r"[0-9a-f]{12,}", "#", name)


def _live(plan: RunPlan, last: int, counted: Any) -> None:
    """Run the plan, and kill the process at write number `last`; 0: count all writes."""
    with open(os.devnull, "w") as nowhere:
        sys.stderr = nowhere
        deaths = Deaths(last)
        carry_out(plan)
    counted.value = deaths.count


def _counting(transaction: Callable[..., Any], at: Callable[[str], None]) -> Callable[..., Any]:
    @contextmanager
    def counted(self: Database) -> Iterator[Any]:
        outer = not self._held.depth
        with transaction(self) as writer:
            yield writer
            if outer:
                at("before a commit")
        if outer:
            at("after a commit")

    return counted


class Lives:
    """Runs a plan in processes forked from one that has imported everything."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([__name__])

    def live(self, plan: RunPlan, last: int = 0) -> tuple[int, int, int]:
        """Run the plan; returns the exit code, the number of writes (if not killed), and the process ID."""
        counted = self._context.Value("i", 0)
        process = self._context.Process(target=_live, args=(plan, last, counted))
        process.start()
        process.join()
        assert process.exitcode is not None and process.pid is not None
        return process.exitcode, counted.value, process.pid


def kill_at(lives: Lives, plan: RunPlan, places: list[int], truth: dict[str, Any], report: Report) -> None:
    """Kill a run at each of these writes, then resume it to its end and compare the results."""
    name, witness = f"writes {places}", Witness(plan.workspace)
    for place in places:
        code, _, process = lives.live(plan, place)
        if code == KILLED:
            report.kills.append(Kill("run", *phase_now(plan.workspace, process)))
            witness.check()
            witness.look()
    code, _, _ = lives.live(plan)
    if code:
        report.not_ended.append(f"{name}: ended with {code}")
        return
    report.leftovers += witness.finish()
    report.add(witness.losses)
    report.runs += 1
    compare(name, truth, results(plan.workspace), report)


def main(arguments: list[str] | None = None) -> int:
    about = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="workshop.benchmarks.faults writes", description=about)
    parser.add_argument("--every", type=int, default=1, help="kill at every n-th write")
    parser.add_argument("--first", type=int, default=1, help="the first write to kill at")
    options = parser.parse_args(arguments)
    report, began, lives = Report(), time.monotonic(), Lives()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        models = make_models(folder / "models")
        undisturbed = plan_in(folder / "undisturbed", models)
        _, writes, _ = lives.live(undisturbed)
        truth = results(undisturbed.workspace)
        print(f"{writes} writes", flush=True)
        for place in range(options.first, writes + 1, options.every):
            kill_at(lives, plan_in(folder / str(place), models), [place], truth, report)
            print(place, "good" if report.good else report, flush=True)
            if not report.good:
                break
    report.seconds = time.monotonic() - began
    print(report.table())
    return 0 if report.good else 1
