"""The data of refinements (PatchDPO): pairs, patch maps, foregrounds and measurements."""

import hashlib
import json
import math
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.state.database.connection import Database, Repository, record, row_of
from gal_studio.state.tables.painted import Paintings
from gal_studio.state.tables.pair_regions import PairRegions

MapKind = Literal["quality", "reproduction", "shown", "disagreement"]  # the last one in older workspaces


@dataclass(frozen=True)
class PlannedPair:
    """A reference picture y, and how to draw the picture x that it is compared with (Eq. P1).

    `reference_mask` is None where all of y counts; `subject` is the trigger word of an object, empty for a
    style; `weight` multiplies both rows of the pair.
    """

    prompt: str
    seed: int
    reference_image: str
    reference_mask: str | None
    subject: str
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Pair(PlannedPair):
    """A pair of a refinement; `generated_image` is None until x is drawn."""

    id: str
    round_id: str
    position: int
    generated_image: str | None

    @property
    def plan(self) -> PlannedPair:
        """The plan of this pair, without the drawn picture."""
        return PlannedPair(**{field.name: getattr(self, field.name) for field in fields(PlannedPair)})


@dataclass(frozen=True)
class StoredMap:
    """A patch map (Eq. P6): values in [0, 1] of shape (h, w), and the vision model that made them."""

    values: NDArray[np.float32]
    vision_model: str


@dataclass(frozen=True)
class Foreground:
    """The foreground found in a picture; if none was, `mask` is None and `problem` says why."""

    mask: str | None
    problem: str = ""


@dataclass(frozen=True)
class Measurement:
    """A figure before and after a refinement, with the 95 % interval of the paired difference."""

    metric: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    images: int


def pair_id(round_id: str, plan: PlannedPair) -> str:
    """A deterministic ID: planning the same pair of a refinement again keeps it."""
    text = f"{round_id}/pair/{plan.prompt}/{plan.seed}/{plan.reference_image}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Refinements(Repository):
    """Reads and writes refinements."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        super().__init__(database, clock)
        self.paintings = Paintings(database, clock)
        self.regions = PairRegions(database, clock)

    def plan(self, round_id: str, planned: Sequence[PlannedPair]) -> tuple[Pair, ...]:
        """Store the plan. Drawn pictures stay; pairs whose masks changed lose their maps and regions."""
        ids = [pair_id(round_id, plan) for plan in planned]
        with self._database.transaction():
            masks = {pair.id: pair.reference_mask for pair in self.pairs(round_id)}
            for gone in masks.keys() - set(ids):
                self._database.delete("pairs", id=gone)
                self._database.delete("patch_maps", owner_id=gone)
            for position, (identity, plan) in enumerate(zip(ids, planned, strict=True)):
                if masks.get(identity, plan.reference_mask) != plan.reference_mask:
                    self._database.delete("patch_maps", owner_id=identity)
                    self.regions.delete(identity)
                row = row_of("pairs", plan, id=identity, round_id=round_id, position=position)
                self._database.upsert("pairs", row, once=("id", "round_id"))
        return self.pairs(round_id)

    def pairs(self, round_id: str) -> tuple[Pair, ...]:
        """The pairs of a refinement in order; empty before they are planned."""
        rows = self._database.rows("SELECT * FROM pairs WHERE round_id = ? ORDER BY position", (round_id,))
        return tuple(Pair(**row) for row in rows)

    def pair(self, identity: str) -> Pair:
        """The pair with this ID."""
        return Pair(**self._database.row_by_id("pair", identity, "SELECT * FROM pairs WHERE id = ?"))

    def keep_drawn(self, drawn: Iterable[tuple[str, str]]) -> None:
        """Store x of some pairs, given as (pair ID, picture); idempotent."""
        with self._database.transaction():
            for identity, image in drawn:
                self._database.update("pairs", {"id": identity}, generated_image=image)

    def copy(self, source_id: str, target_id: str) -> None:
        """Give a refinement the pairs of another one, with their pictures, maps and newest paintings."""
        with self._database.transaction() as writer:
            source = self.pairs(source_id)
            painted = self.paintings.newest(source_id)
            copies = self.plan(target_id, [pair.plan for pair in source])
            for old, new in zip(source, copies, strict=True):
                if old.generated_image is not None:
                    self.keep_drawn([(new.id, old.generated_image)])
                writer.execute(
                    "INSERT OR REPLACE INTO patch_maps SELECT ?, kind, height, width, map_values, "
                    "vision_model, subject FROM patch_maps WHERE owner_id = ?",
                    (new.id, old.id),
                )
                self.regions.copy(old.id, new.id)
                if old.id in painted:
                    self.paintings.add(target_id, new.id, painted[old.id], "human")

    def save_map(self, owner_id: str, kind: MapKind, stored: StoredMap, subject: str = "") -> None:
        """Store the map of a pair or a candidate, or of one subject in it; idempotent."""
        height, width = stored.values.shape
        values = np.ascontiguousarray(stored.values, dtype="<f2").tobytes()
        own = {"owner_id": owner_id, "kind": kind, "subject": subject}
        row = row_of("patch_maps", stored, **own, height=height, width=width, map_values=values)
        self._database.insert("patch_maps", row, instead="replace")

    def maps(self, owner_id: str, kind: MapKind) -> dict[str, StoredMap]:
        """The maps of a pair or a candidate by subject, the oldest first."""
        sql = "SELECT * FROM patch_maps WHERE owner_id = ? AND kind = ? ORDER BY rowid"
        return {row["subject"]: _map(row) for row in self._database.rows(sql, (owner_id, kind))}

    def map(self, owner_id: str, kind: MapKind) -> StoredMap | None:
        """The map of a whole picture; None if it has none, or one for each subject."""
        return self.maps(owner_id, kind).get("")

    def maps_of_pairs(self, round_id: str) -> dict[str, dict[MapKind, StoredMap]]:
        """The maps of whole pictures of each pair of a refinement."""
        sql = (
            "SELECT patch_maps.* FROM patch_maps JOIN pairs ON pairs.id = owner_id WHERE round_id = ? "
            "AND patch_maps.subject = ''"
        )
        found: dict[str, dict[MapKind, StoredMap]] = {}
        for row in self._database.rows(sql, (round_id,)):
            found.setdefault(row["owner_id"], {})[row["kind"]] = _map(row)
        return found

    def best_quality(self, owners: Sequence[str]) -> dict[str, float]:
        """The mean patch quality of some candidates that were judged, of the best subject of each."""
        sql = (
            "SELECT * FROM patch_maps WHERE kind = 'quality' AND owner_id IN (SELECT value FROM json_each(?))"
        )
        found: dict[str, float] = {}
        for row in self._database.rows(sql, (json.dumps([*owners]),)):
            mean = float(_map(row).values.mean())
            found[row["owner_id"]] = max(mean, found.get(row["owner_id"], mean))
        return found

    def judged_candidates(self, round_id: str, vision_model: str, by_subject: bool) -> frozenset[str]:
        """The candidates of a round with maps of this vision model, of the whole picture or by subject."""
        rows = self._database.rows(
            "SELECT owner_id FROM patch_maps JOIN candidates ON candidates.id = owner_id "
            "WHERE round_id = ? AND kind = 'quality' AND patch_maps.vision_model = ? AND (subject <> '') = ?",
            (round_id, vision_model, by_subject),
        )
        return frozenset(row["owner_id"] for row in rows)

    def forget_quality(self, reference_id: str) -> None:
        """Forget the quality maps of all candidates that this reference judged: its mask has changed."""
        self._database.write(
            "DELETE FROM patch_maps WHERE kind = 'quality' AND owner_id IN "
            "(SELECT candidates.id FROM candidates JOIN rounds ON rounds.id = round_id "
            "JOIN project_references USING (project_id) WHERE project_references.id = ?)",
            (reference_id,),
        )

    def keep_foreground(self, image: str, found: Foreground) -> None:
        """Store the foreground found in a picture, or that there is none; idempotent."""
        self._database.insert("foregrounds", row_of("foregrounds", found, image=image), instead="replace")

    def foreground(self, image: str) -> Foreground | None:
        """The foreground found in a picture; None if it was not searched yet."""
        row = self._database.row("SELECT * FROM foregrounds WHERE image = ?", (image,))
        return None if row is None else Foreground(row["mask"], row["problem"])

    def foregrounds(self, images: Sequence[str]) -> dict[str, Foreground]:
        """The foregrounds of those pictures that were searched."""
        sql = "SELECT * FROM foregrounds WHERE image IN (SELECT value FROM json_each(?))"
        rows = self._database.rows(sql, (json.dumps([*images]),))
        return {row["image"]: Foreground(row["mask"], row["problem"]) for row in rows}

    def set_limits(self, project_id: str, vision_model: str, limits: Limits) -> None:
        """Fix the measured limits of a vision model (Eq. P6) for a project; later calls change nothing."""
        own = {"project_id": project_id, "vision_model": vision_model, "lows": json.dumps(limits.lows)}
        self._database.insert("vision_limits", row_of("vision_limits", limits, **own), instead="ignore")

    def limits(self, project_id: str, vision_model: str) -> Limits | None:
        """The fixed limits; None before they are measured."""
        return self.all_limits(project_id).get(vision_model)

    def all_limits(self, project_id: str) -> dict[str, Limits]:
        """The fixed limits of each vision model; those of former versions are for one reference only."""
        rows = self._database.rows("SELECT * FROM vision_limits WHERE project_id = ?", (project_id,))
        return {row["vision_model"]: record(Limits, row, lows=_lows(row["lows"])) for row in rows}

    def save_measurements(self, round_id: str, measured: Sequence[Measurement]) -> None:
        """Store the measurements of a refinement in the place of earlier ones."""
        rows = [row_of("measurements", one, round_id=round_id) for one in measured]
        with self._database.transaction():
            self._database.delete("measurements", round_id=round_id)
            self._database.insert("measurements", *rows)

    def measurements(self, round_id: str) -> tuple[Measurement, ...]:
        """The measurements of a refinement in order; empty before it is measured."""
        columns = ", ".join(field.name for field in fields(Measurement))
        sql = f"SELECT {columns} FROM measurements WHERE round_id = ? ORDER BY rowid"
        return tuple(Measurement(*row) for row in self._database.rows(sql, (round_id,)))


def _map(row: sqlite3.Row) -> StoredMap:
    """The map of a row; refused if it has not as many finite values as its sides say."""
    data, shape = row["map_values"], (row["height"], row["width"])
    if min(shape) >= 1 and len(data) == 2 * math.prod(shape):
        values = np.frombuffer(data, dtype="<f2").astype(np.float32)
        if np.isfinite(values).all():
            return StoredMap(values.reshape(shape), row["vision_model"])
    raise StudioError("A patch map is damaged: run gal-studio doctor on this workspace.")


def _lows(text: str) -> tuple[float, ...]:
    match strict_json.stored(text):
        case [*lows] if all(type(low) in (int, float) for low in lows):
            return tuple(map(float, lows))
    raise StudioError("The limits of a vision model are damaged: run gal-studio doctor on this workspace.")
