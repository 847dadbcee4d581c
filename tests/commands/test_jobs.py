"""`gal-studio jobs`: the queue on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gal_studio.cli import main
from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.state.jobs.lock import WorkerLock
from gal_studio.studio import Studio
from tests.ui.seeded import make_project


class Queued(NamedTuple):
    """Two projects with a waiting training and drawing each, and no worker."""

    workspace: Path
    store: Store
    jobs: tuple[Job, ...]


@pytest.fixture
def queued(tmp_path: Path) -> Iterator[Queued]:
    workspace = tmp_path / "workspace"
    with Store(workspace) as store, WorkerLock(workspace) as lock:
        assert lock.acquire()  # as a worker would: none is started beside it
        studio = Studio(store)
        projects = [make_project(studio, name=name) for name in ("Cat", "Dog")]
        jobs = [job for project in projects for job in studio.run_round(studio.rounds(project)[0].id)]
        store.workers.enter("w")
        yield Queued(workspace, store, tuple(jobs))


def jobs_command(queued: Queued, *arguments: str) -> int:
    return main(["jobs", *arguments, "--workspace", str(queued.workspace)])


def state(queued: Queued, place: int) -> str:
    return queued.store.jobs.get(queued.jobs[place].id).state


def test_the_work_of_all_projects_is_listed(queued: Queued, capsys: pytest.CaptureFixture[str]) -> None:
    queued.store.jobs.claim("w")
    queued.store.jobs.progress(queued.jobs[0].id, "fine_tune", 40, 200, "loss 0.1")
    assert jobs_command(queued) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [job.id for job in queued.jobs]
    assert "running" in lines[0] and "Cat, round 1: Training 40 / 200" in lines[0]
    assert lines[3].endswith("Dog, round 1: Generating (after training)")
    assert jobs_command(queued, "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [job["kind"] for job in listed["waiting"]] == ["generate", "fine_tune", "generate"]
    assert listed["working"][0]["done"] == 40
    assert listed["halted"] == []


def test_nothing_to_do_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Store(tmp_path).close()
    assert main(["jobs", "--workspace", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "No jobs running or queued.\n"
    assert main(["jobs", "--workspace", str(tmp_path / "elsewhere")]) == 2
    assert not (tmp_path / "elsewhere").exists()


def test_a_job_is_paused_resumed_stopped_and_retried(
    queued: Queued, capsys: pytest.CaptureFixture[str]
) -> None:
    first = queued.jobs[0].id
    queued.store.jobs.claim("w")
    assert jobs_command(queued, "pause", first) == 0
    assert state(queued, 0) == "pausing"
    queued.store.jobs.halt(first)
    assert jobs_command(queued, "resume", first) == 0
    assert state(queued, 0) == "queued"
    queued.store.jobs.claim("w")
    queued.store.jobs.fail(first, "The loss is not finite.")
    assert jobs_command(queued) == 0
    assert "error        Cat, round 1: Training: The loss is not finite." in capsys.readouterr().out
    assert jobs_command(queued, "retry", first[:6]) == 0
    assert state(queued, 0) == "queued"
    assert jobs_command(queued, "stop", first) == 0
    assert state(queued, 0) == "stopped"


def test_a_job_goes_first_with_what_it_needs(queued: Queued) -> None:
    assert jobs_command(queued, "first", queued.jobs[3].id) == 0
    order = [job.id for job in queued.store.queue.read().waiting]
    assert order == [queued.jobs[place].id for place in (2, 3, 0, 1)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pause"], "Give the job’s ID"),
        (["stop", "0", "--json"], "--json is for the list of jobs: leave it out with 'stop'."),
        (["stop", "no-such-job"], "There is no job 'no-such-job'"),
        (["stop", "ab"], "There is no job 'ab'"),
        (["pause", "0"], "is queued: pause is for jobs that are running"),
        (["retry", "0"], "is queued: retry is for jobs that are error, interrupted, stopped"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    queued: Queued, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    real = [queued.jobs[0].id if word == "0" else word for word in arguments]
    assert jobs_command(queued, *real) == 2
    assert sentence in capsys.readouterr().err
    assert [job.state for job in queued.store.queue.read().waiting] == ["queued"] * 4


def test_the_log_is_printed_for_a_bug_report(queued: Queued, capsys: pytest.CaptureFixture[str]) -> None:
    (queued.workspace / "logs").mkdir(exist_ok=True)
    (queued.workspace / "logs" / "worker.log").write_text(f"INFO read {queued.workspace}/images/1.png\n")
    assert jobs_command(queued, "log") == 0
    printed = capsys.readouterr().out
    assert "INFO read WORKSPACE/images/1.png" in printed
    assert str(queued.workspace) not in printed
    assert '"rank": 8' in printed
