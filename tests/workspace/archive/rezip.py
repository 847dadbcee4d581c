"""Archives with one error each, while everything else is valid."""

import base64
import hashlib
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

STORED = Path(__file__).parents[2] / "state" / "database" / "stored"

Row = list[Any]


class Archive:
    """An archive in memory that can be changed and written again."""

    def __init__(self, source: Path, path: Path) -> None:
        self._path = path
        with zipfile.ZipFile(source) as archive:
            self._files = {name: archive.read(name) for name in archive.namelist()}
        self._manifest = json.loads(self._files.pop("manifest.json"))
        self._own_manifest: bytes | None = None
        self._extra: list[tuple[str, bytes, int]] = []
        self._untold: dict[str, bytes] = {}
        self._dropped: str | None = None
        self._after: Callable[[bytearray], None] | None = None

    def write(self) -> Path:
        """Write the archive with matching hashes and sizes, unless a change prevents it."""
        told = {file["name"]: file for file in self._manifest["files"]}
        for name, data in self._files.items():
            if name in told:
                told[name].update(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        with zipfile.ZipFile(self._path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {**self._files, **self._untold}.items():
                if self._dropped is None or not name.endswith(self._dropped):
                    archive.writestr(name, data)
            if self._dropped != "manifest.json":
                archive.writestr("manifest.json", self._own_manifest or json.dumps(self._manifest))
            for name, data, mode in self._extra:
                info = zipfile.ZipInfo("x")
                info.filename, info.external_attr = name, mode << 16
                _write_silently(archive, info, data)
        if self._after is not None:
            data = bytearray(self._path.read_bytes())
            self._after(data)
            self._path.write_bytes(data)
        return self._path

    def put_into(self, workspace: Path) -> bool:
        """Give a workspace these rows in place of its own, unchecked; whether SQLite can hold them."""
        with closing(sqlite3.connect(workspace / "studio.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA ignore_check_constraints = ON")
            connection.execute("BEGIN")
            try:
                for table in self._manifest["tables"]:
                    connection.execute(f"DELETE FROM {table['name']}")
                    marks = ", ".join("?" * len(table["columns"]))
                    sql = f"INSERT INTO {table['name']} ({', '.join(table['columns'])}) VALUES ({marks})"
                    for line in self._files[f"tables/{table['name']}.jsonl"].splitlines():
                        connection.execute(sql, [_stored(value) for value in json.loads(line)])
                connection.execute("COMMIT")
            except (sqlite3.Error, OverflowError):
                return False
        return True

    def columns_of(self, table: str) -> list[str]:
        (told,) = (part for part in self._manifest["tables"] if part["name"] == table)
        return list(told["columns"])

    def add(self, name: str, data: bytes, mode: int = 0o100644) -> None:
        self._extra.append((name, data, mode))

    def drop(self, ending: str) -> None:
        self._dropped = ending

    def replace(self, name: str, data: bytes) -> None:
        assert name == "manifest.json"
        self._own_manifest = data

    def manifest(self, **changes: Any) -> None:
        self._manifest.update(changes)

    def tamper(self, name: str, data: bytes) -> None:
        """Change a file but not its hash."""
        assert name in self._files
        del self._files[name]
        self._untold[name] = data

    def swap_file(self, ending: str, data: bytes) -> None:
        """Replace a stored file, and its hash in every row that names it."""
        name = next(name for name in self._files if name.endswith(ending))
        before = Path(name).stem
        after = hashlib.sha256(data).hexdigest()
        self._files = {
            key.replace(before, after): value.replace(before.encode(), after.encode())
            for key, value in self._files.items()
        }
        renamed = name.replace(before, after)
        self._files[renamed] = data
        for file in self._manifest["files"]:
            file["name"] = file["name"].replace(before, after)

    def rows(self, table: str, change: Callable[[Row], Row | None]) -> None:
        name = f"tables/{table}.jsonl"
        before = [json.loads(line) for line in self._files[name].splitlines()]
        after = [row for row in map(change, before) if row is not None]
        self._files[name] = "".join(json.dumps(row) + "\n" for row in after).encode()
        self.count(table, len(after))

    def empty(self, *tables: str) -> None:
        """Remove the rows of these tables, and the files that are no longer named."""
        for table in tables:
            self.rows(table, lambda row: None)
        self._drop_unnamed_files()

    def append(self, table: str, change: Callable[[Row], Row]) -> None:
        """Append a changed copy of the last row."""
        name = f"tables/{table}.jsonl"
        last = json.loads(self._files[name].splitlines()[-1])
        self._files[name] += json.dumps(change(last)).encode() + b"\n"
        self.count(table, self._files[name].count(b"\n"))

    def count(self, table: str, rows: int) -> None:
        self._table(table)["rows"] = rows

    def columns(self, table: str, names: list[str]) -> None:
        """Rename the first columns."""
        self.rows(table, lambda row: row[: len(names)])
        self._table(table)["columns"] = names

    def named_columns(self, table: str, names: list[str]) -> None:
        self._table(table)["columns"] = names

    def rename_table(self, table: str, name: str) -> None:
        self._files[f"tables/{name}.jsonl"] = self._files.pop(f"tables/{table}.jsonl")
        self._table(table)["name"] = name
        for file in self._manifest["files"]:
            file["name"] = file["name"].replace(f"tables/{table}.", f"tables/{name}.")

    def after(self, change: Callable[[bytearray], None]) -> None:
        """Change the bytes of the finished zip."""
        self._after = change

    def encrypt(self) -> None:
        """Mark the first file as encrypted."""

        def mark(data: bytearray) -> None:
            data[data.index(b"PK\x01\x02") + 8] |= 1

        self._after = mark

    def cut(self) -> None:
        def cut(data: bytearray) -> None:
            del data[len(data) // 2 :]

        self._after = cut

    def flip_compressed(self) -> None:
        """Corrupt the compressed bytes of the first file."""

        def flip(data: bytearray) -> None:
            for place in range(60, 70):
                data[place] ^= 0xFF

        self._after = flip

    def to_schema(self, version: int) -> None:
        """Leave out the tables and columns that the workspace of this version lacks (`test_upgrades`)."""
        self._manifest["schema"] = version
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript((STORED / f"version_{version}.sql").read_text(encoding="utf-8"))
            told = {
                table["name"]: [row[1] for row in connection.execute(f"PRAGMA table_info({table['name']})")]
                for table in self._manifest["tables"]
            }
        self._leave_out({name for name, columns in told.items() if not columns})
        for table in self._manifest["tables"]:
            kept = [place for place, name in enumerate(table["columns"]) if name in told[table["name"]]]
            self.rows(table["name"], lambda row, kept=kept: [row[place] for place in kept])
            table["columns"] = [table["columns"][place] for place in kept]
        self._drop_unnamed_files()

    def _leave_out(self, tables: set[str]) -> None:
        kept = [table for table in self._manifest["tables"] if table["name"] not in tables]
        self._manifest["tables"] = kept
        for name in tables:
            del self._files[f"tables/{name}.jsonl"]
        self._manifest["files"] = [file for file in self._manifest["files"] if file["name"] in self._files]

    def _drop_unnamed_files(self) -> None:
        texts = b"".join(data for name, data in self._files.items() if name.startswith("tables/"))
        for name in list(self._files):
            if not name.startswith("tables/") and Path(name).stem.encode() not in texts:
                del self._files[name]
        self._manifest["files"] = [file for file in self._manifest["files"] if file["name"] in self._files]

    def _table(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(table for table in self._manifest["tables"] if table["name"] == name)
        return found


def _stored(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def _write_silently(archive: zipfile.ZipFile, info: zipfile.ZipInfo, data: bytes) -> None:
    """Write a file under a name that already exists, without a warning."""
    present, archive.NameToInfo = archive.NameToInfo, {}
    archive.writestr(info, data)
    archive.NameToInfo = {**archive.NameToInfo, **present}
