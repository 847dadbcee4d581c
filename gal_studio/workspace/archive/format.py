"""What a project's zip holds: a manifest, one file of rows a table, pictures and weights by their hash."""

import base64
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gal_studio.core.errors import StudioError
from gal_studio.workspace.archive.project_tables import Column, Folder

FORMAT, VERSION = "gal-studio-project", 1
MANIFEST = "manifest.json"
ENDINGS: Mapping[Folder, str] = {"images": ".png", "adapters": ".safetensors"}
_NAME = re.compile(r"tables/[a-z_]{1,40}\.jsonl|images/[0-9a-f]{64}\.png|adapters/[0-9a-f]{64}\.safetensors")
_HASH = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z_]{1,40}")
_LARGEST_NUMBER = 2**63


@dataclass(frozen=True)
class Limits:
    """What an archive may hold, in bytes where nothing else is said; each is counted while it is read."""

    directory: int = 8 << 20  # the zip's list of its entries
    manifest: int = 8 << 20
    row: int = 4 << 20
    tables: int = 512 << 20  # all rows together
    picture: int = 64 << 20
    weights: int = 32 << 30  # one adapter; full weights of a large model are one, too
    total: int = 256 << 30
    ratio: int = 100  # bytes that come out for each that went in
    free: int = 1 << 20  # so much may come out whatever the ratio


@dataclass(frozen=True)
class Entry:
    """A file of the archive."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Rows:
    """A table of the archive."""

    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """Everything that the archive says of itself; `schema` is the number of the workspace's migrations."""

    schema: int
    project: str
    tables: tuple[Rows, ...]
    files: tuple[Entry, ...]


def manifest_text(manifest: Manifest) -> str:
    """The manifest as JSON."""
    head = {"format": FORMAT, "version": VERSION}
    return json.dumps({**head, **asdict(manifest)}, ensure_ascii=False, indent=1)


def read_manifest(data: bytes) -> Manifest:
    """The manifest, or a sentence on what is wrong with it."""
    try:
        table = json.loads(data)
        known = isinstance(table, dict) and table.get("format") == FORMAT
    except (ValueError, RecursionError) as error:
        raise damaged("its manifest is no JSON") from error
    if not known:
        raise StudioError("The archive is no project of GAL Studio: choose a zip that export-project wrote.")
    if table.get("version") != VERSION:
        raise StudioError(
            f"The archive has version {str(table.get('version'))[:20]}, this studio reads version {VERSION}: "
            "update the studio."
        )
    try:
        return _manifest(table)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged("its manifest makes no sense") from error


def damaged(what: str) -> StudioError:
    """The sentence for an archive that cannot have been written by the studio, or was changed since."""
    return StudioError(f"The archive cannot be imported, since {what}: export the project again.")


def row_text(values: Iterable[Any]) -> str:
    """One row as a line of JSON."""
    return json.dumps([_written(value) for value in values], ensure_ascii=False, separators=(",", ":")) + "\n"


def read_row(columns: Sequence[Column], line: bytes) -> list[Any]:
    """The values of a line, each of its column's type."""
    try:
        values = json.loads(line, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise damaged("a row in it is no JSON") from error
    if not isinstance(values, list) or len(values) != len(columns):
        raise damaged("a row in it has another number of columns")
    return [_value(column, value) for column, value in zip(columns, values, strict=True)]


def _manifest(table: Mapping[str, Any]) -> Manifest:
    tables = tuple(
        Rows(_match(_WORD, entry["name"]), tuple(_match(_WORD, name) for name in entry["columns"]),
             _count(entry["rows"]))
        for entry in table["tables"]
    )  # fmt: skip
    files = tuple(
        Entry(_match(_NAME, entry["name"]), _match(_HASH, entry["sha256"]), _count(entry["size"]))
        for entry in table["files"]
    )
    names = [rows.name for rows in tables]
    if len(set(names)) < len(names) or any(len(set(rows.columns)) < len(rows.columns) for rows in tables):
        raise ValueError("a name appears twice")
    if any(not entry.name.startswith("tables/") and entry.sha256 not in entry.name for entry in files):
        raise ValueError("a file bears the name of another")
    return Manifest(_count(table["schema"]), str(table["project"]), tables, files)


def _match(pattern: re.Pattern[str], text: object) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is no name")
    return text


def _count(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < _LARGEST_NUMBER:
        raise ValueError(f"{number!r} is no number")
    return number


def _constant(name: str) -> float:
    """Infinity is a number that SQLite keeps; NaN is none."""
    if name == "NaN":
        raise ValueError("NaN")
    return math.inf if name == "Infinity" else -math.inf


def _written(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _value(column: Column, value: Any) -> Any:
    """A value as its column takes it; SQLite itself would take any."""
    try:
        if value is None and not column.required:
            return None
        return _TAKEN[column.kind](value)
    except (KeyError, ValueError, TypeError, OverflowError) as error:
        raise damaged(f"a value of {column.name} in it is of another kind") from error


def _text(value: Any) -> str:
    str.encode(value)  # refuses halves of characters
    return str(value)


def _whole(value: Any) -> int:
    if type(value) is not int or not -_LARGEST_NUMBER <= value < _LARGEST_NUMBER:
        raise ValueError
    return value


def _real(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError
    return float(value)


def _bytes(value: Any) -> bytes:
    return base64.b64decode(value["base64"], validate=True)


_TAKEN: Mapping[str, Callable[[Any], Any]] = {"TEXT": _text, "INTEGER": _whole, "REAL": _real, "BLOB": _bytes}
