"""A hub model is downloaded as a job before it is used, and by any other job that finds it missing."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Job
from gal_studio.engine.hub import needs
from gal_studio.state import Store
from gal_studio.studio import ProjectDraft, Studio
from gal_studio.worker.model_check import CheckHere
from gal_studio.worker.models import Models
from gal_studio.worker.task import Progress
from tests.engine.tiny_vision import make_tiny_transformer
from tests.local_hub import LocalHub, running, switch_off, use
from tests.tiny_project import tiny_draft
from tests.worker.working import first_round, work

BASE, TOWER, COMMIT = "artist/ink", "someone/tower", "e" * 40


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: tuple[str, str]) -> Iterator[LocalHub]:
    """A hub with a base model and a vision model."""
    monkeypatch.setattr(needs, "_silent_since", [-1e9])
    with running(tmp_path / "cache") as hub:
        use(hub, monkeypatch)
        hub.publish(BASE, Path(names[0]), COMMIT)
        hub.publish(TOWER, Path(make_tiny_transformer(tmp_path / "tower", "dinov2")), "f" * 40)
        yield hub


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio that checks models before it creates a project."""
    with Store(tmp_path / "workspace") as store:
        yield Studio(store, models=CheckHere())


def draft(names: tuple[str, str]) -> ProjectDraft:
    changes = {**tiny_draft(names).changes, "refine": {"vision_model": TOWER}}
    return tiny_draft(names, base_model=BASE, changes=changes)


def test_a_download_stops_resumes_and_is_used_without_a_network(
    hub: LocalHub, studio: Studio, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = studio.create_project(draft(names))
    first = studio.rounds(project)[0].id
    (asked,) = studio.store.jobs.of_project(project)
    assert (asked.kind, asked.state, asked.round_id) == ("download", "queued", first)
    assert dict(studio.store.projects.revisions(project)) == {BASE: COMMIT, TOWER: "f" * 40}
    assert studio.project(project).commits[BASE] == COMMIT
    assert studio.next_step(first) == "fine_tune", "the download keeps nothing from being requested"

    hub.pace = 500_000
    seen: list[Progress] = []

    def stop_in_the_middle(job: Job, progress: Progress) -> None:
        seen.append(progress)
        if progress.done > progress.total / 3:
            studio.stop(job.id)

    stopped = work(studio, Models(), asked, stop_in_the_middle)
    assert stopped.state == "stopped" and 0 < stopped.done < stopped.total == seen[-1].total
    assert stopped.message.startswith("Kept 0.") and stopped.message.endswith(
        "MB; Resume continues from there."
    )
    assert f"Downloading {BASE} at commit {COMMIT[:12]}" in {progress.message for progress in seen}

    hub.pace, hub.sent = 0, 0
    training = studio.fine_tune(first)
    again = studio.store.jobs.get(asked.id)
    assert again.state == "queued", "what needs the model resumes its download"
    assert work(studio, Models(), again).state == "completed"
    in_flight = 1 << 16  # bytes that were counted as they arrived and not yet written
    assert hub.sent <= stopped.total - stopped.done + in_flight, "what was kept is not sent again"
    switch_off(monkeypatch)
    assert work(studio, Models(), training).state == "completed"


def test_a_job_downloads_what_was_deleted_meanwhile(
    hub: LocalHub, tmp_path: Path, names: tuple[str, str]
) -> None:
    """So does one whose project came from another computer, or whose download was never requested."""
    with Store(tmp_path / "other") as store:
        studio = Studio(store)
        first = first_round(studio, draft(names))
        seen: list[Progress] = []

        def stop_before_training(job: Job, progress: Progress) -> None:
            seen.append(progress)
            if progress.phase not in ("download", "loading"):
                studio.stop(job.id)

        assert work(studio, Models(), studio.fine_tune(first), stop_before_training).state == "stopped"
    phases = [phase for phase, _ in groupby(progress.phase for progress in seen)]
    assert phases == ["loading", "download", "loading", "encode"], "what is here already is read first"


def test_a_full_disk_is_noticed_before_a_download(
    hub: LocalHub, studio: Studio, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 100_000})
    monkeypatch.setattr("gal_studio.worker.model_check.shutil.disk_usage", lambda _: usage)
    with pytest.raises(StudioError, match=r"The models need 1\.\d MB in .*/cache, and 100 kB are free: free"):
        studio.create_project(draft(names))
    assert not studio.projects()
