"""The SQLite database: one connection per thread, writes in transactions only."""

import functools
import math
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from operator import attrgetter, itemgetter
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from gal_studio.core.errors import StudioError
from gal_studio.core.records.columns import Column, columns_of
from gal_studio.state.database.own_files import check_files
from gal_studio.state.database.schema import LONGEST, STEPS, refuse_foreign
from gal_studio.state.database.tables import TABLES, TYPES, table_named
from gal_studio.state.database.upgrades import (
    OLDEST,
    VERSION,
    is_another_programs,
    least_version,
    rows_of,
    unknown_columns,
    upgrade,
)
from gal_studio.state.files.errors import GoneError, database_problem, disk_problem

Row = sqlite3.Row | Mapping[str, Any]
Values = Sequence[Any] | Mapping[str, Any]
Instead = Literal["", "ignore", "replace"]


@functools.cache
def insertion(table: str, names: Sequence[str], instead: Instead = "") -> str:
    """The statement that stores a row by the names of its columns."""
    verb = f"INSERT OR {instead.upper()}" if instead else "INSERT"
    return f"{verb} INTO {table} ({', '.join(names)}) VALUES (:{', :'.join(names)})"


def row_of(table: str, stored: Any, **given: Any) -> dict[str, Any]:
    """The row of a dataclass: what is given, and those of its fields that have columns of the table."""
    columns = _shared(table, type(stored))  # type: ignore[arg-type]
    return given | {name: value(stored) for name, value in columns if name not in given}


@functools.cache
def _shared(table: str, kind: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """The columns of a table that a dataclass has values for, and what gets each from it."""
    names = table_named(table).names
    return tuple(
        (one.name, attrgetter(f"{field}.{one.part}".rstrip(".")))
        for field, _, columns in columns_of(kind)
        for one in columns
        if one.name in names
    )


def _equal(names: Iterable[str], sign: str, between: str) -> str:
    return between.join(f"{name} {sign} ?" for name in names)


Record = TypeVar("Record")


def record(kind: type[Record], row: Row, **given: Any) -> Record:
    """The dataclass whose fields are `given` or columns of this row; SQLite has 0 and 1 for truth values.

    Refused if a value is not of the type of its field: SQLite keeps anything in any column.
    """
    for name, column, truth, kinds, known in _columns(kind):  # type: ignore[arg-type]
        if name not in given:
            value = row[column]
            if type(value) not in kinds or (known and value not in known) or value in _ENDLESS:
                raise DamagedError(column)
            given[name] = bool(value) if truth and value is not None else value
    for name, (values, make) in composed(kind).items():  # type: ignore[arg-type]
        if name not in given:
            given[name] = make(*values(row))
    return kind(**given)


def made(kind: type[Record], values: Sequence[Any]) -> Record:
    """The dataclass with these values in the order of its fields, checked as in `record`."""
    names = (field.name for field in fields(kind))  # type: ignore[arg-type]
    return record(kind, dict(zip(names, values, strict=True)))


class DamagedError(StudioError):
    """A stored value is not of the type of its column."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The stored value of {name} is damaged: run gal-studio doctor on this workspace.")


_ENDLESS = (math.inf, -math.inf)
_STORED: Mapping[Any, tuple[type, ...]] = {bool: (int,), float: (float, int)}
"""What SQLite has for a type."""


@functools.cache
def _columns(kind: Any) -> tuple[tuple[str, str, bool, tuple[type, ...], tuple[Any, ...]], ...]:
    """Of each field of one column: this, if it is a truth value, its types, and the few that it may have."""
    found = ((name, own, columns[0]) for name, own, columns in columns_of(kind) if not columns[0].part)
    return tuple((name, column.name, *_of_column(own)) for name, own, column in found)


@functools.cache
def composed(kind: Any) -> Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]]:
    """Of each field of several columns: what gets these from a row, and what makes a value of them."""
    return {name: _composer(own, columns) for name, own, columns in columns_of(kind) if columns[0].part}


def _composer(kind: Any, columns: Sequence[Column]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    parts = [one.part for one in columns]

    @functools.lru_cache(256)  # many rows share a few
    def make(*values: Any) -> Any:
        return kind(**dict(zip(parts, values, strict=True)))

    return itemgetter(*(one.name for one in columns)), make


def _of_column(declared: Any) -> tuple[bool, tuple[type, ...], tuple[Any, ...]]:
    options = get_args(declared) if get_origin(declared) in (Union, UnionType) else (declared,)
    known = tuple(value for option in options if get_origin(option) is Literal for value in get_args(option))
    plain = [option for option in options if get_origin(option) is not Literal]
    types = {kind for option in plain for kind in _STORED.get(option, (option,))} | {*map(type, known)}
    return bool in options, tuple(types), (*known, None) if known and type(None) in types else known


@functools.cache
def _types_of(name: str) -> frozenset[type]:
    """The types that values of a column of this name have, whichever table it is of; none of any other."""
    name = name.removeprefix("its_")
    kinds = {column.kind for table in TABLES for column in table.columns if column.name == name}
    return frozenset({type(None), *(one for kind in kinds for one in TYPES[kind])} if kinds else ())


def _damaged(rows: Sequence[sqlite3.Row]) -> str:
    """The first column with a value that is not of its type, as that is declared; "" if there is none."""
    for place, name in enumerate(rows[0].keys() if rows else ()):
        if kinds := _types_of(name):
            values = [row[place] for row in rows]
            found = {*map(type, values)}
            if not found <= kinds or (
                float in found and not math.isfinite(sum(map(abs, filter(None, values))))
            ):
                return str(name)
    return ""


class Undecoded(bytes):
    """A text as its bytes."""


class _Limit:
    """When SQLite is to give up; apart from the connection, which a circle would keep open."""

    ends: float | None = None

    def is_late(self) -> bool:
        """Whether that time has come, in CPU seconds of the thread."""
        return self.ends is not None and time.thread_time() > self.ends


class _Held:
    """The connection of one thread, closed when the thread ends. `depth` counts open transactions.

    `after` is called once the open transaction is committed, and `memory` is what was read in it.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.depth = 0
        self.after: list[Callable[[], object]] = []
        self.memory: dict[str, Any] = {}
        self.limit = _Limit()
        weakref.finalize(self, connection.close).atexit = False

    @contextmanager
    def limited(self) -> Iterator[sqlite3.Connection]:
        """End what runs in here after `LONGEST` seconds of CPU time: the file may be anybody's."""
        self.limit.ends = time.thread_time() + LONGEST
        try:
            yield self.connection
        finally:
            self.limit.ends = None


class Database:
    """The `studio.db` of a workspace: WAL, foreign keys, full sync; migrated when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = path.parent
        self._file: tuple[int, int] | None = None  # device and number of the file, once it is open
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open = weakref.WeakSet[_Held]()
        try:
            with self.translated():
                check_files(path)
                self._migrate()
                self._file = self._present()
        except StudioError:
            self.close()
            raise

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of the disk and of SQLite into StudioError."""
        try:
            yield
        except sqlite3.Error as error:
            problem = database_problem(error, self._folder)
            if problem is None:
                raise
            raise problem from error
        except UnicodeDecodeError as error:  # of what SQLite says of a name in the list of tables
            raise database_problem(sqlite3.DatabaseError("malformed"), self._folder) or error from error
        except (UnicodeEncodeError, OverflowError) as error:
            raise StudioError(
                "A text or a number cannot be stored: use plain text, and whole numbers below 2**63."
            ) from error
        except OSError as error:
            raise disk_problem(error, self._folder) from error

    @property
    def _held(self) -> _Held:
        """The connection of this thread, opened on first use."""
        held: _Held | None = getattr(self._local, "held", None)
        self.check_there()  # SQLite would make an empty one, or write where nobody reads
        if held is None:
            held = _Held(
                sqlite3.connect(self.path, timeout=20.0, isolation_level=None, check_same_thread=False)
            )
            with self._lock:
                self._open.add(held)
            held.connection.row_factory = sqlite3.Row
            held.connection.execute("PRAGMA trusted_schema = OFF")
            held.connection.set_progress_handler(held.limit.is_late, STEPS)
            held.connection.execute("PRAGMA foreign_keys = ON")
            held.connection.execute("PRAGMA synchronous = FULL")
            held.connection.execute("PRAGMA journal_mode = WAL")
            self._local.held = held
        return held

    def check_there(self) -> None:
        """Refuse with a GoneError if the file was moved, deleted or replaced since it was opened."""
        if self._file is not None and self._present() != self._file:
            raise GoneError(self._folder)

    def _present(self) -> tuple[int, int] | None:
        """Identify the file; None if there is none."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._held.connection

    def _migrate(self) -> None:
        rows, version = rows_of(self._connection), self._version(self._connection)
        is_current = version == VERSION
        if version <= VERSION:
            refuse_foreign(rows, is_current, self._folder)
        if not is_current:
            self._make_tables()

    def _make_tables(self) -> None:
        connection = self._connection
        connection.execute("PRAGMA foreign_keys = OFF")  # a table that is rebuilt is missing for a moment
        connection.execute("PRAGMA ignore_check_constraints = ON")  # a damaged row hides no others
        try:
            with self.transaction() as writer:
                self._upgrade(writer)
        finally:
            connection.execute("PRAGMA ignore_check_constraints = OFF")
            connection.execute("PRAGMA foreign_keys = ON")

    def _upgrade(self, writer: sqlite3.Connection) -> None:
        """Bring an older workspace to this version, all or nothing."""
        version = self._version(writer)
        if version < 0:
            raise StudioError(f"The file studio.db in {self._folder} has the version {version}: restore it.")
        if version > VERSION:
            raise StudioError(
                f"The workspace {self._folder} was made by a newer GAL Studio "
                f"(version {version}, this one supports {VERSION}): update GAL Studio."
            )
        least = least_version(rows_of(writer))
        if 0 < version < OLDEST and least < VERSION:
            raise StudioError(
                f"The workspace {self._folder} is older than GAL Studio 0.1.0: open it with 0.2.0."
            )
        if is_another_programs(writer):
            raise StudioError(
                f"The file studio.db in {self._folder} belongs to another program: choose another folder."
            )
        if version == 0 and (unknown := unknown_columns(rows_of(writer))):
            raise StudioError(
                f"The file studio.db in {self._folder} has columns that this version does not know "
                f"({unknown[0]}), so it may be of a newer GAL Studio: update GAL Studio."
            )
        upgrade(writer, max(version, least))
        if writer.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise StudioError(
                f"The workspace {self._folder} cannot be upgraded because some rows refer to missing rows: "
                "restore a copy of studio.db."
            )
        writer.execute(f"PRAGMA user_version = {VERSION}")

    @property
    def is_current(self) -> bool:
        """Whether the tables are still those of this version: another process may have upgraded them."""
        return self._version(self._connection) == VERSION

    @staticmethod
    def _version(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; an inner transaction joins the outer one."""
        with self.translated():
            held = self._held
            connection = held.connection
            if held.depth:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            held.depth = 1
            try:
                yield connection
                connection.execute("COMMIT")
                committed = held.after
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                held.depth, held.after, held.memory = 0, [], {}
        for act in committed:
            act()

    def after_commit(self, act: Callable[[], object]) -> None:
        """Call this once when the open transaction of this thread is committed; at once if there is none."""
        held = self._held
        if not held.depth:
            act()
        elif act not in held.after:
            held.after.append(act)

    @property
    def is_writing(self) -> bool:
        """Whether this thread is in a transaction that writes, or may write."""
        return self._held.depth > 0

    def memory(self) -> dict[str, Any]:
        """What was read in the open transaction of this thread, forgotten at its end; empty without one."""
        return self._held.memory if self._held.depth else {}

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read a consistent snapshot, without blocking writers; nothing may be written inside.

        An inner one reads the state of the outer one.
        """
        with self.translated():
            held = self._held
            connection = held.connection
            if connection.in_transaction:
                yield
                return
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("ROLLBACK")

    def rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """All rows of a query; refused if one has a value that is not of the type of its column."""
        found = self.unchecked_rows(sql, values)
        if name := _damaged(found):
            raise DamagedError(name)
        return found

    def unchecked_rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """All rows of a query as they are stored, damaged ones too."""
        with self.translated(), self._held.limited() as connection:
            try:
                return connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if "decode" not in str(error):
                    raise
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            try:
                return connection.execute(sql, values).fetchall()  # a damaged row does not hide the others
            finally:
                connection.text_factory = str

    def sound_rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """The rows of a query without the damaged ones, where one of them must not hide the others."""
        return [row for row in self.unchecked_rows(sql, values) if not _damaged([row])]

    def undecoded_rows(self, sql: str, values: Values = ()) -> list[sqlite3.Row]:
        """All rows of a query, with texts as the bytes that are stored."""
        with self.translated(), self._held.limited() as connection:
            connection.text_factory = Undecoded
            try:
                return connection.execute(sql, values).fetchall()
            finally:
                connection.text_factory = str

    def row(self, sql: str, values: Values = ()) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def row_by_id(self, what: str, identity: str, sql: str) -> sqlite3.Row:
        """The row with this ID; StudioError if there is none, in which `what` names the kind of row."""
        row = self.row(sql, (identity,))
        if row is None:
            raise StudioError(f"There is no {what} {identity!r} in this workspace.")
        return row

    def insert(self, table: str, *rows: Mapping[str, Any], instead: Instead = "") -> int:
        """Store rows that have the same columns; returns the number that the last one was given.

        `instead` is what is done where a row with the same key is there; without, that is an error.
        """
        number = None
        with self.transaction() as writer:
            for row in rows:
                number = writer.execute(insertion(table, tuple(row), instead), row).lastrowid
        return number or 0

    def upsert(self, table: str, *rows: Mapping[str, Any], once: Sequence[str] = ()) -> None:
        """Store rows; one with the same key takes the new values of all columns but those set `once`."""
        with self.transaction() as writer:
            for row in rows:
                kept = ", ".join(f"{name} = excluded.{name}" for name in row if name not in once)
                sql = f"{insertion(table, tuple(row))} ON CONFLICT DO UPDATE SET {kept}"
                writer.execute(sql, row)

    def update(self, table: str, where: Mapping[str, Any], **values: Any) -> int:
        """Give the rows with certain values other ones; returns how many there are."""
        sql = f"UPDATE {table} SET {_equal(values, '=', ', ')} WHERE {_equal(where, 'IS', ' AND ')}"
        return self.write(sql, (*values.values(), *where.values()))

    def delete(self, table: str, **where: Any) -> int:
        """Delete the rows with certain values; returns how many there were."""
        return self.write(f"DELETE FROM {table} WHERE {_equal(where, 'IS', ' AND ')}", tuple(where.values()))

    def write(self, sql: str, values: Values = ()) -> int:
        """Run one statement in a transaction; returns the number of changed rows."""
        with self.transaction() as writer:
            return writer.execute(sql, values).rowcount

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for held in list(self._open):
                held.connection.close()
            self._open.clear()
        self._local = threading.local()


class Repository:
    """Reads and writes rows of one kind; `clock` tells the time of what is written, in seconds since 1970."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database, self._clock = database, clock
