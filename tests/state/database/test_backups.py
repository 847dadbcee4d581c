"""Copies of the database that are made by themselves."""

import os
import time
from pathlib import Path

from gal_studio.state import Store
from gal_studio.state.database.backups import EVERY, KEPT, back_up, backups
from gal_studio.state.files.free_space import Disk


def test_three_copies_are_kept_and_nothing_else_is_removed(tmp_path: Path) -> None:
    with Store(tmp_path, reserve=0) as store:
        for number in range(KEPT + 2):
            store.database.write("INSERT INTO answers VALUES (?, '{}', 1.0)", (str(number),))
            made = back_up(tmp_path, store.disk, every=0)
            assert made is not None
            made.rename(made.with_name(f"studio-20260101-00000{number}.db"))
            for path in backups(tmp_path):
                os.utime(path, (0, 0))
        (tmp_path / "backups" / "studio-letter.db").write_bytes(b"theirs")
        back_up(tmp_path, store.disk, every=0)
        assert len(backups(tmp_path)) == KEPT
    assert (tmp_path / "backups" / "studio-letter.db").exists()
    with Store(tmp_path, database=backups(tmp_path)[0]) as copy:
        assert len(copy.database.rows("SELECT * FROM answers")) == KEPT + 2


def test_a_copy_is_made_when_something_changed_and_there_is_room(tmp_path: Path) -> None:
    with Store(tmp_path, reserve=0) as store:
        assert back_up(tmp_path, Disk(tmp_path, reserve=1 << 60)) is None
        first = back_up(tmp_path, store.disk)
        assert first is not None
        store.database.write("INSERT INTO answers VALUES ('x', '{}', 1.0)")
        assert back_up(tmp_path, store.disk) is None, "the last one is young"
        long_ago = time.time() - EVERY - 60
        os.utime(first, (long_ago, long_ago))
        assert back_up(tmp_path, store.disk) is not None


def test_a_damaged_database_replaces_no_copy(tmp_path: Path) -> None:
    with Store(tmp_path, reserve=0) as store:
        store.database.write("INSERT INTO answers VALUES ('x', '{}', 1.0)")
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    with (tmp_path / "studio.db").open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(5 * 4096))
    assert back_up(tmp_path, Disk(tmp_path, reserve=0), every=0) is None
    assert backups(tmp_path) == ()
