"""A training on a disk that is too small for its checkpoints: it says so, and goes on when there is room."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.core.types import Job
from gal_studio.state import Store
from gal_studio.studio import Studio
from gal_studio.worker import Worker
from gal_studio.worker.models import Models
from tests.tiny_project import make_models, tiny_draft


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A workspace whose checkpoints lie on a file system of 16 KB. It needs the right to mount one."""
    folder = tmp_path / "workspace" / "checkpoints"
    folder.mkdir(parents=True)
    try:
        command = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_disk_is_named_and_the_training_goes_on_when_there_is_room(small: Path, tmp_path: Path) -> None:
    with Store(small.parent) as store:
        studio, models = Studio(store), Models()
        round_id = studio.rounds(studio.create_project(tiny_draft(make_models(tmp_path / "models"))))[0].id
        ended = work(studio, models, studio.fine_tune(round_id))
        assert ended.state == "error"
        assert "is full: make room" in ended.message
        assert store.rounds.get(round_id).adapter is None
        assert not [path for path in small.rglob("*") if path.is_file()]
        subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
        assert work(studio, models, studio.resume(ended.id)).state == "completed"
        assert store.adapters.intact(str(store.rounds.get(round_id).adapter))


def work(studio: Studio, models: Models, job: Job) -> Job:
    with Worker(studio.store).entered() as worker:
        claimed = studio.store.jobs.claim(worker.id)
        assert claimed is not None
        assert claimed.id == job.id
        return worker.run_job(models, claimed)
