"""Whose turn it is, decided over a list of jobs without a database."""

from dataclasses import replace

from gal_studio.core.jobs.schedule import BACKGROUND, NORMAL, ListedJob, Schedule
from gal_studio.core.types import Job, JobState
from tests.features.needed import needs_refine


def listed(
    kind: str, state: JobState = "queued", rank: int = 1, round_id: str = "r1", project: str = "p",
    worker: str | None = None, priority: int = NORMAL, latest: bool = True, built_on: bool = False,
) -> ListedJob:  # fmt: skip
    job = Job(f"{kind} {round_id}", project, round_id, kind, state, "", 0, 0, "", 1.0, None, None)
    parent = {"r2": "r1"}.get(round_id)
    return ListedJob(job, parent, worker, priority, rank, rank, latest, built_on, built_on)


def ready(*jobs: ListedJob) -> list[str]:
    return [one.job.id for one in Schedule(jobs).ready()]


def test_a_drawing_waits_for_the_training_of_its_round_alone() -> None:
    draws = listed("generate", rank=1)
    assert ready(draws, listed("fine_tune", rank=2)) == ["fine_tune r1"]
    assert ready(draws, listed("fine_tune", "running")) == []
    assert ready(draws, listed("fine_tune", "paused")) == []
    assert ready(draws, listed("fine_tune", "error")) == ["generate r1"]
    assert ready(draws, listed("fine_tune", rank=2, round_id="r2")) == ["generate r1", "fine_tune r2"]


@needs_refine
def test_pairs_wait_for_the_parent_of_their_round() -> None:
    assert ready(listed("pairs", round_id="r2"), listed("generate", rank=2)) == ["generate r1"]


def test_the_background_comes_last_whatever_its_rank() -> None:
    late = listed("fine_tune", rank=9, round_id="r3")
    assert ready(listed("measure", priority=BACKGROUND), late) == ["fine_tune r3", "measure r1"]


def test_two_workers_do_not_share_a_project() -> None:
    schedule = Schedule(
        (
            listed("fine_tune", "running", worker="one"),
            listed("fine_tune", rank=2, round_id="r3"),
            listed("fine_tune", rank=3, round_id="r4", project="q"),
        )
    )
    found = {worker: schedule.next_for(worker) for worker in ("one", "two")}
    assert {worker: one and one.job.round_id for worker, one in found.items()} == {"one": "r3", "two": "r4"}


def test_a_halted_job_is_offered_with_neither_its_successor_nor_what_waits_for_it() -> None:
    former = listed("fine_tune", "error", latest=False)
    assert Schedule((former, listed("fine_tune", rank=2))).offered() == ()
    both = Schedule((listed("fine_tune", "stopped"), listed("generate", "stopped", rank=2)))
    assert [one.job.kind for one in both.offered()] == ["fine_tune"]


def test_a_training_that_was_drawn_from_is_not_offered_again() -> None:
    assert Schedule((listed("fine_tune", "stopped", built_on=True),)).offered() == ()


def test_what_a_dead_worker_left_is_shown_before_what_ended_and_what_waits_for_it() -> None:
    """It has no time of its end until that is stored."""
    pairs = listed("pairs", "completed")
    pairs = replace(pairs, job=replace(pairs.job, finished=5.0))
    shown = Schedule((pairs, listed("refine", "interrupted", rank=2), listed("generate", rank=3))).shown()
    assert shown is not None
    assert shown.job.kind == "refine"
