"""How the fields of a record are stored: each says so where it is declared."""

import functools
from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

Folder = Literal["images", "adapters"]


@dataclass(frozen=True)
class Column:
    """What SQL says of the column of a field, and the folder of the files whose hashes it holds.

    `name` is that of the column, by default the field's. Of a field with several columns, each holds the
    `part` of its value, an attribute. One that does not stand after that of the field before it does so
    `after` the one of this name.
    """

    sql: str
    name: str = ""
    part: str = ""
    after: str = ""
    folder: Folder | None = None


def is_id(name: str = "id") -> str:
    """That a column holds IDs of rows of a project, by which folders may be named (`state.files.inside`)."""
    return f"CHECK (typeof({name}) = 'text' AND length({name}) = 16 AND {name} NOT GLOB '*[^0-9a-f]*')"


@functools.cache
def columns_of(record: Any) -> tuple[tuple[str, Any, tuple[Column, ...]], ...]:
    """Name, type and columns of every field that is given to a record, in their order.

    A field that says nothing of columns has one of its own name.
    """
    hints = get_type_hints(record, include_extras=True)
    return tuple((one.name, *_of(one.name, hints[one.name])) for one in fields(record) if one.init)


def _of(name: str, hint: Any) -> tuple[Any, tuple[Column, ...]]:
    if get_origin(hint) is not Annotated:
        return hint, (Column("", name),)
    own, *notes = get_args(hint)
    declared = [replace(one, name=one.name or name) for one in notes if isinstance(one, Column)]
    return own, tuple(declared) or (Column("", name),)


def declared(record: Any) -> tuple[Column, ...]:
    """The columns that a record declares, in their order."""
    found: list[Column] = []
    for one in (one for _, _, columns in columns_of(record) for one in columns if one.sql):
        names = [each.name for each in found]
        found.insert(names.index(one.after) + 1 if one.after else len(names), one)
    return tuple(found)
