"""Kill the studio again and again while it runs whole demos, and look for lost data.

    python -m workshop.benchmarks.faults kills --kills 200 --out kills.json

Half of the runs are `gal-studio demo --workspace W`, started again with the same arguments after each kill;
the other half are the page with its worker, of which one is killed. Goals: no decision and no finished
picture is lost, every run ends, LoRAs and pictures equal those of an undisturbed run, a dead worker is
noticed within 5 seconds. `--tiny` uses models with random weights.
`--kinds all` kills each kind of job by itself (`workshop.benchmarks.faults.kinds`).
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.tiny_project import make_models
from tests.ui.conftest import free_port
from workshop.benchmarks.faults.person import Person, begin
from workshop.benchmarks.faults.report import Kill, Load, Report, compare, machine
from workshop.benchmarks.faults.running import ROOT, AwayError, RunningStudio, environment, studio_command
from workshop.benchmarks.faults.witness import Witness, phase_now, progress_mark, results

STANDSTILL = 180.0  # seconds without progress after which a run counts as stuck


@dataclass(frozen=True)
class Plan:
    """The number of kills in a run, each after at most `longest` seconds."""

    kills: int = 0
    longest: float = 0.0


def _out(workspace: Path) -> Path:
    return workspace.with_name(workspace.name + "-out")


def start_demo(load: Load, workspace: Path) -> "subprocess.Popen[bytes]":
    with workspace.with_name(f"{workspace.name}-demo.log").open("ab") as log:
        return subprocess.Popen(
            studio_command("demo", "--workspace", workspace, "--out", _out(workspace), *load.words),
            cwd=ROOT, env=environment(), stdout=log, stderr=log,
        )  # fmt: skip


def written(workspace: Path) -> dict[str, bytes]:
    """The pictures in the output folder of `demo`; the LoRAs are compared in the store."""
    out = _out(workspace)
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.png"))}


class Standstill:
    """Detects that a workspace makes no more progress."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self.begin()

    def begin(self) -> None:
        self._mark, self._since = progress_mark(self._workspace), time.monotonic()

    @property
    def is_reached(self) -> bool:
        if progress_mark(self._workspace) != self._mark:
            self.begin()
        return time.monotonic() - self._since > STANDSTILL


def kill_demo(load: Load, workspace: Path, random: Random, plan: Plan, report: Report) -> None:
    """One run of the command line: kills at random times, then to its end."""
    witness = Witness(workspace)
    for _ in range(plan.kills):
        process = start_demo(load, workspace)
        try:
            process.wait(random.uniform(0.3, plan.longest))
            break  # it ended before the kill
        except subprocess.TimeoutExpired:
            witness.look()
            phase, repeated = phase_now(workspace, process.pid)
            process.kill()
            process.wait()
            witness.check()
            report.kills.append(Kill("demo", phase, repeated))
    last, standstill = start_demo(load, workspace), Standstill(workspace)
    while last.poll() is None and not standstill.is_reached:
        time.sleep(0.1)
    if last.poll() != 0:
        report.not_ended.append(f"{workspace.name}: the last command ended with {last.poll()}")
        last.kill()
    report.leftovers += witness.finish()
    report.add(witness.losses)


def kill_studio(load: Load, workspace: Path, random: Random, plan: Plan, report: Report) -> None:
    """One run of the page: kills of worker and page at random times while a simulated user works."""
    project = begin(workspace, load.draft)
    witness, studio = Witness(workspace), RunningStudio(workspace, free_port())
    person, standstill = Person(studio, project, confirmed=witness.confirm), Standstill(workspace)
    studio.start()
    left, next_kill = plan.kills, time.monotonic() + random.uniform(0.3, plan.longest)
    try:
        while not person.act() and not standstill.is_reached:
            if left and time.monotonic() > next_kill:
                report.kills.append(_kill_one(studio, person, witness, random))
                left, next_kill = left - 1, time.monotonic() + random.uniform(0.3, plan.longest)
                standstill.begin()
            time.sleep(0.1)
        if standstill.is_reached:
            report.not_ended.append(f"{workspace.name}: stuck at {person.sees['parts']['job']}")
    except (AwayError, TimeoutError) as error:
        report.not_ended.append(f"{workspace.name}: {error!r}")
    finally:
        studio.end()
    report.leftovers += witness.finish()
    report.add(witness.losses)


def _kill_one(studio: RunningStudio, person: Person, witness: Witness, random: Random) -> Kill:
    workers = studio.workers()
    witness.look()
    phase, repeated = phase_now(studio.workspace, workers[0].pid) if workers else ("no worker", 0.0)
    if random.random() < 0.5 or not studio.kill_worker():
        studio.kill()
        witness.check()
        time.sleep(random.uniform(0.0, 2.0))  # the worker continues alone
        studio.start()
        return Kill("page", phase, 0.0)
    started = time.monotonic()
    noticed = None
    if ":" in phase:
        while not (seen := person.job_halted()) and time.monotonic() - started < 30:
            time.sleep(0.1)
        noticed = time.monotonic() - started if seen else 30.0
    witness.check()
    return Kill("worker", phase, repeated, noticed)


WAYS = {"demo": kill_demo, "page": kill_studio}


def run(load: Load, kills: int, seed: int, folder: Path, ways: Sequence[str] = tuple(WAYS)) -> Report:
    """Alternate runs of the command line and of the page until there were this many kills."""
    report, random, began = Report(), Random(seed), time.monotonic()
    expected = {way: _undisturbed(way, load, folder) for way in ways}
    while len(report.kills) < kills and report.good:
        way = ways[report.runs % len(ways)]
        workspace, (wanted, seconds) = folder / f"{way}-{report.runs}", expected[way]
        plan = Plan(min(load.kills, kills - len(report.kills)), seconds * load.share)
        WAYS[way](load, workspace, random, plan, report)
        compare(workspace.name, wanted, _made(workspace), report)
        report.runs += 1
        print(
            f"{workspace.name}: {len(report.kills)} kills, {'good' if report.good else 'NOT GOOD'}",
            flush=True,
        )
        if report.good:
            shutil.rmtree(workspace)
            shutil.rmtree(_out(workspace), ignore_errors=True)
    report.seconds = time.monotonic() - began
    return report


def _undisturbed(way: str, load: Load, folder: Path) -> tuple[dict[str, Any], float]:
    """The results of an undisturbed run, and its seconds."""
    quiet, workspace, began = Report(), folder / f"{way}-undisturbed", time.monotonic()
    WAYS[way](load, workspace, Random(0), Plan(), quiet)
    if not quiet.good:
        raise SystemExit(f"The undisturbed run failed: {quiet}")
    return _made(workspace), time.monotonic() - began


def _made(workspace: Path) -> dict[str, Any]:
    return {**results(workspace), **written(workspace)}


def _by_kind(names: list[str], kills: int, seed: int, folder: Path, at_once: int) -> int:
    from workshop.benchmarks.faults.kinds import KINDS, try_kinds

    outcome = try_kinds(tuple(KINDS) if names == ["all"] else tuple(names), kills, seed, folder, at_once)
    print(outcome.table())
    return int(bool(outcome.wrong))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="workshop.benchmarks.faults kills", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--kinds", nargs="+", help="so many kills of each of these kinds, or of all")
    parser.add_argument("--at-once", type=int, default=1, help="so many kinds at once")
    parser.add_argument("--tiny", action="store_true", help="models with random weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="keep the workspaces here")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.kinds:
            return _by_kind(options.kinds, options.kills, options.seed, folder, options.at_once)
        load = Load(models=make_models(folder / "models")) if options.tiny else Load()
        report = run(load, options.kills, options.seed, folder)
    print(report.table())
    if options.out:
        figures = {**asdict(report), "good": report.good, "machine": machine()}
        options.out.write_text(json.dumps(figures, indent=1))
    return 0 if report.good else 1
