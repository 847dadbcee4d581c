"""A real file system of 900 KB: full, then read-only; requires the right to mount one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.core.settings import Settings
from gal_studio.state import Store


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        command = ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_full_and_read_only_disks_are_said_and_nothing_is_lost(disk: Path) -> None:
    new = Project("", "Cat", "style", "base", "clip", "", 7, Settings())
    with Store(disk / "workspace") as store:
        project = store.projects.add(new, (), ("A tie in ink style",))
        first = store.rounds.add(project.id, None, project.settings)
        with pytest.raises(StudioError, match="is full"):
            for seed in range(100):
                store.images.add_picture(Image.effect_noise((150, 150), 80 + seed).convert("RGB"))
        with pytest.raises(StudioError, match="is full"):
            for batch in range(10_000):
                store.rounds.save_losses(first.id, [(batch * 50 + step, 0.5) for step in range(50)])
        assert not [path for path in store.images.folder.iterdir() if path.suffix != ".png"]
        assert store.projects.all() == (project,)
        kept = store.rounds.losses(first.id)
        assert len(kept) == batch * 50
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with Store(disk / "workspace") as store:
        assert store.projects.all() == (project,)
        assert store.rounds.losses(first.id) == kept
        with pytest.raises(StudioError, match="cannot be written"):
            store.projects.rename(project.id, "Dog")
    with pytest.raises(StudioError, match="cannot be written"):
        Store(disk / "another")
