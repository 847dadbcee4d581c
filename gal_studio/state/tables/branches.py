"""Copies of rounds, with which branches begin: the same images, and a choice of their own."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.records.candidate import candidate_id
from gal_studio.core.records.round import Round
from gal_studio.state.database.connection import Repository, insertion, record
from gal_studio.state.database.tables import Table, table_named
from gal_studio.state.tables.projects import derived_id
from gal_studio.state.tables.refinements import PlannedPair, pair_id

_COPIED = (
    "losses", "training_sets", "training_images", "validations", "reference_places", "races",
    "asked_pictures", "candidates", "candidate_scores", "candidate_tags", "sibling_pictures",
    "decision_batches", "decisions", "pairs", "pair_regions", "patch_maps", "paintings", "measurements",
    "findings",
)  # fmt: skip
"""What a copy has of its round: all that was drawn and decided, but no work, time, trials or exports.

It shares the marks of its images (`gal_studio.state.tables.marks`).
"""


DERIVED_IDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "candidates": lambda row: candidate_id(row["round_id"], row["anchor_id"], row["number"]),
    "pairs": lambda row: pair_id(
        row["round_id"], PlannedPair(row["prompt"], row["seed"], row["reference_image"], None, "")
    ),
}
"""Tables whose IDs are computed from the rest of the row."""


class Branches(Repository):
    """Makes copies of rounds, and says what differs after them."""

    def copy(self, round_id: str) -> Round:
        """A round beside this one with its LoRA, its images and its decisions, which go their own way."""
        with self._database.transaction() as writer:
            made = derived_id(writer, "rounds", "copy", round_id)
            own = {"id": made, "created": self._clock(), "copy_of": round_id}
            plain = {"title": "", "starred": 0, "archived": 0, "unet_forwards": 0, "kept": None}
            own |= plain | {"changes": "{}", "seed": None, "difference": ""}
            kept = [name for name in table_named("rounds").names if name not in own]
            writer.execute(
                f"INSERT INTO rounds ({', '.join([*own, *kept])}) "
                f"SELECT :{', :'.join(own)}, {', '.join(kept)} FROM rounds WHERE id = :copy_of",
                own,
            )
            ids: dict[str, dict[Any, Any]] = {"rounds": {round_id: made}}
            for name in _COPIED:
                ids[name] = _copy_rows(writer, table_named(name), ids, made)
        return record(Round, self._database.row_by_id("round", made, "SELECT * FROM rounds WHERE id = ?"))

    def differ(self, round_id: str, changes: Mapping[str, Any], seed: int | None) -> None:
        """Let the rounds after a copy have other settings or another seed."""
        self._database.update("rounds", {"id": round_id}, changes=strict_json.dumps(changes), seed=seed)

    def name(self, round_id: str, words: str) -> None:
        """Say what differs in the branch that a copy begins."""
        self._database.update("rounds", {"id": round_id}, difference=words)

    def keep(self, round_ids: Iterable[str]) -> None:
        """Make the lines through these rounds of a project the main ones, after any others."""
        ids = json.dumps([*round_ids])
        self._database.write(
            "UPDATE rounds SET kept = (SELECT COALESCE(MAX(kept), 0) + 1 FROM rounds AS others "
            "WHERE others.project_id = rounds.project_id) WHERE id IN (SELECT value FROM json_each(?))",
            (ids,),
        )


def _copy_rows(
    writer: sqlite3.Connection, table: Table, ids: Mapping[str, Mapping[Any, Any]], made: str
) -> dict[Any, Any]:
    """Copy the rows that belong to what was copied; returns their new IDs by the old ones."""
    owner, *above = table.owner
    owners = {old: copy for name in above for old, copy in ids.get(name, {}).items()}
    sql = f"SELECT * FROM {table.name} WHERE {owner} IN (SELECT value FROM json_each(?)) ORDER BY rowid"
    if table.name == "decision_batches":  # marks are of the images, which the copy has as well
        sql = sql.replace(" ORDER BY", " AND id NOT IN (SELECT batch_id FROM marks) ORDER BY")
    rows = [dict(row) for row in writer.execute(sql, (json.dumps([*owners]),))]
    new: dict[Any, Any] = {}
    if table.has_id:
        new = {row["id"]: DERIVED_IDS[table.name]({**row, "round_id": made}) for row in rows}
    named = {**ids, table.name: new}
    for row in rows:
        for column in table.columns:
            known = owners if column.name == owner else named.get(column.target or "", {})
            if column.name in table.loose and column.name != owner:
                known = {**ids["candidates"], **ids["pairs"]}
            row[column.name] = known.get(row[column.name], row[column.name])
        if table.has_id:
            row["id"] = new[row["id"]]
        if table.is_numbered:
            number, rest = row.pop("id"), tuple(name for name in table.names if name != "id")
            new[number] = writer.execute(insertion(table.name, rest), row).lastrowid
    if not table.is_numbered:
        writer.executemany(insertion(table.name, table.names), rows)
    return new
