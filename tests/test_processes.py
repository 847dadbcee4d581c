"""One worker at a time runs whenever jobs wait, even if processes die or start at the same time."""

import errno
import io
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import pytest

from gal_studio import processes
from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.processes import LONGEST_PAUSE, POLL_INTERVAL, Keeper, WorkerStarter, worker_process
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.studio import Studio
from tests.stored_project import Clock
from tests.studio.seeding import draft

pytestmark = pytest.mark.races


@pytest.fixture
def job(studio: Studio) -> Job:
    """A waiting job, whose models are never loaded."""
    project = studio.create_project(draft())
    return studio.fine_tune(studio.rounds(project)[0].id)


def test_a_worker_that_died_before_it_took_the_work_is_replaced(studio: Studio, job: Job) -> None:
    woken: list[Path] = []
    clock = Clock()
    keeper = Keeper(studio.store, woken.append, clock)
    keeper.look()
    assert woken == [studio.store.workspace]
    keeper.look()
    assert len(woken) == 1, "it is given time to start"
    clock.now += POLL_INTERVAL
    keeper.look()
    assert len(woken) == 2
    for _ in range(100):
        clock.now += POLL_INTERVAL
        keeper.look()
    assert 100 * POLL_INTERVAL / LONGEST_PAUSE <= len(woken) <= 12, (
        "one that ends at once is tried ever more rarely"
    )


def test_a_worker_that_is_there_is_left_alone_and_so_is_rest(studio: Studio, job: Job) -> None:
    woken: list[Path] = []
    keeper = Keeper(studio.store, woken.append)
    with WorkerLock(studio.store.workspace) as lock:
        assert lock.acquire()
        keeper.look()
    studio.stop(job.id)
    keeper.look()
    assert woken == []


def test_work_that_rests_for_want_of_room_has_a_worker_that_looks(studio: Studio, job: Job) -> None:
    woken: list[Path] = []
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.jobs.pause_for_space(job.id, 1, "The disk is full.")
    Keeper(studio.store, woken.append).look()
    assert woken == [studio.store.workspace]
    studio.stop(job.id)
    Keeper(studio.store, woken.append).look()
    assert len(woken) == 1


def test_the_work_of_a_dead_worker_is_marked_without_a_page(studio: Studio, job: Job) -> None:
    studio.store.workers.enter("w")
    studio.store.jobs.claim("w")
    studio.store.database.write("UPDATE workers SET process = '1@before', beat = 0")
    Keeper(studio.store, lambda _: None).look()
    assert studio.store.jobs.get(job.id).state == "interrupted"


def test_the_keeper_outlives_what_it_does_not_foresee(
    studio: Studio, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = iter([sqlite3.OperationalError("unheard of"), StudioError("The disk is full."), SystemExit()])

    def look() -> None:
        raise next(looks)

    keeper = Keeper(studio.store, lambda _: None)
    monkeypatch.setattr(processes, "POLL_INTERVAL", 0.0)
    monkeypatch.setattr(keeper, "look", look)
    with pytest.raises(SystemExit):
        keeper.run()


def test_a_disk_without_locks_is_not_taken_for_another_studio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_locks(_handle: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("gal_studio.state.jobs.lock._lock", no_locks)
    with pytest.raises(StudioError, match=r"does not lock files .No locks available.: name a folder"):
        WorkerLock(tmp_path).acquire()


def test_a_look_at_the_lock_does_not_send_a_worker_away(tmp_path: Path) -> None:
    with WorkerLock(tmp_path) as glance, WorkerLock(tmp_path) as worker:
        assert glance.acquire()
        assert not worker.acquire()
        threading.Timer(0.2, glance.release).start()
        assert worker.acquire(patience=60.0)


def test_a_worker_that_is_starting_is_not_started_again(tmp_path: Path) -> None:
    made: list[subprocess.Popen[bytes]] = []

    def spawn(workspace: Path) -> subprocess.Popen[bytes]:
        made.append(worker_process(workspace))
        return made[-1]

    starter = WorkerStarter(spawn)
    assert starter.start(tmp_path)
    try:
        assert not starter.start(tmp_path)
    finally:
        made[0].kill()
        made[0].wait()
    assert starter.start(tmp_path)
    made[1].kill()
    made[1].wait()


class Ended:
    """A process that has ended, which is slow to poll."""

    def poll(self) -> int:
        time.sleep(0.02)
        return 0


def test_workers_are_asked_for_by_several_threads_at_once(tmp_path: Path) -> None:
    """The keeper and a request start a worker at the same time."""
    starter = WorkerStarter(lambda _: Ended())  # type: ignore[arg-type, return-value]
    assert all(starter.start(tmp_path / str(number)) for number in range(3))
    answers: list[bool] = []
    with WorkerLock(tmp_path / "workspace") as lock:
        assert lock.acquire()
        threads = [
            threading.Thread(target=lambda: answers.append(starter.start(tmp_path / "workspace")))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [False] * 4
    assert starter.start(tmp_path / "workspace"), "the lock is free"


def test_a_command_does_not_wait_for_a_worker_that_has_gone(
    studio: Studio, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gal_studio.commands.running import local_worker

    monkeypatch.setattr(local_worker, "ALONE", 0.3)
    with WorkerLock(studio.store.workspace) as lock:
        assert lock.acquire()
        with local_worker.local_worker(studio, local_worker.ProgressLine(studio)) as watching:
            started = time.monotonic()
            threading.Timer(0.5, lock.release).start()
            with pytest.raises(StudioError, match="same command again"):
                watching.finish(job)
            assert time.monotonic() - started > 0.5


def test_a_progress_line_in_a_file_is_not_repeated(
    studio: Studio, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gal_studio.commands.running import local_worker

    monkeypatch.setattr(local_worker, "LOG_INTERVAL", 0.0)
    output = io.StringIO()
    line = local_worker.ProgressLine(studio, output)
    for done in (1, 1, 2, 2):
        line.show(job, "fine_tune", done, 4)
    assert output.getvalue() == "Round 1: Training 1 / 4\nRound 1: Training 2 / 4\n"


def test_what_workers_say_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LARGEST_OUTPUT", 10)
    for line in (b"one\n", b"a long line\n", b"two\n", b"three\n"):
        with processes.open_output(tmp_path) as output:
            output.write(line)
    logs = {path.name: path.read_bytes() for path in tmp_path.rglob("worker-output*")}
    assert logs == {"worker-output.log": b"two\nthree\n", "worker-output.log.1": b"one\na long line\n"}


@pytest.mark.parametrize("there", [True, False], ids=["another worker", "its own worker"])
def test_a_command_does_not_wait_behind_work_that_was_paused(studio: Studio, job: Job, there: bool) -> None:
    from gal_studio.commands.running import local_worker

    jobs = studio.store.jobs
    drawing = studio.generate(job.round_id)
    studio.store.workers.enter("w")
    assert jobs.claim("w") == jobs.get(job.id)
    jobs.request_pause(job.id)
    jobs.halt(job.id)
    with WorkerLock(studio.store.workspace) as lock:
        if there:
            assert lock.acquire()
        with (
            local_worker.local_worker(studio, local_worker.ProgressLine(studio)) as worker,
            pytest.raises(StudioError, match=f"which is paused: .* resume {job.id}"),
        ):
            worker.finish(drawing)
    assert jobs.get(drawing.id).state == "queued"
