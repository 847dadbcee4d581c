"""The order of jobs over all projects, what it keeps, and what a person does twice."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.types import Job
from gal_studio.state import Store
from tests.job_moves import moves
from tests.stored_project import Clock


@pytest.fixture
def other_round(store: Store, project: Project) -> Round:
    new, references = replace(project, name="Dog", seed=1), store.projects.references(project.id)
    other = store.projects.add(new, references, ("A tie in ink style",))
    return store.rounds.add(other.id, None, other.settings)


@pytest.fixture
def four(store: Store, first_round: Round, other_round: Round) -> tuple[Job, Job, Job, Job]:
    """Training and drawing of one project, then of another."""
    cat = [store.jobs.enqueue(first_round.project_id, first_round.id, k) for k in ("fine_tune", "generate")]
    dog = [store.jobs.enqueue(other_round.project_id, other_round.id, k) for k in ("fine_tune", "generate")]
    return cat[0], cat[1], dog[0], dog[1]


def waiting(store: Store) -> list[str]:
    return [job.id for job in store.queue.read().waiting]


def together(act: Callable[[], object], times: int = 6) -> None:
    """Do it from several threads at once, as from several tabs."""
    threads = [threading.Thread(target=act) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_queue_is_that_of_all_projects(store: Store, four: tuple[Job, ...]) -> None:
    queue = store.queue.read()
    assert (queue.working, queue.halted) == ((), ())
    assert queue.waiting == four
    assert {job: [one.id for one in before] for job, before in queue.waits_for.items()} == {
        four[1].id: [four[0].id],
        four[3].id: [four[2].id],
    }


def test_the_order_is_the_order_of_the_worker(store: Store, four: tuple[Job, ...]) -> None:
    store.queue.move(four[3].id, "first")
    assert waiting(store) == [four[2].id, four[3].id, four[0].id, four[1].id]
    store.workers.enter("w")
    claimed = store.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == four[2].id, "its training goes before it"
    assert store.jobs.finish(claimed.id).state == "completed"
    claimed = store.jobs.claim("w")
    assert claimed is not None
    assert claimed.id == four[3].id
    assert [job.id for job in store.queue.read().working] == [four[3].id]


def test_one_step_up_and_down(store: Store, four: tuple[Job, ...]) -> None:
    store.queue.move(four[2].id, "up")
    assert waiting(store) == [four[0].id, four[2].id, four[1].id, four[3].id]
    store.queue.move(four[2].id, "down")
    assert waiting(store) == [job.id for job in four]
    store.queue.move(four[1].id, "up")
    assert waiting(store) == [job.id for job in four], "a drawing does not overtake its training"


def test_work_of_the_background_that_goes_first_holds_up_no_later_training(
    store: Store, four: tuple[Job, ...], other_round: Round
) -> None:
    measured = store.jobs.enqueue(four[0].project_id, four[0].round_id, "measure")
    assert waiting(store)[-1] == measured.id
    store.queue.move(measured.id, "first")
    before = waiting(store)
    assert before.index(measured.id) < before.index(four[2].id)
    later = store.jobs.enqueue(other_round.project_id, other_round.id, "quality")
    assert waiting(store) == [*before, later.id], "what is requested later stays behind"


def test_a_job_that_does_not_wait_is_not_moved(store: Store, four: tuple[Job, ...]) -> None:
    store.workers.enter("w")
    assert store.jobs.claim("w") is not None
    for direction in ("up", "down", "first"):
        store.queue.move(four[0].id, direction)
    assert waiting(store) == [job.id for job in four[1:]]
    assert store.jobs.get(four[0].id).state == "running"


def test_the_history_of_a_project_keeps_its_order(store: Store, four: tuple[Job, ...], clock: Clock) -> None:
    clock.now += 1
    again = store.jobs.enqueue(four[0].project_id, four[0].round_id, "quality")
    store.queue.move(again.id, "first")
    assert [job.id for job in store.jobs.of_project(four[0].project_id)] == [four[0].id, four[1].id, again.id]
    store.jobs.request_stop(four[2].id)
    store.queue.move(four[1].id, "first")
    store.queue.move(again.id, "up")
    assert waiting(store) == [four[0].id, four[1].id, again.id], "patches are judged after they are drawn"


def test_many_tabs_that_move_at_once_lose_no_job_and_no_place(store: Store, four: tuple[Job, ...]) -> None:
    def places() -> list[int]:
        rows = store.database.rows("SELECT rank FROM jobs ORDER BY rank")
        return [row["rank"] for row in rows]

    before = places()
    together(lambda: [store.queue.move(job.id, "first") for job in four])
    assert sorted(waiting(store)) == sorted(job.id for job in four)
    assert places() == before
    assert len(set(places())) == 4


def test_first_pressed_twice_is_first_pressed_once(store: Store, four: tuple[Job, ...]) -> None:
    together(lambda: store.queue.move(four[2].id, "first"))
    assert waiting(store) == [four[2].id, four[0].id, four[1].id, four[3].id]


def test_what_halted_is_offered_until_it_is_asked_for_again(
    store: Store, four: tuple[Job, ...], clock: Clock
) -> None:
    store.workers.enter("w")
    store.jobs.claim("w")
    store.jobs.fail(four[0].id, "The loss is not finite.")
    clock.now += 1
    store.jobs.request_stop(four[2].id)
    queue = store.queue.read()
    assert [job.id for job in queue.halted] == [four[2].id, four[0].id], "their drawings halted with them"
    again = store.jobs.enqueue(four[0].project_id, four[0].round_id, "fine_tune")
    assert again.id != four[0].id
    assert [job.id for job in store.queue.read().halted] == [four[2].id, four[1].id]


def test_resume_pressed_often_makes_one_job(store: Store, four: tuple[Job, ...]) -> None:
    store.workers.enter("w")
    store.jobs.claim("w")
    store.jobs.fail(four[0].id, "The loss is not finite.")
    together(lambda: store.jobs.resume(four[0].id))
    assert [move.after for move in moves(store, four[0].id)].count("queued") == 2
    jobs = store.jobs.of_project(four[0].project_id)
    assert [job.state for job in jobs if job.kind == "fine_tune"] == ["queued"]


def test_a_withdrawn_job_does_not_come_back_beside_its_successor(store: Store, four: tuple[Job, ...]) -> None:
    """Also when the successor waits behind its training, or rests."""
    store.jobs.request_stop(four[2].id)
    store.jobs.request_stop(four[1].id)
    again = store.jobs.enqueue(four[1].project_id, four[1].round_id, "generate")
    assert store.jobs.resume(four[1].id) == again
    store.workers.enter("w")
    store.jobs.claim("w")
    store.jobs.finish(four[0].id)
    store.jobs.claim("w")
    store.jobs.interrupt(again.id, "a test")
    assert store.jobs.resume(four[1].id) == replace(store.jobs.get(again.id), state="queued")
    assert store.jobs.get(four[1].id).state == "stopped"
