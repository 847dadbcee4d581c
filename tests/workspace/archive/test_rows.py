"""Rows of an archive are read as they were written."""

from hypothesis import given
from hypothesis import strategies as st

from gal_studio.workspace.archive.format import read_row, row_text

_VALUES = st.one_of(
    st.none(),
    st.text(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(),
)


@given(st.lists(_VALUES, min_size=1, max_size=6))
def test_any_row_is_read_as_it_was_written(values: list[object]) -> None:
    assert read_row(row_text(values).encode(), len(values)) == values
