"""Whether pages of the database are damaged, so that some rows cannot be read."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gal_studio.state.database.own_files import check_files
from gal_studio.state.files.own_folder import DATABASE

_OF_INDEXES = ("row ", "wrong # of entries in index", "non-unique entry in index")
_OF_VALUES = ("CHECK constraint failed in", "NULL value in", "ok")


def damage_of(workspace: Path) -> str:
    """What is wrong with the pages of the database; "" if nothing is, or only indexes and values."""
    path = workspace / DATABASE
    check_files(path)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            answers = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
    except sqlite3.DatabaseError as error:
        return _first_words(str(error)) if is_damage(error) else ""
    answers = [answer for answer in answers if not answer.startswith((*_OF_INDEXES, *_OF_VALUES))]
    return _first_words(answers[0]) if answers else ""


def is_damage(error: Exception) -> bool:
    """Whether this error of SQLite says that the file is damaged."""
    return any(words in str(error).lower() for words in ("malformed", "not a database", "corrupt"))


def _first_words(text: str) -> str:
    return text.strip().splitlines()[0][:120] if text.strip() else "it cannot be read"
