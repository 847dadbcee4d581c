"""Compare the tables of a workspace with those of this version, and add what is missing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gal_studio.state.database import upgrades
from gal_studio.state.store import Store


def differences(store: Store) -> Iterator[str]:
    """What is missing or unlike this version, in words."""
    yield from upgrades.differences(store.database.rows)


def says_another_version(path: Path) -> bool:
    """Whether a database has the tables of this version and says another version."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            said = int(connection.execute("PRAGMA user_version").fetchone()[0])
            return said != upgrades.VERSION and not any(upgrades.differences(upgrades.rows_of(connection)))
    except sqlite3.Error:
        return False


def set_version(path: Path) -> None:
    """Let a database say this version."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {upgrades.VERSION}")
        connection.commit()
