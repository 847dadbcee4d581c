"""Who may read a workspace with a sign-in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gal_studio.state import Store
from gal_studio.state.files.private import keep_private
from gal_studio.ui.access.credentials import Credentials
from gal_studio.ui.access.sessions import Sessions

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")


@pytest.fixture(params=[0o000, 0o002, 0o022, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path) -> set[int]:
    names = ("studio.db", "studio.db-wal", "studio.db-shm", "sessions.json")
    return {(folder / name).stat().st_mode & 0o777 for name in names}


@pytest.mark.usefixtures("_umask")
def test_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    with Store(tmp_path / "mine") as store:
        keep_private(store.workspace)
        Sessions(store.workspace / "sessions.json", Credentials("ann", "secret")).open()
        assert store.workspace.stat().st_mode & 0o777 == 0o700
        assert modes(store.workspace) == {0o600}
    with Store(tmp_path / "mine") as store:
        store.answers.once("key", dict)
        assert modes(store.workspace) == {0o600}, "SQLite makes its files like the database"


def test_a_group_that_shares_it_on_purpose_stays(tmp_path: Path) -> None:
    folder = tmp_path / "ours"
    folder.mkdir()
    folder.chmod(0o2775)
    with Store(folder) as store:
        (folder / "studio.db").chmod(0o664)
        keep_private(store.workspace)
        Sessions(folder / "sessions.json", Credentials("ann", "secret")).open()
        assert folder.stat().st_mode & 0o7777 == 0o2770
        assert {(folder / name).stat().st_mode & 0o777 for name in ("studio.db", "sessions.json")} == {0o660}
