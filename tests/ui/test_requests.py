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


class Own:
    """Something that only Python knows."""


def not_json(context: Context, project: str) -> Annotated[Own, Only("own")]:
    """An answer that cannot be written."""
    return Own()


def asks_own(context: Context, own: Own) -> None:
    """A question that no page can ask."""


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (
            bare,
            r"the request .bare. of .* answers tuple\[str, \.\.\.\]: make it a frozen dataclass",
        ),
        (loose, "make it a frozen dataclass, or Annotated"),
        (untyped, "has no type for 'project'"),
        (not_json, r"the request 'not_json' of .* has a type that is not written as JSON: .*Own"),
        (asks_own, "not written as JSON"),
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


def test_a_part_is_refused_alike() -> None:
    table = Requests("rounds")
    with pytest.raises(TypeError, match=r"the part 'not_json' of .* is not written as JSON"):
        table.part(not_json)
    with pytest.raises(TypeError, match="has no type for 'project'"):
        table.part(untyped)
    assert not table.parts


def test_a_field_makes_an_object_of_it_and_a_name_is_taken_once() -> None:
    table = Requests("rounds")

    @table.read
    def named(context: Context, project: str) -> Annotated[tuple[str, ...], Only("names")]:
        return (project,)

    assert table["named"](None, {"project": "x"}) == {"names": ["x"]}  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="already exists"):
        table.read(named)
    with pytest.raises(ValueError, match="two features have a request or part 'named'"):
        joined(table, table)
