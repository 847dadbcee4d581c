"""What a request declares is checked when it is registered, so that no answer fails later and elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from gal_studio.ui.payloads import Only
from gal_studio.ui.requests import Context, Requests, joined


@dataclass
class Loose:
    """An answer that can be changed."""

    name: str


def bare(context: Context, project: str) -> tuple[str, ...]:
    """An answer without a field."""
    return (project,)


def loose(context: Context) -> Loose:
    """An answer that is not frozen."""
    return Loose("x")


def untyped(context: Context, project) -> None:  # type: ignore[no-untyped-def]
    """A question whose field has no type."""


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (
            bare,
            r"the request .bare. of .* answers tuple\[str, \.\.\.\]: make it a frozen dataclass",
        ),
        (loose, "make it a frozen dataclass, or Annotated"),
        (untyped, "has no type for 'project'"),
    ],
)
@pytest.mark.parametrize("way", ["read", "write", "write_outside"])
def test_what_declares_no_object_is_refused_when_it_is_registered(
    way: str, act: Callable[..., Any], why: str
) -> None:
    table = Requests("rounds")
    with pytest.raises(TypeError, match=why):
        getattr(table, way)(act)
    assert not table


def test_a_field_makes_an_object_of_it_and_a_name_is_taken_once() -> None:
    table = Requests("rounds")

    @table.read
    def named(context: Context, project: str) -> Annotated[tuple[str, ...], Only("names")]:
        return (project,)

    assert table["named"](None, {"project": "x"}) == {"names": ["x"]}  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="is there already"):
        table.read(named)
    with pytest.raises(ValueError, match="two features have a request or part 'named'"):
        joined(table, table)
