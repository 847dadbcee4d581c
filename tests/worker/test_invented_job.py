"""A kind of job of one file, one line and its words runs and is shown; an unknown one is refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.core.jobs.kinds import JOB_KINDS, JobKind, Phase
from gal_studio.core.types import Job
from gal_studio.studio import Studio
from gal_studio.studio.views.types import JobView
from gal_studio.worker import Worker
from gal_studio.worker.jobs.registry import WORK
from gal_studio.worker.task import Progress
from tests.invented import added
from tests.invented.job import count_prompts
from tests.ui.seeded import make_project

NAME = "count"
KIND = JobKind(
    title="Counting",
    button="Count",
    done="{count} test prompts counted",
    phases={
        "loading": Phase("Sharpening the pencil"),
        "count": Phase(unit="prompts", kept="Kept {done} of {total}; Resume counts the rest."),
    },
)


@pytest.fixture
def project(studio: Studio) -> str:
    return make_project(studio)


@pytest.fixture
def job(studio: Studio, project: str) -> Iterator[Job]:
    with added(WORK, count_prompts), patch.dict(JOB_KINDS, {NAME: KIND}):
        yield studio.store.jobs.enqueue(project, studio.rounds(project)[0].id, NAME)


def run_all(studio: Studio, watcher=None) -> None:
    with Worker(studio.store, watcher).entered() as worker:
        worker.run(until_empty=True)


def job_line(studio: Studio, project: str) -> JobView:
    view = studio.job_view(project)
    assert view is not None
    return view


def listed(studio: Studio, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["jobs", "--workspace", str(studio.store.workspace), *options]) == 0
    return capsys.readouterr().out


def test_it_runs_and_every_place_shows_its_words(
    studio: Studio, project: str, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(studio, capsys).rstrip().endswith("round 1: Counting")
    (waiting,) = studio.queue_view().waiting
    assert (waiting.kind, waiting.title) == (NAME, "Counting")
    seen: list[tuple[str, str, str]] = []

    def look(_job: Job, _progress: Progress) -> None:
        line = job_line(studio, project)
        seen.append((line.title, line.doing, line.reached))

    run_all(studio, look)
    assert seen[0] == ("Counting", "Sharpening the pencil", "")
    total = len(studio.project(project).anchors)
    assert seen[-1] == ("Counting", "", f"{total} of {total} prompts")
    assert job_line(studio, project).finished == f"{total} test prompts counted"
    assert studio.store.jobs.get(job.id).state == "completed"


def test_stopped_it_says_what_is_kept_and_goes_on(
    studio: Studio, project: str, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(running: Job, progress: Progress) -> None:
        if progress.done == 3:
            studio.stop(running.id)

    run_all(studio, stop)
    total = len(studio.project(project).anchors)
    kept = f"Kept 3 of {total}; Resume counts the rest."
    assert studio.store.jobs.get(job.id).message == kept
    line = listed(studio, capsys)
    assert "round 1: Counting" in line and kept in line
    studio.resume(job.id)
    run_all(studio)
    assert studio.store.jobs.get(job.id).state == "completed"


def test_a_job_of_a_newer_version_is_refused_and_others_go_on(
    studio: Studio, project: str, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    studio.store.database.write("UPDATE jobs SET kind = 'sculpt' WHERE id = ?", (job.id,))
    other = studio.store.jobs.enqueue(project, job.round_id, NAME)
    run_all(studio)
    assert studio.store.jobs.get(other.id).state == "completed"
    refused = studio.store.jobs.get(job.id)
    assert refused.state == "error"
    assert refused.message.startswith("This version of GAL Studio has no jobs of the kind 'sculpt'")
    assert "round 1: sculpt: This version" in listed(studio, capsys)
    assert json.loads(listed(studio, capsys, "--json"))["halted"][0]["title"] == "sculpt"
    with pytest.raises(StudioError, match="no jobs of the kind 'sculpt'"):
        studio.store.jobs.enqueue(project, job.round_id, "sculpt")


def test_each_kind_has_its_work_and_a_button_of_the_page() -> None:
    assert JOB_KINDS.keys() == set(WORK.names())
    page = "".join(path.read_text() for path in Path("assets/ui").rglob("*.js"))
    placed = [kind.button for kind in JOB_KINDS.values() if not kind.hint]
    assert [button for button in placed if not re.search(f'["\\s>]{button}["<]', page)] == []
