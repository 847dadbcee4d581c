"""Make the tables of a workspace those of today, if it is of `OLDEST` or a later version.

Tables that are missing are made, and tables whose declaration is another one are rebuilt: a column that both
have keeps its values, and a new one gets its default, or what `_FILLED` says.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from gal_studio.core.errors import StudioError
from gal_studio.state.database.forks import FIRST, copy_marks, forks
from gal_studio.state.database.schema import Rows, quoted
from gal_studio.state.database.tables import TABLES, Table, split_definitions
from gal_studio.state.database.versions import COMPLETE, triggers

VERSION = 47
"""Of the tables, kept in each database. A change of `TABLES` raises it by one."""
_MARKS_APART = 47
"""The first version that has marks apart from verdicts, once for a round and its copies."""
OLDEST = 21
"""The version of the tables that GAL Studio 0.1.0 had."""
_FILLED: Mapping[tuple[str, str], str] = {
    ("exports", "waits"): "made_of IS NULL",  # version 23: an export that is made again keeps what was made
    ("jobs", "priority"): "position < 1e9",  # version 28: positions above this one were of the background
    ("jobs", "rank"): "RANK() OVER (ORDER BY position, rowid)",
    ("candidates", "mark_counts"): "marked_copy IS NOT NULL",  # version 47: until then every mark counted
}
"""The value of a column in the rows of a version that had no such column."""
_RENAMED: Mapping[str, str] = {"put_away": "archived_projects"}  # version 29
"""Former names of tables."""
GONE: Mapping[tuple[str, str], str] = {
    ("jobs", "position"): "REAL", ("decisions", "marked_copy"): "INTEGER"
}  # fmt: skip
"""Columns that only former versions have, with their types."""
_CONSTRAINTS = frozenset({"UNIQUE", "PRIMARY", "CHECK", "FOREIGN", "CONSTRAINT"})
_STEPS_OF_MARKS = """
SELECT DISTINCT batch_id FROM decisions AS one WHERE marked_copy IS NOT (
    SELECT marked_copy FROM decisions AS before WHERE before.candidate_id = one.candidate_id
        AND before.id < one.id ORDER BY before.id DESC LIMIT 1)
"""
_STEP_OF_MARKS = f"""
{forks("1")}
INSERT INTO decision_batches (round_id, author, time)
    SELECT DISTINCT begins, 'human', CAST(strftime('%s', 'now') AS REAL)
    FROM candidates JOIN forks ON forks.id = round_id WHERE marked_copy IS NOT NULL
"""
_MARKS_TO_THEIR_LOG = f"""
{forks("1")}
INSERT INTO marks (batch_id, candidate_id, copy, counts)
    SELECT (SELECT MAX(id) FROM decision_batches WHERE decision_batches.round_id = begins), first_id,
        marked_copy, 1
    FROM (SELECT begins, {FIRST} AS first_id, marked_copy, MIN(candidates.rowid)
        FROM candidates JOIN forks ON forks.id = round_id WHERE marked_copy IS NOT NULL GROUP BY first_id)
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
    if any(one.startswith("marked_copy ") for one in present.get("decisions", ())):
        _forget_marks(writer)
    for table in TABLES:
        if table.name in present and present[table.name] != _wanted(table):
            _rebuild(writer, table, present[table.name])
    for table in TABLES:
        for index in table.indexes:
            writer.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    if version < _MARKS_APART:
        _log_marks(writer)
    for statement in triggers().values():
        writer.execute(statement)
    writer.execute(COMPLETE)


def _forget_marks(writer: sqlite3.Connection) -> None:
    """Leave the steps out that marked copies among verdicts: what stands is beside the images."""
    steps = json.dumps([row[0] for row in writer.execute(_STEPS_OF_MARKS)])
    writer.execute("DELETE FROM decisions WHERE batch_id IN (SELECT value FROM json_each(?))", (steps,))
    writer.execute("DELETE FROM decision_batches WHERE id IN (SELECT value FROM json_each(?))", (steps,))


def _log_marks(writer: sqlite3.Connection) -> None:
    """Make what is called a copy the last step of the round that drew it, and the same in its copies."""
    writer.execute(_STEP_OF_MARKS)
    writer.execute(_MARKS_TO_THEIR_LOG)
    marks = writer.execute("SELECT candidate_id, copy, counts FROM marks").fetchall()
    writer.execute(copy_marks("1"), {"said": json.dumps([[*row] for row in marks])})


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
    return _MARKS_APART if "marks" in present else OLDEST


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
            and (name, column) not in GONE
        )
    )


def is_another_programs(writer: sqlite3.Connection) -> bool:
    """Whether a database has tables, and none of them is the studio's."""
    present = {row[0] for row in writer.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return bool(present) and present.isdisjoint({table.name for table in TABLES})


def rows_of(connection: sqlite3.Connection) -> Rows:
    """What runs queries in a connection."""
    return lambda sql: connection.execute(sql).fetchall()


def make_former(writer: sqlite3.Connection, table: Table, columns: Sequence[str]) -> None:
    """Make a table as the version had it that archived these columns; `upgrade` makes it today's."""
    new = {name for of, name in _FILLED if of == table.name and name not in columns}
    kept = [one for one in split_definitions(table.definitions) if one.split()[0] not in new]
    gone = [f"{name} {kind}" for (of, name), kind in GONE.items() if of == table.name and name in columns]
    kept[1:1] = gone  # before the constraints
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
