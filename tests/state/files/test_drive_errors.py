"""What a drive refuses is said by its own name."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gal_studio.core.drive_errors import advice
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.files.content_store import write_whole
from gal_studio.state.files.errors import DiskError, NoRoomError, disk_problem
from gal_studio.state.files.free_space import Disk

SAID = {
    errno.ENOSPC: "is full",
    errno.EFBIG: "files this large",
    errno.EDQUOT: "quota",
    errno.EMFILE: "Too many files are open",
    errno.ESTALE: "stale",
    errno.EROFS: "cannot be written because its drive is read-only",
    errno.EACCES: "cannot be written",
    errno.EIO: "reported an error",
}


@pytest.mark.parametrize("number", SAID)
def test_each_error_has_a_sentence_of_its_own(number: int, tmp_path: Path) -> None:
    said = disk_problem(OSError(number, os.strerror(number)), tmp_path)
    assert SAID[number] in str(said) and str(tmp_path) in str(said)
    assert str(said).count(". ") == 0
    assert isinstance(said, NoRoomError) == (number == errno.ENOSPC), "only a full disk is waited for"
    assert isinstance(said, DiskError) == (number not in (errno.EFBIG, errno.EROFS, errno.EACCES))
    assert ("full" in str(said), advice(OSError(number, "")) == "free some disk space") == (
        (number == errno.ENOSPC,) * 2
    )


def test_a_file_above_the_limit_of_the_account_is_no_full_disk(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    code = (
        "import resource, sys; from pathlib import Path; from gal_studio.state.files.content_store import *\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_whole(Path(sys.argv[1]) / 'big', bytes(5000), Path(sys.argv[1]))"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, text=True, check=False
    )
    assert "does not accept files this large" in done.stderr and "full" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_database_on_a_drive_that_refuses_says_why(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlite3

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    with pytest.raises(DiskError, match="quota"), store.database.translated():
        monkeypatch.setattr(Path, "open", refuse)
        raise sqlite3.OperationalError("disk I/O error")
    monkeypatch.undo()
    write_whole(store.workspace / "kept", b"1", store.workspace)


def test_no_need_is_said_that_nobody_computed(tmp_path: Path) -> None:
    disk = Disk(tmp_path, reserve=0)
    unknown, known = disk.sentence(None), disk.sentence(5 << 20)
    assert "needed" not in unknown and "full" in unknown and unknown.count(". ") == 0
    assert "5.0 MB are needed" in known


def test_what_is_needed_is_more_than_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=300_000))
    with pytest.raises(StudioError, match=r"1\.0 MB are needed and 0\.3 MB are free"):
        Disk(tmp_path, reserve=0).check_folder(tmp_path, 20_000)
