"""Rows of an archive: read as they were written, and refused if they are of another kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.state.database.tables import Column
from gal_studio.workspace.archive.format import read_row, row_text

_VALUES: dict[str, st.SearchStrategy[object]] = {
    "TEXT": st.text(),
    "INTEGER": st.integers(-(2**63), 2**63 - 1),
    "REAL": st.floats(allow_nan=False, allow_infinity=False),
    "BLOB": st.binary(),
}


@given(data=st.data(), kinds=st.lists(st.sampled_from(sorted(_VALUES)), min_size=1, max_size=6))
def test_any_row_is_read_as_it_was_written(data: st.DataObject, kinds: list[str]) -> None:
    columns = [Column(f"c{place}", kind, False, None, None) for place, kind in enumerate(kinds)]
    values = [data.draw(st.none() | _VALUES[kind]) for kind in kinds]
    assert read_row(columns, row_text(values).encode()) == values


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("TEXT", "7"), ("TEXT", r'"\ud800"'), ("INTEGER", "true"), ("INTEGER", "1.0"),
        ("INTEGER", str(2**63)), ("REAL", "NaN"), ("REAL", "Infinity"), ("REAL", "-Infinity"),
        ("REAL", "1e999"), ("REAL", '"1"'), ("REAL", "1" + "0" * 400),
        ("BLOB", '"AAAA"'), ("BLOB", '{"base64": "!"}'), ("TEXT", "null"), ("TEXT", "[" * 100_000),
        ("NUMERIC", "1"),
    ],
)  # fmt: skip
def test_value_of_another_kind_is_refused(kind: str, text: str) -> None:
    column = Column("c", kind, True, None, None)
    with pytest.raises(StudioError, match="cannot be imported"):
        read_row([column], f"[{text}]".encode())
