"""Jobs that are paused for disk space, and the free space."""

import shutil
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import Round
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.files.errors import ROOM, NoRoomError
from gal_studio.state.files.free_space import RESERVE, RESERVE_VARIABLE, Disk
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from tests.job_moves import moves


def test_a_job_rests_with_its_reason_and_its_need(store: Store, running: Job) -> None:
    rested = store.jobs.pause_for_space(running.id, 5000, "The disk is full.")
    assert (rested.state, rested.paused_for, rested.message) == ("paused", "room", "The disk is full.")
    assert store.jobs.waiting_for_space() == ((rested, 5000),)
    assert [move.reason for move in moves(store, running.id)][-1] == "the disk is full"
    resumed = store.jobs.resume(running.id)  # by hand
    assert (resumed.state, resumed.paused_for, resumed.message) == ("queued", "", "")
    assert store.jobs.waiting_for_space() == ()


@pytest.mark.parametrize(("wish", "state"), [("request_pause", "paused"), ("request_stop", "stopped")])
def test_what_a_person_asked_for_comes_first(store: Store, running: Job, wish: str, state: str) -> None:
    getattr(store.jobs, wish)(running.id)
    rested = store.jobs.pause_for_space(running.id, 5000, "The disk is full.")
    assert (rested.state, rested.paused_for) == (state, "")
    assert store.jobs.waiting_for_space() == ()


def test_a_resting_job_can_be_withdrawn(store: Store, running: Job) -> None:
    store.jobs.pause_for_space(running.id, 5000, "The disk is full.")
    assert store.jobs.request_stop(running.id).state == "stopped"
    assert store.jobs.waiting_for_space() == ()


def test_asking_again_for_resting_work_resumes_it(store: Store, running: Job) -> None:
    store.jobs.pause_for_space(running.id, 5000, "The disk is full.")
    assert store.jobs.enqueue(running.project_id, running.round_id, "fine_tune").id == running.id
    assert store.jobs.get(running.id).state == "queued"


def test_only_a_job_that_runs_rests(store: Store, running: Job) -> None:
    store.jobs.finish(running.id)
    with pytest.raises(StudioError, match="is completed and cannot become"):
        store.jobs.pause_for_space(running.id, 1, "")


def test_room_is_what_is_free_beside_the_reserve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)  # others write to this disk
    free = usage.free
    disk = Disk(tmp_path, reserve=free // 2)
    disk.check(free // 4)
    with pytest.raises(NoRoomError, match=r"needed besides the [\d.]+ MB that must stay free, and") as caught:
        disk.check(free)
    assert caught.value.needed == free
    assert disk.wanted(caught.value) == free
    assert disk.wanted(NoRoomError("a write was refused")) == ROOM, "whatever is free at this moment"
    with pytest.raises(NoRoomError, match="nearly full"):
        Disk(tmp_path, reserve=2 * free).check()


def test_archives_leave_the_reserve_free(store: Store, first_round: Round, tmp_path: Path) -> None:
    path = export_project(store, first_round.project_id, tmp_path / "cat.zip")
    free = shutil.disk_usage(tmp_path).free
    with Store(tmp_path / "full", reserve=2 * free) as full:
        with pytest.raises(StudioError, match=r"needed besides the [\d.]+ MB that must stay free and"):
            import_project(full, path)
        assert full.projects.all() == ()
        with pytest.raises(StudioError, match="is full"):
            full.disk.check_folder(tmp_path, 1)
    elsewhere = Path("/dev/shm")
    if elsewhere.is_dir() and elsewhere.stat().st_dev != tmp_path.stat().st_dev:
        full.disk.check_folder(elsewhere, 1)  # nobody's reserve


def test_the_reserve_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RESERVE_VARIABLE, raising=False)
    assert Disk(tmp_path).reserve == RESERVE
    monkeypatch.setenv(RESERVE_VARIABLE, "7")
    assert Disk(tmp_path).reserve == 7 << 20
    assert Disk(tmp_path, reserve=0).reserve == 0
    monkeypatch.setenv(RESERVE_VARIABLE, "-7")
    with pytest.raises(StudioError, match="is '-7': give a whole number of megabytes"):
        Disk(tmp_path)
