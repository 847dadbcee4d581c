"""Many processes on one workspace: each job is run once, by a worker that lives."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.files.errors import DiskError
from tests.job_moves import moves
from tests.stored_project import add_project

pytestmark = pytest.mark.races

JOBS = 60
CLAIMER = """
import sys
from pathlib import Path
from gal_studio.state import Store

with Store(Path(sys.argv[1])) as store:
    me = sys.argv[2]
    store.workers.enter(me)
    print("ready", flush=True)
    input()
    while (job := store.jobs.claim(me)) is not None:
        store.jobs.progress(job.id, "fine_tune", 1, 2)
        store.jobs.reap()
        store.jobs.finish(job.id, me)
        print(job.id, flush=True)
        input()
"""


def test_no_job_is_claimed_twice_by_processes_that_claim_at_once(store: Store) -> None:
    queued = set()
    for number in range(JOBS):  # each in a project of its own, since no two workers work on one
        project = add_project(store, f"Cat {number}")
        round_ = store.rounds.add(project.id, None, Settings())
        queued.add(store.jobs.enqueue(project.id, round_.id, "fine_tune").id)
    command = [sys.executable, "-c", CLAIMER, str(store.workspace)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    root = Path(__file__).parents[3]
    claimers = [subprocess.Popen([*command, f"worker {n}"], cwd=root, **pipes) for n in range(6)]  # type: ignore[call-overload]
    for process in claimers:
        assert process.stdout.readline() == "ready\n"
    go(claimers, "\n")
    first = [process.stdout.readline().strip() for process in claimers]  # so that all have a part in it
    go(claimers, "\n" * JOBS)
    rest = [process.communicate(timeout=500)[0].split() for process in claimers]
    assert [process.returncode for process in claimers] == [0] * 6
    taken = [[job, *jobs] for job, jobs in zip(first, rest, strict=True)]
    assert len({job for jobs in taken for job in jobs}) == sum(map(len, taken)) == JOBS
    for job_id in queued:
        assert [move.after for move in moves(store, job_id)] == ["queued", "running", "completed"]


def go(claimers: "list[subprocess.Popen[str]]", words: str) -> None:
    for process in claimers:
        assert process.stdin is not None
        process.stdin.write(words)
        process.stdin.flush()


def test_a_worker_that_arrives_while_the_dead_are_sought_keeps_its_job(
    store: Store, first_round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = store.jobs.enqueue(first_round.project_id, first_round.id, "fine_tune")
    store.workers.enter("dead")
    store.jobs.claim("dead")
    store.database.write("UPDATE workers SET process = '1@before', beat = 0")
    round_ = store.rounds.add(first_round.project_id, first_round.id, Settings())
    job = store.jobs.enqueue(round_.project_id, round_.id, "fine_tune")

    def arrive() -> None:
        with Store(store.workspace) as other:
            other.workers.enter("new")
            claimed.append(other.jobs.claim("new"))

    claimed: list[object] = []
    arrival = threading.Thread(target=arrive)
    living = store.workers.living

    def looked() -> frozenset[str]:
        found = living()
        arrival.start()
        arrival.join(0.5)
        return found

    monkeypatch.setattr(store.workers, "living", looked)
    assert store.jobs.reap() == (lost.id,)
    arrival.join()
    monkeypatch.undo()
    assert len(claimed) == 1
    assert store.jobs.get(job.id).state == "running"
    assert store.jobs.reap() == ()


def test_a_job_is_taken_with_the_knowledge_of_it_or_not_at_all(
    store: Store, first_round: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = store.jobs.enqueue(first_round.project_id, first_round.id, "generate")
    store.workers.enter("w")

    def refuse(*_: object) -> Job:
        raise DiskError("The disk does not give it now.")

    with monkeypatch.context() as broken:
        broken.setattr(store.jobs, "get", refuse)
        with pytest.raises(DiskError):
            store.jobs.claim("w")
    assert store.jobs.get(job.id).state == "queued"
    claimed = store.jobs.claim("w")
    assert claimed is not None and claimed.id == job.id
