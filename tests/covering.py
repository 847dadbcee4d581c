"""Which tests of a product the normal check runs: two model families, and each value of each parameter once.

A test of engine, worker or a feature with two parameters or more, of its own or of its fixtures, is a
product: families by forms, say; so is that of refused writes. The rows of one `parametrize` are the values of
one parameter. The families are a U-Net, Stable Diffusion 1, and a transformer, FLUX.2 klein. Others run where
a test has no case of these two, and in `EVERY_FAMILY`: there each opens, generates, trains, reads a LoRA and
writes one. What is left is marked `thorough`, so that `launch.py --check-all` and a plain `pytest` run every
combination.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

COVERED = (
    "tests/engine/",
    "tests/worker/",
    "tests/features/",
    "tests/state/test_refused_writes.py",
)
OTHERS = re.compile(r"(?i)(?<![a-z])((sd)?xl|sd2|wide_two|tiny_two|z[-_ ]image|krea|qwen|anima)(?![a-z])")
EVERY_FAMILY = (
    "tests/engine/families/test_same_as_stock.py::test_guided_pictures",
    "tests/engine/loras/test_foreign.py",
    "tests/engine/loras/test_foreign_kinds.py",
    "tests/engine/models/test_one_file",
    "tests/engine/training/test_buckets.py::test_gradients_flow_from_every_shape",
    "tests/features/exports/test_forms.py",
    "tests/features/exports/test_workflow.py::test_its_nodes",
)


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
    for name, product in products.items():
        two = [item for item in product if not OTHERS.search(item.name.partition("[")[2])]
        chosen = product if name.startswith(EVERY_FAMILY) or not two else two
        kept = {chosen[number] for number in covering([item.callspec._idlist for item in chosen])}  # type: ignore[attr-defined]
        for item in product:
            if item not in kept:
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
