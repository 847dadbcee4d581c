"""Files of a workspace are opened in one way: nothing waits at a pipe, nothing elsewhere is read."""

import ast
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

PACKAGE = Path(__file__).parents[2] / "gal_studio"
SIDES = (
    *("state", "workspace", "rounds", "studio", "ui", "worker", "commands"),
    "features",
)
"""The folders whose code reads workspaces."""
OPENED_OTHERWISE = {
    # What a person names, or this program brings or has just made itself
    "features/judge/commands/judge.py",
    "commands/run.py",
    "commands/running/outputs.py",
    "commands/running/unattended.py",
    "commands/terminal/machine.py",
    "state/files/model_hashes.py",
    "state/images/beside.py",
    "state/images/decode.py",  # of bytes in memory
    "state/images/read.py",
    "state/images/sandbox_process.py",
    "state/jobs/workers.py",  # of the system
    "studio/create/caption_lists.py",
    "studio/create/captions.py",
    "studio/device.py",  # of the system
    "studio/plug_ins.py",
    "ui/access/sign_in_page.py",
    "ui/page/static.py",
    "features/exports/engine/base_model.py",  # a model's, beside the workspace
    "worker/patches/open_scorer.py",
    # Once `has`, `plain`, `is_there`, `own_file`, `inside` or `is_upload` has looked at it
    "commands/terminal/stored.py",
    "rounds/checkpoints.py",
    "studio/verbs/files.py",
    "features/exports/verbs.py",
    "state/files/content_store.py",
    "state/files/reserve_file.py",
    "state/jobs/lock.py",
    "studio/generation_data.py",
    "ui/api/pictures.py",
    "ui/api/strips.py",
    "ui/api/uploads.py",
    "workspace/restore.py",
    # What is being written, or has been unpacked into a folder of our own
    "state/database/backups.py",
    "state/files/errors.py",
    "features/exports/job.py",
    "features/exports/engine/header.py",  # of a file that it has just written
    "features/exports/commands/export.py",  # a LoRA that was just written, on its way to a folder
    "state/files/placed.py",  # the same, and the file of that name which it leaves as it is
    "state/files/own_folder.py",  # a file that it has just made
    "workspace/archive/rows.py",
    "workspace/archive/unzip.py",
    "workspace/archive/writer.py",
}
"""The files that open some file in another way than `open_inside` and `read_json`."""


def opened(path: Path) -> Iterator[int]:
    """The lines with a call that opens a file."""
    names = {"read_bytes", "read_text", "copyfile", "copytree", "FileResponse", "ZipFile", "safe_open",
             "load_file", "load"}  # fmt: skip
    owners = {"load": {"np"}, "open": {"os", "Image", "io"}}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        of = getattr(function.value, "id", "") if isinstance(function, ast.Attribute) else ""
        modes = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
        if name == "open":
            is_file = of in owners["open"] or not isinstance(function, ast.Attribute)
            if is_file or any(set(mode) <= set("rwaxb+t") for mode in modes):
                yield node.lineno
        elif name in names and (name not in owners or of in owners[name]):
            yield node.lineno


def test_nothing_else_opens_the_files_of_a_workspace() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix()
        for side in SIDES
        for path in (PACKAGE / side).rglob("*.py")
        if any(opened(path))
    }
    assert found - OPENED_OTHERWISE == set(), "open them by open_inside, or say here why not"
    assert OPENED_OTHERWISE - found == set(), "no longer needed"


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
        with pytest.raises(StudioError, match="no plain file"):
            store.images.plain(path.stem)
        path.unlink()
        path.symlink_to(tmp_path / "nothing")
        with pytest.raises(StudioError, match="no plain file"):
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
