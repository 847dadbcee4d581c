"""Rows that name one of their table that came before, as rounds do: loops of them are found, and cut."""

from gal_studio.core.loops import ordered
from gal_studio.core.variants.registry import VARIANTS
from gal_studio.core.words import listed
from gal_studio.state.database.tables import Table
from gal_studio.state.store import Store
from gal_studio.workspace.archive.project_tables import own_columns

_SHOWN = 3


def loops_in(store: Store, table: Table) -> list[tuple[str | int, str | int]]:
    """For each loop in a table the ID of its first row, and of the one that this says it came after."""
    columns = own_columns(table)
    if not columns:
        return []
    age = "number, rowid" if "number" in table.names else "rowid"
    rows = store.database.unchecked_rows(f"SELECT id, {', '.join(columns)} FROM {table.name} ORDER BY {age}")
    return ordered({row["id"]: [row[one] for one in columns] for row in rows})[1]


def begins_with(store: Store, table: Table) -> str:
    """What the loops in a table begin with: "Round 2 of 'Cat'"; "" without any."""
    first = list(dict.fromkeys(row for row, _ in loops_in(store, table)))
    more = [f"{len(first) - _SHOWN} more"] if len(first) > _SHOWN else []
    return listed([*(_name(store, table, row) for row in first[:_SHOWN]), *more])


def cut_loops(store: Store, table: Table) -> None:
    """Let the first row of each loop come after none, or after the one before it where it has to have one.

    That is so of a step that undoes another one, and of a refinement.
    """
    statements = [
        f"UPDATE {table.name} SET {column} = {_before(table, column)} WHERE id = ? AND {column} = ?"
        for column in own_columns(table)
    ]
    with store.database.transaction() as writer:
        while cut := loops_in(store, table):  # each time fewer rows come after a newer one
            if not sum(writer.execute(sql, link).rowcount for link in cut for sql in statements):
                break  # IDs that are no text


def _before(table: Table, column: str) -> str:
    """SQL for the row before one that has to have one; NULL for any other."""
    if column == "copy_of":
        return "NULL"
    owner = table.owner[0]
    found = f"SELECT one.id FROM {table.name} AS one WHERE one.{owner} = {table.name}.{owner}"
    last = f"one.rowid < {table.name}.rowid ORDER BY one.rowid DESC LIMIT 1"
    if table.name != "rounds":
        return f"({found} AND {last})"
    kinds = ", ".join(f"'{one.name}'" for one in VARIANTS if one.refines)
    return (
        f"CASE WHEN kind IN ({kinds}) THEN ({found} AND one.number = rounds.number AND "
        f"one.kind NOT IN ({kinds}) AND {last}) END"
    )


def _name(store: Store, table: Table, row: str | int) -> str:
    if table.name != "rounds":
        return f"row {row}"
    sql = (
        "SELECT rounds.title, rounds.number, projects.name FROM rounds JOIN projects ON projects.id = "
        "project_id WHERE rounds.id = ?"
    )
    found = store.database.unchecked_rows(sql, (row,))
    return f"{found[0][0] or f'Round {found[0][1]}'} of {found[0][2]!r}" if found else f"row {row}"
