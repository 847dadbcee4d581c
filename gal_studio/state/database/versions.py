"""The version of each project, raised by every write to one of its rows: a view is as old as its version.

Triggers made from the declared tables do it, so that no table and no statement can be forgotten. What a
training writes at every step, and decisions, raise numbers of their own, which not all views depend on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gal_studio.state.database.tables import ROOT, TABLES, Table

_START = "abs(random() % 1000000000)"
"""A version starts anywhere: a project that was deleted and imported again is not taken for itself."""
COMPLETE = f"INSERT OR IGNORE INTO project_versions SELECT id, {_START}, 0, 0 FROM {ROOT}"
"""Gives a version to the projects that have none."""


@dataclass(frozen=True)
class Version:
    """How often a project was written to by decisions, by the steps of trainings, and otherwise."""

    number: int
    decisions: int = 0
    progress: int = 0

    @property
    def without_progress(self) -> tuple[int, int]:
        """What the summaries of rounds depend on."""
        return self.number, self.decisions


def triggers() -> Mapping[str, str]:
    """What makes each trigger, by its name."""
    made = {f"{ROOT}_begin": f"CREATE TRIGGER {ROOT}_begin AFTER INSERT ON {ROOT} BEGIN {COMPLETE}; END"}
    for table in TABLES:
        if table.is_of_a_project() and table.counter:
            made |= {f"{table.name}_{event.lower()}": sql for event, sql in _raise(table)}
    return made


def _raise(table: Table) -> Iterator[tuple[str, str]]:
    for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        yield (
            event,
            f"CREATE TRIGGER {table.name}_{event.lower()} AFTER {event} ON {table.name} BEGIN "
            f"UPDATE project_versions SET {table.counter} = {table.counter} + 1 "
            f"WHERE project_id = {_project_of(table, row)}; END",
        )


def _project_of(table: Table, row: str) -> str:
    """An SQL expression for the project of a row, followed from owner to owner."""
    if not table.owner:
        return f"{row}.id"
    column, *owners = table.owner
    if owners == [ROOT]:
        return f"{row}.{column}"
    tables = {owner.name: owner for owner in TABLES}
    found = [
        f"(SELECT {_project_of(tables[owner], owner)} FROM {owner} WHERE {owner}.id = {row}.{column})"
        for owner in owners
    ]
    return found[0] if len(found) == 1 else f"COALESCE({', '.join(found)})"
