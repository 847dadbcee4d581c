"""Files of a workspace are opened in one way: nothing waits at a pipe, nothing elsewhere is read."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.rounds.checkpoints import saved
from gal_studio.state import Store
from gal_studio.state.files.inside import open_inside
from gal_studio.state.files.private import keep_private
from gal_studio.state.jobs.worker_log import last_lines
from gal_studio.workspace.archive.safetensors_header import read_header
from gal_studio.workspace.archive.writer import export_project
from tests.workspace.filled import old


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    """A test that waits at a pipe ends."""

    def late(*_: object) -> None:
        raise TimeoutError("it waited")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_the_doctor_passes_a_pipe_called_like_a_checkpoint(workspace: Path) -> None:
    with Store(workspace) as store:
        (round_id, *_) = [row["id"] for row in store.database.rows("SELECT id FROM rounds")]
    folder = workspace / "checkpoints" / round_id / ("0" * 16)
    folder.mkdir(parents=True)
    os.mkfifo(folder / "step-250.safetensors")
    os.mkfifo(folder / "step-x.safetensors")
    old(folder / "step-250.safetensors")
    report = check_workspace(workspace, repair=False)
    assert any("the studio may not have written" in line for line in report["found"])
    assert saved(folder) == []
    with pytest.raises(ValueError, match="not a plain file"):
        read_header(folder / "step-250.safetensors")


def test_an_export_names_a_pipe_in_the_place_of_an_image(workspace: Path, tmp_path: Path) -> None:
    with Store(workspace) as store:
        project = next(iter(store.projects.names()))
        path = store.images.path(store.projects.references(project)[0].image)
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(StudioError, match="missing or damaged"):
            export_project(store, project, tmp_path / "cat.zip")
        with pytest.raises(StudioError, match="not a plain file"):
            store.images.plain(path.stem)
        path.unlink()
        path.symlink_to(tmp_path / "nothing")
        with pytest.raises(StudioError, match="not a plain file"):
            store.images.plain(path.stem)
    assert not (tmp_path / "cat.zip").exists()


def test_the_mode_of_a_file_elsewhere_stays(workspace: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.write_text("{}")
    theirs.chmod(0o644)
    (workspace / "sessions.json").hardlink_to(theirs)
    keep_private(workspace)
    assert stat.S_IMODE(theirs.stat().st_mode) == 0o644
    assert stat.S_IMODE((workspace / "studio.db").stat().st_mode) == 0o600


def test_nothing_elsewhere_is_listed_or_shown(workspace: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "logs").mkdir(parents=True)
    preset = {"name": "P", "preset": "own", "base_model": "b", "clip_model": "c", "settings": {}}
    (elsewhere / "presets.json").write_text(json.dumps([preset]))
    (elsewhere / "logs" / "worker.log").write_text("a line of theirs\n")
    (workspace / "presets.json").symlink_to(elsewhere / "presets.json")
    if (workspace / "logs").exists():
        (workspace / "logs").rmdir()
    (workspace / "logs").symlink_to(elsewhere / "logs")
    with Store(workspace) as store, pytest.raises(StudioError, match=r"presets\.json"):
        store.own_presets.all()
    assert last_lines(workspace, 5) == ()


@pytest.mark.parametrize("kind", ["pipe", "link", "folder", "folder behind a link"])
def test_the_opener(kind: str, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_bytes(b"theirs")
    path = workspace / "logs" / "file"
    (workspace / "logs").mkdir(exist_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere" / "file")
    elif kind == "folder":
        path.mkdir()
    else:
        (workspace / "logs").rmdir()
        (workspace / "logs").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StudioError):
        open_inside(workspace, path)
