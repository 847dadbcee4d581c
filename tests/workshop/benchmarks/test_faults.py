"""Fast forms of the long runs in workshop/benchmarks/: kills at writes, real processes killed, nothing
grows."""

import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import psutil
import pytest

from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.worker.models import Models
from tests.tiny_project import tiny_draft
from tests.ui.seeded import finished
from workshop.benchmarks.faults.files import try_folders
from workshop.benchmarks.faults.interrupted import COMMANDS, Outcome, try_command
from workshop.benchmarks.faults.kills import run
from workshop.benchmarks.faults.report import Load, Report
from workshop.benchmarks.faults.values import try_values
from workshop.benchmarks.faults.witness import results

pytestmark = pytest.mark.thorough


def test_nothing_grows_from_job_to_job(tmp_path: Path, names: tuple[str, str]) -> None:
    with Store(tmp_path / "workspace") as store, Worker(store).entered() as worker:
        worker._models = Models()
        studio = Studio(store)
        project = studio.create_project(tiny_draft(names))
        round_id = studio.rounds(project)[0].id
        held: list[tuple[int, int]] = []
        for _ in range(5):
            studio.run_round(round_id)
            worker.run(until_empty=True)
            studio.decide([studio.round_view(round_id).candidates[0].candidate.id], "accepted")
            round_id = studio.next_round(round_id).id if len(studio.pool(round_id)) > 2 else round_id
            if not studio.pool(round_id) or studio.next_step(round_id) != "fine_tune":
                project = studio.create_project(tiny_draft(names))
                round_id = studio.rounds(project)[0].id
            held.append(settled())
        assert all(last <= first for last, first in zip(held[-1], held[1], strict=True)), held
        assert (store.workspace / "studio.db-wal").stat().st_size < 5 << 20


def settled() -> tuple[int, int]:
    """The threads and open files of this process, after cancelled timers have ended."""
    while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()):
        time.sleep(0.01)
    process = psutil.Process()
    return process.num_threads(), process.num_fds()


def test_the_log_of_the_database_does_not_grow_under_readers(tmp_path: Path) -> None:
    """A page that reads all the time must not keep SQLite from checkpointing its WAL."""
    studio, _, round_id = finished(tmp_path / "workspace")
    wal = tmp_path / "workspace" / "studio.db-wal"
    with studio.store, Store(tmp_path / "workspace") as page:
        for step in range(1_200):
            studio.store.rounds.save_losses(round_id, [(step, 0.5)])
            if step % 50 == 0:
                page.rounds.losses(round_id)
        assert 0 < wal.stat().st_size < 5 << 20


@pytest.mark.slow
def test_a_run_that_dies_at_some_of_its_writes_ends_as_if_it_had_not(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    from workshop.benchmarks.faults.writes import Lives, kill_at, plan_in

    lives, report = Lives(), Report()
    undisturbed = plan_in(tmp_path / "undisturbed", names)
    code, writes, _ = lives.live(undisturbed)
    assert code == 0 and writes > 100
    random = Random(7)
    places = [random.randrange(2, writes // 3) for _ in range(3)]
    kill_at(lives, plan_in(tmp_path / "killed", names), places, results(undisturbed.workspace), report)
    assert report.good, report
    assert len(report.kills) >= 2


@pytest.mark.slow
def test_a_killed_page_or_worker_loses_nothing(tmp_path: Path, names: tuple[str, str]) -> None:
    """With this seed the worker; a killed page is in `test_true_pages` too, commands in tests/commands."""
    load = Load(20, 2, 3, kills=1, share=0.25, models=names)
    report = run(load, 1, 24, tmp_path, ways=("page",))
    assert report.good, report.table()
    assert len(report.kills) == 1
    shutil.rmtree(tmp_path)


@pytest.mark.slow
@pytest.mark.browser
def test_true_pages(tmp_path: Path, names: tuple[str, str]) -> None:
    from tests.chromium import CHROMIUM
    from tests.ui.conftest import free_port
    from workshop.benchmarks.faults.pages import measure
    from workshop.benchmarks.faults.person import begin
    from workshop.benchmarks.faults.running import RunningStudio

    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    project = begin(tmp_path / "workspace", Load(30, 3, 4, models=names).draft)
    studio = RunningStudio(tmp_path / "workspace", free_port())
    studio.start()
    try:
        with ThreadPoolExecutor(1) as apart:  # another test's browser may hold this thread's event loop
            figures = apart.submit(measure, studio, project, refreshes=2, tabs=2, restarts=1).result()
    finally:
        studio.end()
    assert figures.wrong == []
    assert max(figures.refreshes) < 10, "a busy machine is slow, not wrong"


def test_no_file_of_somebody_else_is_lost(tmp_path: Path) -> None:
    costs = try_folders(40, tmp_path)
    assert costs.wrong == []
    assert set(costs.fates) == {"used", "refused"}


def test_one_damaged_value_hides_nothing(tmp_path: Path) -> None:
    outcome = try_values(tmp_path, every=97)
    assert outcome.wrong == []
    assert outcome.fates["whole"] > 5


@pytest.mark.slow
def test_killed_commands_and_those_short_of_memory_lose_nothing(tmp_path: Path) -> None:
    outcome = Outcome()
    for command in COMMANDS:
        try_command(command, tmp_path / command.name, 1, Random(1), outcome)
    assert outcome.wrong == []


@pytest.mark.slow
def test_memory_that_runs_out_in_a_phase_of_a_run_loses_nothing(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    from workshop.benchmarks.faults.memory import try_phases

    outcome = try_phases(tmp_path, names, (2,), every=8)
    assert outcome.wrong == []
    assert outcome.ends
