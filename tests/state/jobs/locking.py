"""Whether somebody writes into a workspace just now."""

import sqlite3
from contextlib import closing

from gal_studio.state import Store


def is_held(store: Store) -> bool:
    """Whether another program that wants to write would have to wait."""
    path = store.database.path
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        connection.execute("ROLLBACK")
        return False
