import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import Round
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.jobs.lock import WorkerLock, holders
from gal_studio.state.jobs.workers import SILENCE, host_name, own_identity, process_identity
from tests.job_moves import moves
from tests.state.jobs.test_queue import together
from tests.stored_project import Clock


@pytest.fixture
def job(store: Store, first_round: Round) -> Job:
    return store.jobs.enqueue(first_round.project_id, first_round.id, "fine_tune")


def test_pressing_twice_makes_one_job(store: Store, first_round: Round, job: Job) -> None:
    assert store.jobs.enqueue(first_round.project_id, first_round.id, "fine_tune") == job
    store.workers.enter("w")
    store.jobs.claim("w")
    assert store.jobs.enqueue(first_round.project_id, first_round.id, "fine_tune").id == job.id
    assert store.jobs.enqueue(first_round.project_id, first_round.id, "generate").id != job.id


def test_pressing_in_many_threads_makes_one_job(store: Store, first_round: Round) -> None:
    made: list[str] = []
    together(
        lambda: made.append(store.jobs.enqueue(first_round.project_id, first_round.id, "generate").id), 8
    )
    assert len(made) == 8 and len(set(made)) == 1


def test_each_move_is_noted_with_time_and_reason(store: Store, job: Job, clock: Clock) -> None:
    store.workers.enter("w")
    clock.now = 1001.0
    claimed = store.jobs.claim("w")
    assert claimed is not None
    assert claimed.state == "running"
    clock.now = 1002.0
    store.jobs.request_stop(job.id)
    assert store.jobs.should_stop(job.id, "w")
    assert store.jobs.request_stop(job.id).state == "stopping"
    stopped = store.jobs.halt(job.id, "Kept 3 pictures.")
    assert (stopped.state, stopped.message, stopped.finished) == ("stopped", "Kept 3 pictures.", 1002.0)
    assert [(move.before, move.after, move.time) for move in moves(store, job.id)] == [
        (None, "queued", 1000.0),
        ("queued", "running", 1001.0),
        ("running", "stopping", 1002.0),
        ("stopping", "stopped", 1002.0),
    ]
    assert all(move.reason for move in moves(store, job.id))


def test_illegal_move_is_refused_and_changes_nothing(store: Store, job: Job) -> None:
    with pytest.raises(StudioError, match="cannot become completed"):
        store.jobs.finish(job.id)
    assert store.jobs.get(job.id).state == "queued"
    assert len(moves(store, job.id)) == 1


def test_pause_and_resume(store: Store, running: Job) -> None:
    store.jobs.request_pause(running.id)
    assert store.jobs.should_stop(running.id, "w")
    assert store.jobs.halt(running.id).state == "paused"
    assert store.jobs.resume(running.id).state == "queued"


def test_failed_job_keeps_its_sentence_until_it_is_tried_again(store: Store, running: Job) -> None:
    assert store.jobs.fail(running.id, "The loss is not finite.").message == "The loss is not finite."
    assert store.jobs.resume(running.id).message == ""


def test_rate_comes_from_the_last_minute_of_this_phase(store: Store, running: Job, clock: Clock) -> None:
    assert store.jobs.rate(running.id) is None
    store.jobs.progress(running.id, "loading", 1, 1)
    for second in range(100):
        clock.now = 2000.0 + second
        store.jobs.progress(running.id, "drawing", second if second < 40 else 40 + (second - 40) * 2, 1000)
    assert store.jobs.rate(running.id) == pytest.approx(2.0, rel=0.02)
    assert store.jobs.get(running.id).done == 158


def test_sample_now_is_honoured_once(store: Store, job: Job) -> None:
    assert not store.jobs.take_preview_request(job.id)
    store.jobs.request_preview(job.id)
    assert store.jobs.take_preview_request(job.id)
    assert not store.jobs.take_preview_request(job.id)


def test_current_job_is_the_one_that_matters(store: Store, first_round: Round, job: Job) -> None:
    later = store.jobs.enqueue(first_round.project_id, first_round.id, "generate")
    assert store.jobs.current(first_round.project_id) == job
    store.jobs.request_stop(job.id)
    assert store.jobs.get(later.id).state == "stopped"
    assert store.jobs.current(first_round.project_id) == store.jobs.get(job.id)
    later = store.jobs.enqueue(first_round.project_id, first_round.id, "generate")
    assert store.jobs.current(first_round.project_id) == later
    assert store.jobs.current("nothing") is None


def test_job_of_a_dead_process_is_interrupted(store: Store, job: Job, clock: Clock) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = process_identity(child.pid)
    store.workers.enter("w")
    store.database.write("UPDATE workers SET pid = ?, process = ?", (child.pid, identity))
    store.jobs.claim("w")
    assert store.workers.alive()
    assert store.jobs.reap() == ()
    child.kill()
    child.communicate()
    assert store.workers.alive(), "a fresh heartbeat counts, whatever the process number says"
    clock.now += SILENCE + 0.1
    assert not store.workers.alive()
    assert store.jobs.reap() == (job.id,)
    interrupted = store.jobs.get(job.id)
    assert interrupted.state == "interrupted"
    assert "Resume" in interrupted.message
    assert store.jobs.enqueue(job.project_id, job.round_id, "fine_tune").id == job.id
    assert store.jobs.get(job.id).state == "queued"


@pytest.mark.parametrize(
    ("column", "value", "later"),
    [
        ("process", f"{os.getpid()}@another start", SILENCE + 0.1),
        # the clock was set back, as after a start without power for it; a living worker beats every second
        ("host", "before the restart", -3600.0),
    ],
    ids=["a reused process number", "a heartbeat in the future"],
)
def test_what_only_looks_like_the_worker_is_not_taken_for_it(
    store: Store, running: Job, clock: Clock, column: str, value: str, later: float
) -> None:
    store.database.write(f"UPDATE workers SET {column} = ?", (value,))
    clock.now += later
    assert store.jobs.reap() == (running.id,)


def test_worker_on_another_machine_lives_by_its_heartbeat(store: Store, running: Job, clock: Clock) -> None:
    store.database.write("UPDATE workers SET host = 'elsewhere'")
    clock.now += SILENCE - 0.1
    assert store.jobs.reap() == ()
    store.workers.beat("w")
    clock.now += SILENCE + 0.1
    assert store.jobs.reap() == (running.id,)


def test_a_held_lock_is_alive_whatever_process_number_and_clock_say(
    store: Store, job: Job, clock: Clock
) -> None:
    """As in a container, or after the machine was suspended."""
    for name in ("", "gpu-1"):
        with WorkerLock(store.workspace, name) as lock:
            assert lock.acquire() and lock.sign("w") == ""
            store.workers.enter("w")
            store.database.write("UPDATE workers SET host = 'container', process = '1@another'")
            clock.now += 3600
            assert store.workers.living() == {"w"}
            with WorkerLock(store.workspace, name) as other:
                assert not other.acquire()
        assert not store.workers.alive()


def test_a_lock_names_who_held_it_before(store: Store) -> None:
    for before, worker in (("", "a much longer name"), ("a much longer name", "w")):
        with WorkerLock(store.workspace) as lock:
            assert lock.acquire()
            assert lock.sign(worker) == before
            assert holders(store.workspace) == {worker}
    assert holders(store.workspace) == frozenset()


def test_a_read_shows_a_dead_worker_and_writes_nothing(store: Store, running: Job, clock: Clock) -> None:
    clock.now += SILENCE + 0.1
    store.database.write("UPDATE workers SET process = '1@before'")
    before = moves(store, running.id)
    seen = store.jobs.current(running.project_id)
    assert seen is not None and seen.state == "interrupted" and "Resume" in seen.message
    queue = store.queue.read()
    assert ([one.id for one in queue.halted], queue.working) == ([running.id], ())
    assert moves(store, running.id) == before and store.jobs.get(running.id).state == "running"
    assert store.jobs.resume(running.id).state == "queued"


def test_a_worker_that_comes_back_goes_on(store: Store, running: Job) -> None:
    store.jobs.interrupt(running.id, "its worker died")
    assert store.jobs.take_back(running.id, "w")
    assert (store.jobs.get(running.id).state, store.jobs.get(running.id).message) == ("running", "")
    assert not store.jobs.take_back(running.id, "w"), "it runs"
    store.jobs.interrupt(running.id, "its worker died")
    store.jobs.resume(running.id)
    assert store.jobs.take_back(running.id, "w"), "nobody else has begun it"
    store.jobs.interrupt(running.id, "its worker died")
    store.jobs.resume(running.id)
    store.workers.enter("another")
    store.jobs.claim("another")
    assert not store.jobs.take_back(running.id, "w")
    store.jobs.request_stop(running.id)
    assert not store.jobs.take_back(running.id, "another")


def test_worker_that_left_is_not_alive(store: Store) -> None:
    store.workers.enter("w")
    assert store.workers.living() == {"w"}
    store.workers.leave("w")
    assert not store.workers.alive()


def test_identity_of_a_process() -> None:
    assert own_identity() == process_identity(os.getpid())
    assert process_identity(2**22 + 1) is None
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert process_identity(child.pid) not in (None, own_identity())
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process_identity(child.pid) is None, "a zombie is not alive"
    assert host_name() == host_name()


@pytest.mark.skipif(not psutil.LINUX, reason="former versions read /proc only on Linux")
def test_a_running_worker_of_a_former_version_is_known() -> None:
    started = Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    assert own_identity() == f"{os.getpid()}@{started}"
