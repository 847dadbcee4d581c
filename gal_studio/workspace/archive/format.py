"""The archive of a project: a manifest, one file of rows per table, pictures and weights by their hash."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.checks import shown
from gal_studio.core.errors import StudioError
from gal_studio.core.records.columns import Folder

FORMAT, VERSION = "gal-studio-project", 1
MANIFEST = "manifest.json"
ENDINGS: Mapping[Folder, str] = {"images": ".png", "adapters": ".safetensors"}
_NAME = re.compile(r"tables/[a-z_]{1,40}\.jsonl|images/[0-9a-f]{64}\.png|adapters/[0-9a-f]{64}\.safetensors")
_HASH = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z_]{1,40}")
_LARGEST_NUMBER = 2**63


MOST_DIRECTORY = MOST_MANIFEST = 8 << 20
MOST_ROW = 4 << 20
MOST: Mapping[str, int] = {"tables": 512 << 20, "images": 64 << 20, "adapters": 32 << 30}
"""Of one file, by its folder; an adapter may be the full weights of a large model."""
MOST_IN_ALL = 256 << 30
"""The largest archive that is read: bytes, counted while reading."""


@dataclass(frozen=True)
class ArchivedFile:
    """A file of the archive."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class ArchivedTable:
    """A table of the archive."""

    name: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """The contents of an archive; `schema` is the version of the database that it was written from."""

    schema: int
    project: str
    tables: tuple[ArchivedTable, ...]
    files: tuple[ArchivedFile, ...]


def manifest_text(manifest: Manifest) -> str:
    """The manifest as JSON."""
    head = {"format": FORMAT, "version": VERSION}
    return json.dumps({**head, **asdict(manifest)}, ensure_ascii=False, indent=1)


def read_manifest(data: bytes) -> Manifest:
    """Parse and check the manifest."""
    try:
        table = strict_json.loads(data)
        known = isinstance(table, dict) and table.get("format") == FORMAT
    except StudioError as error:
        raise damaged("its manifest is not valid JSON") from error
    if not known:
        raise StudioError(
            "The archive is not a GAL Studio project: choose a zip file that was exported from GAL Studio."
        )
    if table.get("version") != VERSION:
        raise StudioError(
            f"The archive has version {shown(table.get('version'))}, but this studio reads version "
            f"{VERSION}: update the studio."
        )
    try:
        return _manifest(table)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged("its manifest is invalid") from error


def damaged(what: str) -> StudioError:
    """The error for an archive that GAL Studio did not write, or that was changed since."""
    return StudioError(f"The archive cannot be imported because {what}: export the project again.")


def row_text(values: Iterable[Any]) -> str:
    """One row as a line of JSON."""
    return json.dumps([_written(value) for value in values], ensure_ascii=False, separators=(",", ":")) + "\n"


def read_row(line: bytes, columns: int) -> list[Any]:
    """Parse a row; the types of its values are checked with those of any workspace (`read_project`)."""
    try:
        values = [
            base64.b64decode(value["base64"], validate=True) if isinstance(value, dict) else value
            for value in strict_json.loads(line)
        ]
    except (StudioError, KeyError, TypeError, ValueError) as error:
        raise damaged("it has a row that is not valid JSON") from error
    if len(values) != columns:
        raise damaged("it has a row with a wrong number of columns")
    return values


def _manifest(table: Mapping[str, Any]) -> Manifest:
    tables = tuple(
        ArchivedTable(_match(_WORD, part["name"]), tuple(_match(_WORD, name) for name in part["columns"]),
                      _count(part["rows"]))
        for part in table["tables"]
    )  # fmt: skip
    files = tuple(
        ArchivedFile(_match(_NAME, file["name"]), _match(_HASH, file["sha256"]), _count(file["size"]))
        for file in table["files"]
    )
    names = [part.name for part in tables]
    if len(set(names)) < len(names) or any(len(set(part.columns)) < len(part.columns) for part in tables):
        raise ValueError("a name appears twice")
    if any(not file.name.startswith("tables/") and file.sha256 not in file.name for file in files):
        raise ValueError("a file has the name of another one")
    if _count(table["schema"]) < 1:
        raise ValueError("there is no such schema")
    table["project"].encode()  # refuses lone surrogates
    return Manifest(table["schema"], table["project"], tables, files)


def _match(pattern: re.Pattern[str], text: object) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"{text!r} is not a name")
    return text


def _count(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < _LARGEST_NUMBER:
        raise ValueError(f"{number!r} is not a number")
    return number


def _written(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value
