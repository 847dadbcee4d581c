"""Read everything of a project, so that whatever the studio would stumble over is found."""

import math
from collections.abc import Iterator
from typing import get_args

import numpy as np

from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import shown_rounds
from gal_studio.state.database.connection import Undecoded
from gal_studio.state.database.tables import TYPES, Column, Table
from gal_studio.state.files.inside import is_id
from gal_studio.state.hooks import all_hooks
from gal_studio.state.store import Store
from gal_studio.state.tables.candidates import vector
from gal_studio.state.tables.refinements import MapKind
from gal_studio.workspace.archive.project_tables import OF_A_PROJECT, project_rows, rows_of

TIMES = frozenset({"created", "time", "started", "finished"})
LATEST = 2**32  # seconds since 1970, in the year 2106
_MISFITS = (
    "SELECT 1 FROM pairs JOIN pair_regions ON pair_id = pairs.id LEFT JOIN patch_maps ON owner_id = pair_id "
    "WHERE round_id = ? AND (patch_maps.height, patch_maps.width) "
    "IS NOT (pair_regions.height, pair_regions.width)"
)
LONGEST_TEXT = 20_000  # characters of a name, a prompt or a message; JSON may be longer


def read_project(store: Store, project_id: str) -> None:
    """Read every row of a project; raises what is wrong with one."""
    for problem in damaged_values(store, project_id):
        raise StudioError(problem)
    references = store.projects.references(project_id)
    if not references and store.projects.get(project_id).has_references:
        raise StudioError("The project has no reference.")
    rounds = store.rounds.of_project(project_id)
    if not shown_rounds(rounds):
        raise StudioError("The project has no visible round.")
    for reference in references:
        store.projects.masks.can_undo(reference.id)
    store.refinements.all_limits(project_id)
    for round_ in rounds:
        _read_round(store, round_.id)
    for hooks in all_hooks():
        tuple(hooks.rows(store, project_id))


def _read_round(store: Store, round_id: str) -> None:
    here = store.rounds.get(round_id)
    _ = here.settings, here.prior_drawing
    store.history.stacks(round_id)
    store.refinements.paintings.can_undo(round_id)
    features = list(store.candidates.features(round_id).values())
    sql = "SELECT feature FROM reference_places WHERE round_id = ? AND feature IS NOT NULL"
    features += [vector(row["feature"]) for row in store.database.rows(sql, (round_id,))]
    if features and not np.isfinite(np.stack(features)).all():
        raise StudioError("A feature is not finite.")
    if store.database.unchecked_rows(_MISFITS, (round_id,)):
        raise StudioError("The regions of a pair do not fit its maps.")
    owners = [candidate.id for candidate in store.candidates.with_own(round_id)]
    for owner in owners + [pair.id for pair in store.refinements.pairs(round_id)]:
        for kind in get_args(MapKind):
            store.refinements.maps(owner, kind)


def damaged_values(store: Store, project_id: str) -> Iterator[str]:
    """The columns of a project with a value that is not of their type, is no text that can be read, or is the
    ID of a row of another project.
    """
    for table in OF_A_PROJECT:
        for row in project_rows(store.database.undecoded_rows, table, project_id):
            for column in table.columns:
                is_named = (table.has_id and column.name == "id") or column.name in table.loose
                if not _is_sound(column, row[column.name]) or (is_named and not _is_id(row[column.name])):
                    yield f"A value of {table.name}.{column.name} is damaged."
        for column in table.columns:
            if _leads_elsewhere(store, project_id, table, column):
                yield f"A row of {table.name} refers by {column.name} to another project."


def _leads_elsewhere(store: Store, project_id: str, table: Table, column: Column) -> bool:
    """Whether a row of the project refers to a row that is not of it."""
    target = next((one for one in OF_A_PROJECT if one.name == column.target), None)
    if target is None or column.name in table.owner[:1]:
        return False
    sql = (
        f"SELECT 1 FROM {table.name} WHERE rowid IN ({rows_of(table)}) AND {column.name} NOT IN "
        f"(SELECT id FROM {target.name} WHERE rowid IN ({rows_of(target)})) LIMIT 1"
    )
    return bool(store.database.unchecked_rows(sql, {"project": project_id}))


def _is_id(value: bytes) -> bool:
    return is_id(value.decode())


def _is_sound(column: Column, value: object) -> bool:
    if value is None:
        return not column.required
    if isinstance(value, Undecoded):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return False
        if len(value) > LONGEST_TEXT and value[0] not in "[{":
            return False
    if type(value) not in TYPES[column.kind]:
        return False
    if column.name in TIMES and isinstance(value, (int, float)):
        return 0 <= value <= LATEST
    return not isinstance(value, float) or math.isfinite(value)
