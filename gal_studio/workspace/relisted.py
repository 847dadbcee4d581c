"""Where the list of tables of a database is damaged: the studio knows its tables, and finds their pages.

`sqlite_schema` begins on page 1 and says where each table begins. What can still be read of its pages says
it, or a copy of the database, or a new one, whose tables begin where those of every new one do. The format
is that of https://www.sqlite.org/fileformat2.html.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from gal_studio.state.database.connection import Database
from gal_studio.state.database.schema import bounded
from gal_studio.state.database.tables import TABLES
from gal_studio.state.database.upgrades import VERSION
from gal_studio.state.files.own_folder import DATABASE

_MAGIC = b"SQLite format 3\0"
_HEADER, _USUAL = 100, 4096  # bytes of the header of a file, and of a page
_LEAF, _INTERIOR = 0x0D, 0x05  # of tables
_TEXT = 13  # the least serial type of a text


@dataclass(frozen=True)
class _File:
    """The bytes of a database in pages, numbered from 1."""

    data: bytes
    size: int

    def page(self, number: int) -> bytes:
        return self.data[(number - 1) * self.size : number * self.size]

    @property
    def count(self) -> int:
        return len(self.data) // self.size

    def first_row(self, root: int) -> list[int] | None:
        """The serial types of the first row of a table by the page where it begins; [] if it has none.

        None if no table begins there.
        """
        for _ in range(20):  # levels of a tree at most
            page = self.page(root) if 1 < root <= self.count else b""
            if page[:1] == bytes([_LEAF]):
                break
            if page[:1] != bytes([_INTERIOR]) or not _number(page, 3, 2):
                return None
            root = _number(page, _number(page, 12, 2), 4)
        else:
            return None
        return next((kinds for kinds, _ in _rows(page, 0)), [])

    def listed(self) -> Iterator[tuple[str, int]]:
        """The name and first page of each table that a page of a list of tables names."""
        for number in range(1, self.count + 1):
            page, start = self.page(number), _HEADER if number == 1 else 0
            if page[start : start + 1] != bytes([_LEAF]):
                continue
            for kinds, content in _rows(page, start):
                if len(kinds) != 5 or min(kinds[:3]) < _TEXT or not 1 <= kinds[3] <= 6:
                    continue
                kind, name, table, root = _values(content, kinds[:4])
                if kind == b"table" and name == table:
                    yield name.decode("utf-8", "replace"), int.from_bytes(root, "big")


def relist(copy: Path, known: Iterable[Path]) -> bool:
    """Write a new list of the studio's tables into a copy of a damaged database; whether any was found.

    `known` are other copies of the same database, the newest first.
    """
    with suppress(sqlite3.Error, UnicodeDecodeError), closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for ending in ("-wal", "-shm"):
        copy.with_name(f"{copy.name}{ending}").unlink(missing_ok=True)
    data = copy.read_bytes()
    if data.startswith(_MAGIC) and _number(data, 60, 4) != VERSION:
        return False  # of an older version, whose rows are others
    file = _File(data, _size(data))
    with tempfile.TemporaryDirectory() as folder:
        new = Path(folder) / DATABASE
        Database(new).close()
        usual = new.read_bytes()[:_HEADER]
        roots = [file.listed(), *map(_roots_of, known), _roots_of(new)]
    found = _found(file, roots)
    if not found:
        return False
    copy.write_bytes(_without_list(file, usual) + data[file.size : file.count * file.size])
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('table', ?, ?, ?, ?)",
            [(one.name, one.name, found[one.name], one.statement()) for one in TABLES if one.name in found],
        )
        connection.execute("COMMIT")
    return True


def _found(file: _File, roots: Iterable[Iterable[tuple[str, int]]]) -> Mapping[str, int]:
    """The first page of each table, by the first of several lists that names one where it can begin."""
    tables = {table.name: table for table in TABLES}
    found: dict[str, int] = {}
    for given in roots:
        for name, root in given:
            kinds = file.first_row(root) if name in tables and name not in found else None
            if (
                kinds is not None
                and root not in found.values()
                and len(kinds) in (0, len(tables[name].names))
            ):
                found[name] = root
    return found


def _roots_of(path: Path) -> list[tuple[str, int]]:
    """The tables of a whole database and where they begin."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            bounded(connection)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            sql = "SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"
            return connection.execute(sql).fetchall() if version == VERSION else []
    except (sqlite3.Error, UnicodeDecodeError):
        return []


def _without_list(file: _File, usual: bytes) -> bytes:
    """Page 1 with an empty list of tables, no free pages, and no log."""
    header = bytearray(file.page(1)[:_HEADER] if file.data.startswith(_MAGIC) else usual)
    header[18:20] = b"\x01\x01"
    header[28:32] = file.count.to_bytes(4, "big")
    header[32:40] = bytes(8)
    header[92:96] = header[24:28]
    body = bytes([_LEAF, 0, 0, 0, 0]) + (file.size % 65536).to_bytes(2, "big") + b"\0"
    return (bytes(header) + body).ljust(file.size, b"\0")


def _size(data: bytes) -> int:
    size = _number(data, 16, 2) if data.startswith(_MAGIC) else _USUAL
    size = 65536 if size == 1 else size
    return size if size >= 512 and not size & (size - 1) else _USUAL


def _rows(page: bytes, start: int) -> Iterator[tuple[list[int], bytes]]:
    """The serial types and the beginning of the content of each row of a leaf."""
    for place in range(_number(page, start + 3, 2)):
        try:
            at = _number(page, start + 8 + 2 * place, 2)
            _, at = _varint(page, at)  # the length
            _, at = _varint(page, at)  # the rowid
            length, after = _varint(page, at)
            end, kinds = at + length, list[int]()
            while after < end:
                kind, after = _varint(page, after)
                kinds.append(kind)
        except IndexError:  # beyond the page
            continue
        yield kinds, page[end:]


def _values(content: bytes, kinds: Iterable[int]) -> Iterator[bytes]:
    """The bytes of texts and integers."""
    for kind in kinds:
        length = (kind - 13) // 2 if kind >= _TEXT else (0, 1, 2, 3, 4, 6, 8)[kind]
        yield content[:length]
        content = content[length:]


def _number(data: bytes, at: int, length: int) -> int:
    return int.from_bytes(data[at : at + length], "big")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where what follows begins."""
    value = 0
    for count in range(9):
        byte = data[at + count]
        if count == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    raise IndexError(at)
