"""Which tests of a product the normal check runs: each value of each parameter once.

A test of engine, worker or a feature with two parameters or more, of its own or of its fixtures, is a
product: families by forms, say. The rows of one `parametrize` are the values of one parameter. What is left
is marked `thorough`, so that `launch.py --check-all` and a plain `pytest` run every combination.
"""

from collections.abc import Iterable, Sequence

import pytest

WITH_MODELS = ("tests/engine/", "tests/worker/", "tests/features/")


def mark_the_rest(items: Iterable[pytest.Item]) -> None:
    """Mark what a covering of each product leaves out as `thorough`."""
    products: dict[str, list[pytest.Item]] = {}
    for item in items:
        if not item.nodeid.startswith(WITH_MODELS):
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
