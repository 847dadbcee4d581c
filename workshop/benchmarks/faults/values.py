"""Damage stored values one by one: the list of projects, the page and the doctor go on.

    python -m workshop.benchmarks.faults values --every 1

Each column of each table gets values that are not of its type, and values of its type that nothing writes:
huge and negative numbers, dates beyond the calendar, words that mean nothing, IDs of another project's rows.
Goals: the list names all projects, every answer is strict JSON and none is a bug, the doctor ends with a
report, after `--repair` everything can be asked for, and nothing is written or removed outside of the
workspace, also when what was put aside is deleted.
"""

import argparse
import logging
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.features.trials.verbs import try_prompt
from gal_studio.state import Store
from gal_studio.state.database.tables import TABLES
from gal_studio.studio import Studio
from gal_studio.studio.views.everything import show_all
from gal_studio.ui.api.errors import UNEXPECTED
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.panels.everything import REQUESTS
from gal_studio.ui.requests import Context
from gal_studio.workspace.check import examine
from gal_studio.workspace.delete import delete_project
from gal_studio.workspace.repair import repair
from tests.asked import requests_about
from tests.workspace.filled import fill
from workshop.benchmarks.attack.confined import confined

ODD: dict[str, tuple[Any, ...]] = {
    "TEXT": (b"\xff\xfe\x00", "../../x", "[" * 90, 7),
    "INTEGER": ("x", 9e999, b"\x00"),
    "REAL": ("x", 9e999, b"\x00"),
    "BLOB": ("x", b"\x01", 3),
}
"""Values that a column of each kind should not have."""
UNUSUAL: dict[str, tuple[Any, ...]] = {
    "TEXT": ("unknown word", "{}", "[]", "\u202e\x00", None),
    "INTEGER": (-1, 2**62, None),
    "REAL": (1e308, -5.0, 253402300800.0, None),
    "BLOB": (b"", b"\x00\x00\xc0\x7f", None),
}
"""Values of its type that nothing writes; the last but one real number is a time in the year 10000."""
OTHERS, NOBODYS = "the other project's", "nobody's"
"""IDs of rows that a column refers to."""


@dataclass
class Outcome:
    """What became of the damaged workspaces."""

    fates: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def damages() -> Iterator[tuple[str, str, Any]]:
    """Table, column and value of each damage."""
    for table in TABLES:
        for column in table.columns:
            values = [*ODD[column.kind], *UNUSUAL[column.kind]]
            values += [OTHERS, NOBODYS] if column.target or column.name in table.loose else []
            yield from ((table.name, column.name, value) for value in values)


def try_values(
    folder: Path,
    every: int = 1,
    first: int = 0,
    only: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Damage every n-th value of a filled workspace, each in a copy; `tell` hears what is wrong."""
    outcome, whole, told = Outcome(), folder / "whole", 0
    with Store(whole) as store:
        project = fill(store, Random(1))
        fill(store, Random(2), "Dog")
        try_prompt(Studio(store), store.rounds.of_project(project.id)[0].id, "A kite {}")  # a job that waits
        asked = [("poll", {}), ("queue", {}), *requests_about(store, project.id)]
        asked = [(name, request) for name, request in asked if name in REQUESTS]
        names = set(store.projects.names())
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    for number, (table, column, value) in enumerate(damages()):
        if number % every == first % every and only in (table, column, ""):
            place = folder / str(number)
            shutil.copytree(whole, place)
            if _damage(place, table, column, value):
                with confined(place):
                    _try(outcome, place, f"{table}.{column} = {value!r}"[:60], names, asked)
            shutil.rmtree(place)
            for wrong in outcome.wrong[told:]:
                tell(f"{number}: {wrong}")
            told = len(outcome.wrong)
    return outcome


def _damage(place: Path, table: str, column: str, value: Any) -> bool:
    """Damage the first row of a table; whether it has one, and can hold the value."""
    with closing(sqlite3.connect(place / "studio.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        if value in (OTHERS, NOBODYS):
            value = _another_id(connection, table, column) if value == OTHERS else "0" * 16
        sql = f"UPDATE {table} SET {column} = ? WHERE rowid = (SELECT MIN(rowid) FROM {table})"
        try:
            return connection.execute(sql, (value,)).rowcount > 0
        except sqlite3.Error:  # a key is a whole number
            return False


def _another_id(connection: sqlite3.Connection, table: str, column: str) -> Any:
    """The ID of the last row that a column may refer to: of the second project."""
    declared = next(one for one in TABLES if one.name == table)
    target = next(one for one in declared.columns if one.name == column).target or "candidates"
    found = connection.execute(f"SELECT id FROM {target} ORDER BY rowid DESC").fetchone()
    return "0" * 16 if found is None else found[0]  # such as of the workers, of which there are none


def _try(outcome: Outcome, place: Path, name: str, names: set[str], asked: list[Any]) -> None:
    try:
        with Store(place) as store:
            outcome.wrong += [f"{name}: {one}" for one in _asked(store, names, asked, name)]
            repair(store, examine(store, show=show_all))
            outcome.wrong += [f"{name}, repaired: {one}" for one in _asked(store, names, asked, name)]
            left = examine(store, show=show_all)
            put_aside = store.projects.archived()
            for project_id in put_aside:
                with suppress(StudioError):
                    delete_project(store, project_id)
            outcome.fates["archived" if put_aside else "whole"] += 1
            outcome.fates["left"] += bool(left)
    except Exception as error:
        kind = "refused" if isinstance(error, StudioError) else "failed"
        outcome.fates[kind] += 1
        outcome.wrong.append(f"{name}: {kind}, {type(error).__name__} {str(error)[:100]}")


def _asked(store: Store, names: set[str], asked: list[Any], name: str) -> Iterator[str]:
    """What is wrong with the answers about a workspace."""
    context = Context(ViewCache(Studio(store)))
    listed = REQUESTS["overview"].handler(context)({})
    shown = {one["id"] for one in listed.get("projects", ())}
    if len(shown) < len(names) or (len(shown & names) < len(names) and ".id" not in name):
        yield f"the list has {len(shown)} of {len(names)} projects ({listed.get('error', '')[:80]})"
    for request, given in asked:
        answer = REQUESTS[request].handler(context)(given)
        if answer.get("error") == UNEXPECTED:
            yield f"{request} is a bug"
            return
        if not _is_strict(answer):
            yield f"the answer to {request} is no strict JSON"
            return


def _is_strict(answer: Any) -> bool:
    try:
        strict_json.dumps(answer)
    except StudioError:
        return False
    return True


def _tell(line: str) -> None:
    print(ascii(line), file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="damage every n-th value")
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--only", default="", help="the values of one table, or of the columns of one name")
    args = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        outcome = try_values(Path(folder), args.every, args.first, args.only, tell=_tell)
    print(dict(outcome.fates))
    print("wrong:", *(outcome.wrong or ["nothing"]), sep="\n  ")


if __name__ == "__main__":
    main()
