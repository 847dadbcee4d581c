"""Databases with rows that refer to themselves, to each other or elsewhere, and with odd values."""

import shutil
import sqlite3
import traceback
from contextlib import closing, suppress
from pathlib import Path
from random import Random

from gal_studio.commands.doctor import check_workspace
from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.state.database.tables import Table
from gal_studio.studio import Studio
from gal_studio.workspace.archive.project_tables import OF_A_PROJECT, own_columns
from tests.workspace.filled import fill
from workshop.benchmarks.attack.archives import ODD_ROWS
from workshop.benchmarks.attack.target import Target

_REFERRING = [(table, column) for table in OF_A_PROJECT for column in table.columns if column.target]
_OWN = [(table, column) for table in OF_A_PROJECT for column in own_columns(table)]


def workspace(target: Target, random: Random) -> None:
    """Damage a workspace: the doctor ends with sentences, and every project is listed, whole or broken."""
    whole, folder = target.folder / "whole", target.folder / "damaged"
    if not whole.exists():
        with Store(whole, reserve=0) as store:
            fill(store, Random(1))
            fill(store, Random(2), "Dog")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    done = _damage(folder, random)
    target.tally.add("workspaces", "tried")
    try:
        check_workspace(folder, repair=False)
        check_workspace(folder, repair=True)
        with Store(folder) as store:
            studio, names = Studio(store), store.projects.names()
            listed = {one.id for one in studio.projects()} | {one.id for one in studio.broken_projects()}
        if listed != names.keys():
            target.tally.add("workspaces", "unopenable", example=f"{done}: {listed} of {names}")
        target.tally.add("workspaces", "taken")
    except StudioError:
        return
    except Exception:
        target.tally.add("workspaces", "tracebacks", example=f"{done} {traceback.format_exc()[-900:]}")


def _damage(folder: Path, random: Random) -> list[str]:
    """Run a few statements that no rule of the tables hinders; returns them."""
    done = []
    with closing(sqlite3.connect(folder / "studio.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for _ in range(random.choice((1, 1, 2, 4))):
            sql, values = _statement(random)
            done.append(f"{sql} {values}")
            with suppress(sqlite3.Error):  # a key that is there already
                connection.execute(sql, values)
    return done


def _statement(random: Random) -> tuple[str, tuple[object, ...]]:
    turn = random.random()
    if turn < 0.4:
        table, column = random.choice(_OWN)
        other = random.choice(("id", f"(SELECT id FROM {table.name} ORDER BY random() LIMIT 1)"))
        return f"UPDATE {table.name} SET {column} = {other}{_where(random, table)}", ()
    if turn < 0.7:
        table, one = random.choice(_REFERRING)
        other = f"(SELECT id FROM {one.target} ORDER BY random() LIMIT 1)"
        return f"UPDATE {table.name} SET {one.name} = {other}{_where(random, table)}", ()
    table = random.choice(OF_A_PROJECT)
    odd = random.choice([one for one in ODD_ROWS if not isinstance(one, dict)])
    return f"UPDATE {table.name} SET {random.choice(table.names)} = ?{_where(random, table)}", (odd,)


def _where(random: Random, table: Table) -> str:
    """Some of the rows of a table, or all."""
    some = f" WHERE rowid IN (SELECT rowid FROM {table.name} ORDER BY random() LIMIT 2)"
    return random.choice(("", some, some))
