"""The worker resumes jobs that were paused for disk space."""

import shutil

from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.files.errors import NoRoomError
from gal_studio.worker.loop import Steps, Worker
from gal_studio.worker.space_watch import LONGEST_PAUSE, LOOK_FOR_ROOM, RoomWatch
from tests.job_moves import moves
from tests.stored_project import Clock


def test_the_watch_resumes_what_fits_and_no_sooner(store: Store, running: Job, clock: Clock) -> None:
    watch = RoomWatch(store, clock)
    store.jobs.pause_for_space(running.id, shutil.disk_usage(store.workspace).total, "The disk is full.")
    assert watch.is_awaited()
    assert not watch.look()
    store.database.write("UPDATE jobs SET room_needed = 1")
    clock.now += LOOK_FOR_ROOM / 2
    assert not watch.look()  # it looks now and then
    clock.now += LOOK_FOR_ROOM
    assert watch.look()
    assert store.jobs.get(running.id).state == "queued"
    assert [move.reason for move in moves(store, running.id)][-1] == "there is disk space again"
    assert not watch.is_awaited()


def test_a_job_that_fills_the_disk_again_and_again_waits_longer(
    store: Store, running: Job, clock: Clock
) -> None:
    watch, looks = RoomWatch(store, clock), []
    for _ in range(9):
        store.jobs.pause_for_space(running.id, 0, "The disk was full.")
        count = 1
        clock.now += LOOK_FOR_ROOM
        while not watch.look():
            clock.now += LOOK_FOR_ROOM
            count += 1
        looks.append(count)
        store.jobs.claim("w")
    assert looks[:5] == [1, 1, 2, 4, 8] and looks[-1] == LONGEST_PAUSE / LOOK_FOR_ROOM
    clock.now += 3 * LONGEST_PAUSE  # it worked for a while: it is tried at once again
    store.jobs.pause_for_space(running.id, 0, "The disk was full.")
    assert watch.look()


def test_a_job_goes_on_if_the_disk_is_free_again_before_anybody_looks(
    store: Store, running: Job, clock: Clock
) -> None:
    """What filled the disk may be gone at once: what is free then says nothing of what the job needs."""
    steps: Steps = (progress for progress in ())
    Worker(store)._fail(steps, running, NoRoomError("The disk is full."))()
    paused = store.jobs.get(running.id)
    assert (paused.state, paused.paused_for) == ("paused", "room")
    assert paused.message.startswith("The disk was full, and ")
    assert RoomWatch(store, clock).look()
    assert store.jobs.get(running.id).state == "queued"


def test_an_archived_project_keeps_no_worker_awake(store: Store, running: Job, clock: Clock) -> None:
    store.jobs.pause_for_space(running.id, 1, "The disk is full.")
    store.projects.set_archived(running.project_id, True)
    watch = RoomWatch(store, clock)
    assert not store.jobs.has_work() and not watch.is_awaited() and not watch.look()
    store.projects.set_archived(running.project_id, False)
    clock.now += LOOK_FOR_ROOM
    assert store.jobs.has_work() and watch.look()


def test_the_watch_leaves_what_a_person_paused(store: Store, running: Job, clock: Clock) -> None:
    store.jobs.request_pause(running.id)
    store.jobs.halt(running.id)
    assert not RoomWatch(store, clock).look()
    assert store.jobs.get(running.id).state == "paused"
