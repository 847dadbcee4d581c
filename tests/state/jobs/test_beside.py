"""Several workers on one workspace: each project has one at a time."""

from pathlib import Path

import pytest

from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.jobs.lock import WorkerLock
from tests.stored_project import add_project


@pytest.fixture
def jobs(store: Store, first_round: Round) -> tuple[Job, Job, Job]:
    """Two trainings in one project, one in another; two workers are there."""
    child = store.rounds.add(first_round.project_id, first_round.id, Settings())
    other = add_project(store, "Dog")
    rounds = [first_round, child, store.rounds.add(other.id, None, Settings())]
    for worker in ("one", "two"):
        store.workers.enter(worker)
    first, second, third = (store.jobs.enqueue(each.project_id, each.id, "fine_tune") for each in rounds)
    return first, second, third


def claimed(store: Store, worker: str) -> str | None:
    job = store.jobs.claim(worker)
    return None if job is None else job.id


def test_two_workers_do_not_work_on_one_project(store: Store, jobs: tuple[Job, Job, Job]) -> None:
    first, second, third = jobs
    assert claimed(store, "one") == first.id
    assert claimed(store, "two") == third.id
    assert claimed(store, "two") is None
    assert store.jobs.is_elsewhere(second.id, "two") and not store.jobs.is_elsewhere(second.id, "one")
    assert store.jobs.is_elsewhere(first.id, "two") and not store.jobs.is_elsewhere(first.id, "one")
    store.jobs.finish(first.id)
    assert not store.jobs.is_elsewhere(second.id, "two")
    assert claimed(store, "two") == second.id


def test_the_project_of_a_dead_worker_is_free_again(store: Store, jobs: tuple[Job, Job, Job]) -> None:
    first, second, third = jobs
    assert claimed(store, "one") == first.id
    store.workers.leave("one")
    assert claimed(store, "two") == third.id and claimed(store, "two") is None
    assert store.jobs.reap() == (first.id,)
    assert claimed(store, "two") == second.id


def test_a_background_job_gives_way_only_to_what_could_run(store: Store, jobs: tuple[Job, Job, Job]) -> None:
    first, second, third = jobs
    store.jobs.request_stop(second.id)
    assert claimed(store, "one") == first.id
    store.jobs.finish(first.id)
    measured = store.jobs.enqueue(first.project_id, first.round_id, "measure")
    assert claimed(store, "two") == third.id
    assert claimed(store, "one") == measured.id
    another = store.rounds.add(third.project_id, third.round_id, Settings())
    behind = store.jobs.enqueue(third.project_id, another.id, "fine_tune")
    assert not store.jobs.should_give_way(measured.id)  # its project is with the other worker
    store.jobs.finish(third.id)
    assert store.jobs.should_give_way(measured.id)
    store.jobs.request_stop(behind.id)
    assert not store.jobs.should_give_way(measured.id)


def test_a_worker_beside_others_has_a_lock_of_its_own(tmp_path: Path) -> None:
    with (
        WorkerLock(tmp_path) as own,
        WorkerLock(tmp_path, "gpu-1") as beside,
        WorkerLock(tmp_path, "gpu-1") as again,
    ):
        assert own.acquire() and beside.acquire()
        assert not again.acquire()
