"""A database error during a job never stops the worker, which retries the write."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gal_studio.engine.training.fine_tune import TuneEvent
from gal_studio.state.files.errors import BusyError, DiskError, NoRoomError
from gal_studio.state.jobs.jobs import Jobs
from gal_studio.state.tables.rounds import Rounds
from gal_studio.studio import Studio
from gal_studio.worker import Worker, loop
from gal_studio.worker.models import Models
from gal_studio.worker.training.training_run import follow, open_training
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, weights


def refusing(
    method: Callable[..., Any], error: Exception, times: int
) -> tuple[Callable[..., Any], list[int]]:
    """A method that fails some times first, and the calls of it."""
    calls: list[int] = []

    def call(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) <= times:
            raise error
        return method(*arguments, **named)

    return call, calls


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "RETRY", 0.01)


@pytest.mark.parametrize(
    ("method", "error", "state"),
    [
        ("progress", DiskError("The disk of the workspace failed to answer: check it."), "error"),
        ("progress", NoRoomError("The disk of the folder is full."), "paused"),
        ("finish", DiskError("The disk of the workspace failed to answer: check it."), "completed"),
        ("claim", DiskError("The disk of the workspace failed to answer: check it."), "completed"),
    ],
)
def test_a_refused_note_is_tried_on_and_the_next_job_is_done(
    studio: Studio,
    names: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
    error: Exception,
    state: str,
) -> None:
    first, second = (first_round(studio, tiny_draft(names)) for _ in range(2))
    job, other = studio.fine_tune(first), studio.fine_tune(second)
    refused, _ = refusing(getattr(Jobs, method), error, times=1 if method == "progress" else 3)
    monkeypatch.setattr(Jobs, method, refused)
    if state in ("error", "paused"):  # the end cannot be noted at once either
        name = {"error": "fail", "paused": "pause_for_space"}[state]
        noted, calls = refusing(getattr(Jobs, name), error, times=3)
        monkeypatch.setattr(Jobs, name, noted)
    with Worker(studio.store).entered() as worker, caplog.at_level(logging.WARNING):
        worker.run(until_empty=True)
    assert studio.store.jobs.get(job.id).state == state
    assert studio.store.jobs.get(other.id).state == "completed"
    told = [record for record in caplog.records if "the disk refused a write" in record.message]
    assert len(told) == 1  # once, however often it was tried
    if state in ("error", "paused"):
        assert len(calls) == 4
        monkeypatch.undo()
        with Worker(studio.store).entered() as worker:
            studio.resume(job.id)
            worker.run(until_empty=True)
        assert weights(studio, first) == weights(studio, second)


def test_a_training_whose_curve_is_refused_is_closed_at_once(
    studio: Studio, models: Models, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when it is garbage-collected: the next job uses the same model."""
    job = studio.fine_tune(first_round(studio, tiny_draft(names)))
    task = open_training(studio.store, models, job)
    refused, _ = refusing(Rounds.save_losses, DiskError("The disk failed to answer: check it."), times=9)
    monkeypatch.setattr(Rounds, "save_losses", refused)
    closed: list[bool] = []

    def begin(*_arguments: Any) -> Iterator[TuneEvent]:
        try:
            yield TuneEvent(1, 2, 0.5)
            yield TuneEvent(2, 2, 0.5)
        finally:
            closed.append(True)

    events = follow(task, begin)
    next(events)
    with pytest.raises(DiskError) as caught:
        events.close()
    assert closed, caught


@pytest.mark.parametrize(
    ("table", "method"), [(Jobs, "progress"), (Rounds, "save_losses"), (Rounds, "finish_training")]
)
def test_a_job_goes_on_when_somebody_else_has_written_for_long(
    studio: Studio,
    names: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    table: type,
    method: str,
) -> None:
    first, second = (first_round(studio, tiny_draft(names)) for _ in range(2))
    job, other = studio.fine_tune(first), studio.fine_tune(second)
    refused, calls = refusing(getattr(table, method), BusyError("Another program holds the workspace."), 2)
    monkeypatch.setattr(table, method, refused)
    with Worker(studio.store).entered() as worker:
        worker.run(until_empty=True)
    assert len(calls) > 2
    assert [studio.store.jobs.get(one.id).state for one in (job, other)] == ["completed", "completed"]
    assert weights(studio, first) == weights(studio, second)


def test_a_job_does_not_wait_for_ever(
    studio: Studio, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio.fine_tune(first_round(studio, tiny_draft(names)))
    busy = BusyError("Another program holds the workspace: close it.")
    monkeypatch.setattr(Rounds, "save_losses", refusing(Rounds.save_losses, busy, 10**9)[0])
    monkeypatch.setattr(loop, "LONGEST_BUSY", 0.0)
    with Worker(studio.store).entered() as worker:
        worker.run(until_empty=True)
    ended = studio.store.jobs.get(job.id)
    assert (ended.state, ended.message) == ("error", str(busy))


def test_a_worker_that_is_to_end_leaves_what_it_cannot_note(
    studio: Studio, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next process marks the job as interrupted."""
    job = studio.fine_tune(first_round(studio, tiny_draft(names)))
    worker = Worker(studio.store)

    def never(*_arguments: Any) -> None:
        worker.ending.set()
        raise DiskError("The disk of the workspace failed to answer: check it.")

    with monkeypatch.context() as patch:
        patch.setattr(Jobs, "finish", never)
        with worker.entered():
            worker.run()
    assert studio.store.jobs.get(job.id).state == "running"
    assert studio.store.jobs.reap() == (job.id,)
    assert studio.store.jobs.get(job.id).state == "interrupted"
