"""A disk that fills up during a job: the job is paused with a message, and resumes when there is space."""

import logging
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker import Worker, loop, space_watch
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.job_moves import moves
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, weights, work

pytestmark = pytest.mark.thorough


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB; requires the right to mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


class Waits(threading.Event):
    """Counts how often the worker has come round to wait: for work, or to try a refused write again."""

    count = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.count += 1
        return super().wait(timeout)


@contextmanager
def at_work(store: Store, watcher=None) -> Iterator[Worker]:  # type: ignore[no-untyped-def]
    """A worker in a thread, which exits after 50 ms without work."""
    with Worker(store, watcher, idle=0.05).entered() as worker:
        worker.ending = Waits()
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            yield worker
        finally:
            worker.ending.set()
            thread.join()


def wait_for(condition, seconds: float = 240.0) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def filled_at(filler: Path, phase: str, done: float, full: threading.Event):  # type: ignore[no-untyped-def]
    """A watcher that fills the disk completely when this much is done."""

    def watch(_job: Job, progress: Progress) -> None:
        if (progress.phase, progress.done) == (phase, done) and not full.is_set():
            fill(filler)
            full.set()

    return watch


def fill(filler: Path) -> None:
    with filler.open("ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(512))
        except OSError:
            pass


@pytest.mark.parametrize(("phase", "done"), [("fine_tune", 3), ("draw", 4)])
def test_a_job_rests_while_the_disk_is_full_and_goes_on_by_itself(
    disk: Path,
    tmp_path: Path,
    names: tuple[str, str],
    phase: str,
    done: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The result equals that of an undisturbed run on another disk."""
    monkeypatch.setattr(space_watch, "LOOK_FOR_ROOM", 0.1)
    monkeypatch.setattr(loop, "RETRY", 0.1)
    filler, full = disk / "filler", threading.Event()
    with Store(tmp_path / "plain") as plain, Store(disk / "workspace", reserve=0) as store:
        calm, studio = Studio(plain), Studio(store)
        whole, first = (first_round(each, tiny_draft(names)) for each in (calm, studio))
        work(calm, Models(), calm.fine_tune(whole))
        work(calm, Models(), calm.generate(whole))
        jobs = studio.run_round(first)
        job = jobs[0] if phase == "fine_tune" else jobs[1]
        with at_work(store, filled_at(filler, phase, done, full)) as worker:
            wait_for(full.is_set)
            wait_for(lambda: "retrying" in caplog.text or store.jobs.get(job.id).state == "paused")
            waits = worker.ending.count
            wait_for(
                lambda: worker.ending.count >= waits + 3
            )  # nor can the database be written: it keeps trying
            assert threading.active_count() > 2
            filler.write_bytes(b"")
            wait_for(lambda: store.jobs.get(jobs[1].id).state in ("completed", "error", "stopped"))
            assert not worker.ending.is_set()
        moved = [(move.after, move.reason) for move in moves(store, job.id)]
        assert moved[-4:] == [
            ("paused", "the disk is full"),
            ("queued", "there is disk space again"),
            ("running", "claimed by a worker"),
            ("completed", "done"),
        ]
        assert weights(studio, first) == weights(calm, whole)
        drawn = [
            sorted(c.image for c in each.candidates.of_round(r))
            for each, r in ((plain, whole), (store, first))
        ]
        assert drawn[0] == drawn[1]
        assert len(drawn[0]) == 12


def test_too_little_room_is_seen_before_any_work(disk: Path, names: tuple[str, str]) -> None:
    with Store(disk / "workspace", reserve=7_500_000) as store:
        studio = Studio(store)
        job = work(studio, Models(), studio.fine_tune(first_round(studio, tiny_draft(names))))
        assert (job.state, job.paused_for) == ("paused", "room")
        assert job.message.startswith("The disk is full (")
        assert "are needed besides the 7.2 MB that must stay free, and 7." in job.message
        assert store.rounds.losses(job.round_id) == ()
        ((_, needed),) = store.jobs.waiting_for_space()
        assert 300_000 < needed < 3_000_000


def test_a_disk_that_fills_under_the_reserve_lays_the_job_down(
    disk: Path, names: tuple[str, str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program fills the disk: the checkpoint of this step still fits into the reserve."""
    monkeypatch.setattr(loop, "REPORT", 0.0)  # the disk is looked at with every report
    caplog.set_level(logging.INFO)
    with Store(disk / "workspace", reserve=600_000) as store:
        studio, filler = Studio(store), disk / "filler"

        def watch(_job: Job, progress: Progress) -> None:
            if (progress.phase, progress.done) == ("fine_tune", 3):
                filler.write_bytes(bytes(store.disk.free() - 500_000))

        job = work(studio, Models(), studio.fine_tune(first_round(studio, tiny_draft(names))), watch)
        assert (job.state, job.paused_for) == ("paused", "room")
        kept = sorted(path.stem for path in store.checkpoints(job.round_id).rglob("step-*"))
        assert kept == ["step-2", "step-4"]
        filler.unlink()
        assert work(studio, Models(), studio.resume(job.id)).state == "completed"  # by hand


def test_what_a_person_paused_is_never_resumed_by_the_worker(
    tmp_path: Path, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space_watch, "LOOK_FOR_ROOM", 0.05)
    with Store(tmp_path / "workspace") as store:
        studio = Studio(store)
        job = studio.fine_tune(first_round(studio, tiny_draft(names)))

        def pause(_job: Job, progress: Progress) -> None:
            if progress.phase == "fine_tune":
                studio.pause(job.id)

        ended = work(studio, Models(), job, pause)
        assert (ended.state, ended.paused_for) == ("paused", "")
        with Worker(store, idle=0.5).entered() as worker:
            worker.run()  # ends, since nothing waits for room
        assert store.jobs.get(job.id) == ended
