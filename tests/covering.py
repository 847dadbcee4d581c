"""Which tests of a product the normal check runs: each value of each parameter once.

A test of engine, worker or a feature with two parameters or more, of its own or of its fixtures, is a
product: families by forms, say; so is that of refused writes. The rows of one `parametrize` are the values of
one parameter. What is left is marked `thorough`, so that `launch.py --check-all` and a plain `pytest` run
every combination.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

COVERED = ("tests/engine/", "tests/worker/", "tests/features/", "tests/state/test_refused_writes.py")


def few(values: Mapping[str, object], *names: str) -> list[Any]:
    """Values of a parameter by their names: these in every check, the others in `--check-all`."""
    marks = {name: () if name in names else pytest.mark.thorough for name in values}
    return [pytest.param(value, id=name, marks=marks[name]) for name, value in values.items()]


def mark_the_rest(items: Iterable[pytest.Item]) -> None:
    """Mark what a covering of each product leaves out as `thorough`."""
    products: dict[str, list[pytest.Item]] = {}
    for item in items:
        if not item.nodeid.startswith(COVERED):
            continue
        if hasattr(item, "callspec") and not item.get_closest_marker("thorough"):
            products.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for product in products.values():
        kept = covering([item.callspec._idlist for item in product])  # type: ignore[attr-defined]
        for number, item in enumerate(product):
            if number not in kept:
                item.add_marker("thorough")


def covering(rows: Sequence[Sequence[str]]) -> set[int]:
    """The numbers of rows that together have each value of each column, chosen greedily from the first."""
    values = [set(enumerate(row)) for row in rows]
    missing, kept = set().union(*values), set[int]()
    while missing:
        best = max(range(len(rows)), key=lambda number: (len(values[number] & missing), -number))
        kept.add(best)
        missing -= values[best]
    return kept
