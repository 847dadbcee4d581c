"""Make the tables of a workspace those of today, if it is of `OLDEST` or a later version.

Tables that are missing are made, and tables whose declaration is another one are rebuilt: a column that both
have keeps its values, and a new one gets its default, or what `_FILLED` says.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from gal_studio.core.errors import StudioError
from gal_studio.state.database.own_files import check_files
from gal_studio.state.database.schema import Rows, bounded, quoted
from gal_studio.state.database.tables import TABLES, Table, split_definitions
from gal_studio.state.database.versions import COMPLETE, triggers

VERSION = 47
"""Of the tables, kept in each database. A change of `TABLES` raises it by one."""
OLDEST = 21
"""The version of the tables that GAL Studio 0.1.0 had."""
_FILLED: Mapping[tuple[str, str], str] = {
    ("exports", "waits"): "made_of IS NULL",  # version 23: an export that is made again keeps what was made
    ("jobs", "priority"): "position < 1e9",  # version 28: positions above this one were of the background
    ("jobs", "rank"): "RANK() OVER (ORDER BY position, rowid)",
}
"""The value of a column in the rows of a version that had no such column."""
_RENAMED: Mapping[str, str] = {"put_away": "archived_projects"}  # version 29
"""Former names of tables."""
_GONE = frozenset({("jobs", "position")})
"""Columns that only former versions have."""
_CONSTRAINTS = frozenset({"UNIQUE", "PRIMARY", "CHECK", "FOREIGN", "CONSTRAINT"})
_STEP_OF_MARKS = """
INSERT INTO decision_batches (round_id, author, time)
    SELECT DISTINCT round_id, 'human', CAST(strftime('%s', 'now') AS REAL)
    FROM candidates WHERE marked_copy IS NOT NULL
"""  # version 31: what a person called a copy becomes the last step of its round
_MARKS_TO_THEIR_LOG = """
INSERT INTO decisions (batch_id, candidate_id, verdict, mask, weight, marked_copy)
    SELECT
        (SELECT MAX(id) FROM decision_batches WHERE decision_batches.round_id = candidates.round_id),
        candidates.id, COALESCE(last.verdict, 'undecided'), last.mask, last.weight, candidates.marked_copy
    FROM candidates LEFT JOIN decisions AS last
        ON last.id = (SELECT MAX(id) FROM decisions WHERE candidate_id = candidates.id)
    WHERE candidates.marked_copy IS NOT NULL
"""


def upgrade(writer: sqlite3.Connection, version: int) -> None:
    """Make or rebuild what differs, inside the caller's transaction; foreign keys must be off.

    `version` is 0 for an empty database. Raises StudioError if rows would lack a value that they need.
    """
    for (name,) in writer.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        writer.execute(f"DROP TRIGGER {quoted(name)}")
    for former, name in _RENAMED.items():
        if former in _present(rows_of(writer)):
            writer.execute(f"ALTER TABLE {former} RENAME TO {name}")
    present = _present(rows_of(writer))
    for table in TABLES:
        if table.name not in present:
            writer.execute(table.statement())
    for table in TABLES:
        if table.name in present and present[table.name] != _wanted(table):
            _rebuild(writer, table, present[table.name])
    for table in TABLES:
        for index in table.indexes:
            writer.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    if version < 31:
        writer.execute(_STEP_OF_MARKS)
        writer.execute(_MARKS_TO_THEIR_LOG)
    for statement in triggers().values():
        writer.execute(statement)
    writer.execute(COMPLETE)


def differences(rows: Rows) -> Iterator[str]:
    """What is missing in a database or unlike this version, in words."""
    present = _present(rows)
    for table in TABLES:
        if table.name not in present:
            yield f"The table {table.name} is missing."
        elif lost := _wanted(table) - present[table.name]:
            first = min(lost).split()[0]
            yield f"The column {first} of the table {table.name} is missing or of another type."
    made = {row[0] for row in rows("SELECT name FROM sqlite_master")}
    for name in [index.split()[0] for table in TABLES for index in table.indexes] + list(triggers()):
        if name not in made:
            kind = "trigger" if name in triggers() else "index"
            yield f"The {kind} {name} is missing."


def least_version(rows: Rows) -> int:
    """The least version that a database can be of, by its tables: what says none may be of any.

    What a version changed in the rows alone is never done to rows of a later one.
    """
    present = _present(rows)
    if present and not any(differences(rows)):
        return VERSION
    has_marks = any(one.startswith("marked_copy ") for one in present.get("decisions", ()))
    return 31 if has_marks else OLDEST


def unknown_columns(rows: Rows) -> tuple[str, ...]:
    """The columns of a database that no version up to this one has, sorted."""
    tables = {table.name: table for table in TABLES}
    return tuple(
        sorted(
            f"{name}.{column}"
            for name, definitions in _present(rows).items()
            if name in tables
            for column in {definition.split()[0].strip('"') for definition in definitions}
            if column not in tables[name].names
            and column.upper() not in _CONSTRAINTS
            and (name, column) not in _GONE
        )
    )


def is_another_programs(writer: sqlite3.Connection) -> bool:
    """Whether a database has tables, and none of them is the studio's."""
    present = {row[0] for row in writer.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return bool(present) and present.isdisjoint({table.name for table in TABLES})


def says_another_version(path: Path) -> bool:
    """Whether a database has the tables of this version and says an earlier one, or none."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            bounded(connection)
            stored = int(connection.execute("PRAGMA user_version").fetchone()[0])
            rows = rows_of(connection)
            return 0 <= stored < VERSION and not any(differences(rows)) and not unknown_columns(rows)
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def set_version(path: Path) -> None:
    """Let a database say this version."""
    check_files(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.commit()


def rows_of(connection: sqlite3.Connection) -> Rows:
    """What runs queries in a connection."""
    return lambda sql: connection.execute(sql).fetchall()


def make_former(writer: sqlite3.Connection, table: Table, columns: Sequence[str]) -> None:
    """Make a table as the version had it that archived these columns; `upgrade` makes it today's."""
    new = {name for of, name in _FILLED if of == table.name and name not in columns}
    kept = [one for one in split_definitions(table.definitions) if one.split()[0] not in new]
    writer.execute(table.statement(definitions=", ".join(kept)))


def _wanted(table: Table) -> frozenset[str]:
    return frozenset(split_definitions(table.definitions))


def _present(query: Rows) -> dict[str, frozenset[str]]:
    """The definitions of every table of the database: their order does not count."""
    rows = query("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    plain = ((name, sql) for name, sql in rows if "(" in sql and ")" in sql)  # a virtual one may have none
    return {
        name: frozenset(filter(None, split_definitions(sql[sql.index("(") + 1 : sql.rindex(")")])))
        for name, sql in plain
    }


def _rebuild(writer: sqlite3.Connection, table: Table, present: frozenset[str]) -> None:
    """Make the table anew with its rows, which keep their rowids: these order rows of the same time."""
    known = {definition.split()[0] for definition in present}
    values = {name: name for name in table.names if name in known}
    values |= {name: sql for (of, name), sql in _FILLED.items() if of == table.name and name not in known}
    if not table.is_numbered:
        values = {"rowid": "rowid"} | values
    new = f"{table.name}_of_today"
    writer.execute(table.statement(new))
    try:
        writer.execute(
            f"INSERT INTO {new} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {table.name} "
            "ORDER BY rowid"
        )
    except sqlite3.IntegrityError as error:
        raise StudioError(
            f"The table {table.name} lacks a column whose values are lost: restore a copy of studio.db."
        ) from error
    writer.execute(f"DROP TABLE {table.name}")
    writer.execute(f"ALTER TABLE {new} RENAME TO {table.name}")
