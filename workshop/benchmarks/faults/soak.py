"""Run small jobs for a long time, and check that nothing grows: memory, threads, open files, the WAL.

    python -m workshop.benchmarks.faults soak --minutes 30 --out soak.json
    python -m workshop.benchmarks.faults soak --minutes 60 --kill-every 60 --tiny

A simulated user trains, generates and decides, with a new project every few rounds, while a page polls twice
a second and fetches pictures. Worker and server are separate processes. Goal: no growth after warming up.
Every five minutes it prints memory, open files, the database and the workspace's files, so that a run that is
ended by hand says something, too.
With `--kill-every`, one of the two is killed (SIGKILL) again and again; goal: nothing is lost or left.
"""

import argparse
import json
import math
import os
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import linear_regression, median
from typing import Any

import psutil

from gal_studio.core.errors import StudioError
from tests.tiny_project import make_models
from tests.ui.conftest import free_port
from workshop.benchmarks.faults.person import Person, begin
from workshop.benchmarks.faults.report import Load, machine
from workshop.benchmarks.faults.running import AwayError, RunningStudio
from workshop.benchmarks.faults.witness import Witness, completed

MEGABYTE = 2**20
ROUNDS = 3  # of each project
WARM = 0.2  # share of the time that is left out as warming up
TRIES = 5  # of creating a project on a busy machine
PAUSE = 0.1  # seconds between two acts
TELL_EVERY = 300.0  # seconds between two lines about the samples so far
ALLOWED = {"rss": 0.05, "threads": 0.0, "files": 0.0, "wal": 0.0}  # growth from first to last quarter
SLACK = {"rss": 8 * MEGABYTE, "threads": 2, "files": 3, "wal": 5 * MEGABYTE}  # allowed besides


@dataclass(frozen=True)
class Sample:
    """The resources of both processes and the workspace at a time: bytes, counts, seconds since the start."""

    time: float
    jobs: int
    worker_rss: int
    worker_threads: int
    worker_files: int
    page_rss: int
    page_threads: int
    page_files: int
    database_wal: int
    stored_bytes: int
    stored_files: int

    @property
    def line(self) -> str:
        """The sample in one line; bytes in megabytes."""
        worker, page = self.worker_rss / MEGABYTE, self.page_rss / MEGABYTE
        return (
            f"{self.time / 60:6.1f} min  {self.jobs:5d} jobs  "
            f"worker {worker:7.1f} MB {self.worker_threads:3d} threads {self.worker_files:3d} handles  "
            f"page {page:6.1f} MB {self.page_threads:3d} threads {self.page_files:3d} handles  "
            f"database {self.stored_bytes / MEGABYTE:6.1f} MB, log {self.database_wal / MEGABYTE:4.1f} MB  "
            f"{self.stored_files:5d} files"
        )


@dataclass(frozen=True)
class Trend:
    """The medians of the first and last quarter after warming up, and the slope per hour."""

    first: float
    last: float
    slope: float
    grows: bool


class Polling:
    """Polls as a page does beside the user, and fetches new pictures."""

    def __init__(self, studio: RunningStudio) -> None:
        self._studio, self.project = studio, ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._known: dict[str, Any] = {}

    def __enter__(self) -> "Polling":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        project = ""
        while not self._over.wait(0.5):
            if project != self.project:
                project, self._known = self.project, {}
            with suppress(AwayError, ValueError, KeyError):  # a killed server leaves half of an answer
                self._ask(project)

    def _ask(self, project: str) -> None:
        answer = self._studio.call("poll", {"project": project, "round": None, "known": self._known})
        news = answer["candidates"] or {}
        parts = {**self._known.get("parts", {}), **answer["digests"]}
        self._known = {"parts": parts, "candidates": news.get("mark", self._known.get("candidates", {}))}
        for item in news.get("items", ())[:8]:
            self._studio.fetch(f"/thumb/{item['id']}?v={item['version']}")


class Kills:
    """Kills the worker and the server in turn, and looks for what was there before."""

    def __init__(self, studio: RunningStudio, every: float) -> None:
        self.witness, self.count = Witness(studio.workspace), 0
        self._studio, self._every, self._last = studio, every, time.monotonic()

    def kill(self) -> None:
        """Kill one of the two if it is time; the server is started again, the worker by the server."""
        if time.monotonic() - self._last < self._every:
            return
        self.witness.look()
        if self.count % 2:
            self._studio.kill()
        elif not self._studio.kill_worker():
            return
        self.count += 1
        self.witness.check()
        away = 0.0 if self._studio.runs() else self._restart()
        print(f"kill {self.count}, back after {away:.1f} s: {self.witness.losses}", flush=True)
        self._last = time.monotonic()

    def _restart(self) -> float:
        """Start the server; says what it did meanwhile if it does not answer."""
        try:
            return self._studio.start()
        except TimeoutError:
            server = psutil.Process(self._studio.pid)
            log = (self._studio.workspace.parent / f"{self._studio.workspace.name}-page.log").read_text()
            print(
                f"the server has worked for {server.cpu_times()}, {server.status()}: {log[-2000:]}",
                flush=True,
            )
            raise

    def tell(self) -> str:
        """What was lost, and what is left behind in the workspace."""
        left, lost = self.witness.finish(), self.witness.losses
        kept = [path for path in (self._studio.workspace / "temporary").rglob("*") if path.is_file()]
        return f"{self.count} kills: {lost}; unused files {left}, temporary files {len(kept)}"


def soak(
    studio: RunningStudio, load: Load, seconds: float, every: float, kills: Kills, pause: float = PAUSE
) -> list[Sample]:
    """Work for some time, with a pause after each act; returns a sample every few seconds."""
    samples: list[Sample] = []
    began, number, told = time.monotonic(), 0, -TELL_EVERY
    with Polling(studio) as polling:
        while time.monotonic() - began < seconds:
            number += 1
            polling.project = _begun(studio.workspace, {**load.draft, "name": f"Soak {number}"}, number)
            person = Person(studio, polling.project, ROUNDS, kills.witness.confirm)
            while not person.act() and time.monotonic() - began < seconds:
                kills.kill()
                if time.monotonic() - began >= every * len(samples):
                    samples += take(studio, time.monotonic() - began)
                if samples and samples[-1].time >= told + TELL_EVERY:
                    told = samples[-1].time
                    print(samples[-1].line, flush=True)
                time.sleep(pause)
    return samples


def _begun(workspace: Path, draft: dict[str, Any], seed: int) -> str:
    """Create a project, again if the machine is so busy that its reference is not read in time."""
    for left in reversed(range(TRIES)):
        try:
            return begin(workspace, draft, seed)
        except StudioError as error:
            if not left or "busy" not in str(error):
                raise
    raise AssertionError


def take(studio: RunningStudio, now: float) -> list[Sample]:
    """One sample; none while the worker is starting."""
    workers = studio.workers()
    if len(workers) != 1:
        return []
    wal, jobs = studio.workspace / "studio.db-wal", completed(studio.workspace)
    with suppress(psutil.NoSuchProcess):
        page, log = psutil.Process(studio.pid), wal.stat().st_size
        return [Sample(now, jobs, *_held(workers[0]), *_held(page), log, *_stored(studio.workspace))]
    return []


def _stored(workspace: Path) -> tuple[int, int]:
    """The bytes of the database and the number of files of a workspace."""
    return (workspace / "studio.db").stat().st_size, sum(len(names) for *_, names in os.walk(workspace))


def _held(process: psutil.Process) -> tuple[int, int, int]:
    return process.memory_info().rss, process.num_threads(), process.num_fds()


def trends(samples: Sequence[Sample]) -> dict[str, Trend]:
    """The trend of every figure after warming up."""
    last = samples[-1].time
    kept = [sample for sample in samples if sample.time >= WARM * last]
    names = [name for name in asdict(samples[0]) if name.partition("_")[0] in ("worker", "page", "database")]
    return {name: _trend(name, kept) for name in names}


def _trend(name: str, samples: Sequence[Sample]) -> Trend:
    times = [sample.time / 3600 for sample in samples]
    values = [float(getattr(sample, name)) for sample in samples]
    quarter, kind = max(1, len(values) // 4), name.partition("_")[2]
    first, last = median(values[:quarter]), median(values[-quarter:])
    slope = linear_regression(times, values).slope if len(set(times)) > 1 else 0.0
    return Trend(first, last, slope, last > first * (1 + ALLOWED[kind]) + SLACK[kind])


def table(found: dict[str, Trend], samples: Sequence[Sample]) -> str:
    """The results as text; bytes in megabytes."""
    lines = [f"{samples[-1].time / 60:.0f} minutes, {samples[-1].jobs} jobs, {len(samples)} samples"]
    for name, trend in found.items():
        unit = MEGABYTE if name.endswith(("rss", "wal")) else 1
        lines.append(
            f"{name:15s} first quarter {trend.first / unit:8.1f}  last quarter {trend.last / unit:8.1f}  "
            f"slope {trend.slope / unit:+8.1f} per hour  {'GROWS' if trend.grows else ''}".rstrip()
        )
    lines.append(f"stored: {_a_job(samples, 'stored_bytes') / 1024:.1f} KB of database and")
    lines[-1] += f" {_a_job(samples, 'stored_files'):.2f} files a job"
    return "\n".join(lines)


def _a_job(samples: Sequence[Sample], name: str) -> float:
    """What a job adds to the workspace, by a straight line through the samples."""
    jobs = [float(sample.jobs) for sample in samples]
    if len(set(jobs)) < 2:
        return 0.0
    return linear_regression(jobs, [float(getattr(sample, name)) for sample in samples]).slope


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="workshop.benchmarks.faults soak", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two samples")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two acts of the user")
    parser.add_argument("--kill-every", type=float, default=math.inf, help="seconds between two kills")
    parser.add_argument("--tiny", action="store_true", help="models with random weights")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        load = Load(6, 2, 2, models=make_models(folder / "models") if options.tiny else None)
        studio = RunningStudio(folder / "workspace", free_port())
        studio.start()
        kills = Kills(studio, options.kill_every)
        try:
            samples = soak(studio, load, options.minutes * 60, options.every, kills, options.pause)
        finally:
            studio.end()
        told = kills.tell()
    found = trends(samples)
    print(f"{table(found, samples)}\n{told}")
    if options.out:
        figures = {"trends": {name: asdict(trend) for name, trend in found.items()}, "machine": machine()}
        options.out.write_text(json.dumps({**figures, "samples": [asdict(sample) for sample in samples]}))
    return int(kills.witness.losses.any or (not kills.count and any(trend.grows for trend in found.values())))
