"""Workers beside others: their names and their GPUs."""

import os
from pathlib import Path

import pytest

from gal_studio.cli import name_of_worker
from gal_studio.core.errors import StudioError
from gal_studio.state.jobs.lock import WorkerLock
from tests.commands.running import run


@pytest.fixture(autouse=True)
def same_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both variables are as before afterwards."""
    for name in ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER"):
        monkeypatch.setenv(name, os.environ.get(name, ""))


def test_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_of_worker(None, None) == ""
    assert name_of_worker("second", None) == "second"
    for name in ("", "../worker", "two words", "a" * 33):
        with pytest.raises(StudioError, match="letters, digits and hyphens"):
            name_of_worker(name, None)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(StudioError, match="no GPU 3 that torch can use"):
        name_of_worker(None, 3)
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert name_of_worker(None, 3) == "gpu-3"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "3"


def test_a_worker_runs_beside_another_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("worker", "--workspace", tmp_path, "--until-empty")
    with WorkerLock(tmp_path) as lock:
        assert lock.acquire()
        assert run(*words) == 2, "a script must not go on as if the jobs were done"
        assert "already runs this workspace" in capsys.readouterr().err
        assert run(*words, "--beside", "second") == 0
        assert not capsys.readouterr().err
        with WorkerLock(tmp_path, "second") as other:
            assert other.acquire()
            assert run(*words, "--beside", "second") == 2
        assert "A worker 'second' already runs this workspace" in capsys.readouterr().err
    assert (tmp_path / "logs" / "worker-second.log").is_file()
