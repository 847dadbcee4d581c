"""The tree of rounds: settings, trainings, timings, and places of references on the map."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.core import strict_json
from gal_studio.core.gal.validation import Validation
from gal_studio.core.records.round import Round
from gal_studio.core.settings import GenerationSettings, Settings, read_settings
from gal_studio.core.snapshot import KeptStep, Preview
from gal_studio.core.types import MapPlace, TrainingExample
from gal_studio.core.variants.registry import find_variant
from gal_studio.state.database.connection import Repository, record, row_of
from gal_studio.state.database.tables import table_named
from gal_studio.state.tables.projects import derived_id


@dataclass(frozen=True)
class Timings:
    """Seconds of a training step, and of a picture with its scores; None where nothing was timed.

    `settings` are those of the newest round with timed pictures.
    """

    step: float | None
    picture: float | None
    settings: Settings | None = None


class Rounds(Repository):
    """Reads and writes rounds."""

    def add(
        self, project_id: str, parent_id: str | None, settings: Settings, kind: str = "fine_tune"
    ) -> Round:
        """Add a project's first round, or a child of a round; a refinement has the number of its parent.

        An instant round has the number 0, and no parent.
        """
        variant = find_variant(kind)
        written = strict_json.dumps(settings.to_dict())
        with self._database.transaction() as writer:
            row = writer.execute(
                "INSERT INTO rounds (id, project_id, parent_id, number, settings, created, kind) VALUES "
                "(:id, :project, :parent, COALESCE((SELECT number FROM rounds WHERE id = :parent) + :more, "
                ":first), :settings, :created, :kind) RETURNING *",
                {
                    "id": derived_id(writer, "rounds", project_id, parent_id, kind),
                    "project": project_id,
                    "parent": parent_id,
                    "more": int(variant.counts_on),
                    "first": variant.first_number,
                    "settings": written,
                    "created": self._clock(),
                    "kind": kind,
                },
            ).fetchone()
        return record(Round, row)

    def add_given(self, project_id: str, settings: Settings, source: str, adapter: str, title: str) -> Round:
        """Add a first round whose adapter is a LoRA from elsewhere, the file `source`."""
        with self._database.transaction():
            made = self.add(project_id, None, settings)
            self._set(made.id, source=source, adapter=adapter, title=title)
        return self.get(made.id)

    def put_below(self, round_id: str, parent_id: str) -> None:
        """Let a first round in which nothing was done start from another one."""
        self._set(round_id, parent_id=parent_id)

    def get(self, round_id: str) -> Round:
        """The round with this ID."""
        sql = "SELECT * FROM rounds WHERE id = ?"
        return record(Round, self._database.row_by_id("round", round_id, sql))

    def of_project(self, project_id: str) -> tuple[Round, ...]:
        """All rounds of a project, by number, then the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM rounds WHERE project_id = ? ORDER BY number, rowid", (project_id,)
        )
        return tuple(record(Round, row) for row in rows)

    def set_title(self, round_id: str, title: str) -> None:
        """Name a round; empty: by its number."""
        self._set(round_id, title=title)

    def set_starred(self, round_id: str, starred: bool) -> None:
        """Mark a round with a star, or remove it."""
        self._set(round_id, starred=starred)

    def set_archived(self, round_id: str, archived: bool) -> None:
        """Hide a round with all that come after it, or show it again."""
        self._set(round_id, archived=archived)

    def set_settings(self, round_id: str, settings: Settings) -> None:
        """Fix the settings of a round when its work starts."""
        self._set(round_id, settings=strict_json.dumps(settings.to_dict()))

    def end_training_at(self, round_id: str, step: int | None) -> None:
        """End the training of a round at this step; None: at its last one."""
        self._set(round_id, ends_at=step)

    def keep_prior_drawing(self, round_id: str, drawing: GenerationSettings | None = None) -> None:
        """Keep how prior pictures are drawn, by default as the round's settings say now; only once."""
        kept = strict_json.dumps((drawing or self.get(round_id).settings.generation).to_dict())
        self._database.update("rounds", {"id": round_id, "prior_drawing": None}, prior_drawing=kept)

    def finish_training(
        self, round_id: str, adapter: str, trained_as: str, examples: Sequence[TrainingExample]
    ) -> None:
        """Store the adapter of a round, its training set, and the fingerprint of the training."""
        rows = [
            row_of("training_sets", example, round_id=round_id, position=position)
            for position, example in enumerate(examples)
        ]
        with self._database.transaction():
            self._set(round_id, adapter=adapter, trained_as=trained_as)
            self._database.delete("training_sets", round_id=round_id)
            self._database.insert("training_sets", *rows)

    def training_set(self, round_id: str) -> tuple[TrainingExample, ...]:
        """What the round's adapter was trained on; empty before the training."""
        rows = self._database.rows(
            "SELECT * FROM training_sets WHERE round_id = ? ORDER BY position", (round_id,)
        )
        return tuple(record(TrainingExample, row) for row in rows)

    def training_sets(self, project_id: str) -> dict[str, tuple[TrainingExample, ...]]:
        """What the adapter of each trained round of a project was trained on."""
        found: dict[str, list[TrainingExample]] = {}
        for row in self._database.rows(
            "SELECT training_sets.* FROM training_sets JOIN rounds ON rounds.id = round_id "
            "WHERE project_id = ? ORDER BY round_id, position",
            (project_id,),
        ):
            found.setdefault(row["round_id"], []).append(record(TrainingExample, row))
        return {round_id: tuple(examples) for round_id, examples in found.items()}

    def save_losses(
        self, round_id: str, losses: Sequence[tuple[int, float]], resumed_at: int | None = None
    ) -> None:
        """Store the losses of some steps; a step that runs again after a crash replaces its row.

        `resumed_at` is the first step after the training went on from a checkpoint.
        """
        rows = [
            {"round_id": round_id, "step": step, "loss": loss, "resumed": step == resumed_at}
            for step, loss in losses
            if math.isfinite(loss)
        ]
        self._database.insert("losses", *rows, instead="replace")

    def clear_training(self, round_id: str, after_step: int = 0) -> None:
        """Delete the losses, previews, validations and LoRAs after this step, from which it resumes."""
        with self._database.transaction() as writer:
            for table in ("losses", "training_images", "validations", "kept_steps"):
                writer.execute(f"DELETE FROM {table} WHERE round_id = ? AND step > ?", (round_id, after_step))

    def copy_course(self, source_id: str, target_id: str, until: int | None = None) -> None:
        """Give a round the losses, previews and validations of another one's training, up to a step."""
        with self._database.transaction() as writer:
            for table in ("losses", "training_images", "validations"):
                kept = [name for name in table_named(table).names if name not in ("round_id", "resumed")]
                columns = ", ".join(kept)
                writer.execute(
                    f"INSERT INTO {table} (round_id, {columns}) SELECT ?, {columns} FROM {table} "
                    "WHERE round_id = ? AND step <= COALESCE(?, step)",
                    (target_id, source_id, until),
                )

    def losses(self, round_id: str) -> tuple[tuple[int, float], ...]:
        """(step, loss) of the last training."""
        query = "SELECT step, loss FROM losses WHERE round_id = ? ORDER BY step"
        return tuple((row["step"], row["loss"]) for row in self._database.rows(query, (round_id,)))

    def restarts(self, round_id: str) -> tuple[int, ...]:
        """The first steps of the last training after it went on from a checkpoint."""
        query = "SELECT step FROM losses WHERE round_id = ? AND resumed ORDER BY step"
        return tuple(row["step"] for row in self._database.rows(query, (round_id,)))

    def set_seconds(self, round_id: str, phase: str, seconds: float) -> None:
        """Set the time of a phase."""
        row = {"round_id": round_id, "phase": phase, "seconds": seconds}
        self._database.insert("round_seconds", row, instead="replace")

    def add_seconds(self, round_id: str, phase: str, seconds: float) -> None:
        """Add to the time of a phase that runs in parts."""
        self._database.write(
            "INSERT INTO round_seconds VALUES (?, ?, ?) ON CONFLICT (round_id, phase) "
            "DO UPDATE SET seconds = seconds + excluded.seconds",
            (round_id, phase, seconds),
        )

    def timings(self, base_model: str) -> Timings:
        """How long steps took in the newest rounds of a model, and pictures in the last, by its settings.

        Only rounds with a job here count: those of an imported project ran on another computer.
        """
        here = "EXISTS (SELECT 1 FROM jobs WHERE jobs.project_id = projects.id AND jobs.round_id = rounds.id)"
        sql = ", ".join(
            f"(SELECT TOTAL(spent) / NULLIF(TOTAL(made), 0) FROM (SELECT TOTAL(seconds) AS spent, (SELECT "
            f"COUNT(*) FROM {made} WHERE {made}.round_id = rounds.id) AS made FROM rounds JOIN projects ON "
            "projects.id = project_id JOIN round_seconds ON round_id = rounds.id WHERE base_model = :model "
            f"AND {here} AND phase IN ({phases}) "
            f"GROUP BY rounds.id ORDER BY rounds.rowid DESC LIMIT {rounds}))"
            for made, phases, rounds in (
                ("losses", "'fine_tune'", 5),
                ("candidates", "'generate', 'embed'", 1),
            )
        )
        newest = (
            "(SELECT settings FROM rounds JOIN projects ON projects.id = project_id JOIN round_seconds ON "
            f"round_id = rounds.id WHERE base_model = :model AND {here} AND phase = 'generate' "
            "ORDER BY rounds.rowid DESC LIMIT 1)"
        )
        row = self._database.rows(f"SELECT {sql}, {newest}", {"model": base_model})[0]
        return Timings(row[0] or None, row[1] or None, read_settings(row[2]) if row[2] else None)

    def add_forwards(self, round_id: str, forwards: int) -> None:
        """Add to the number of U-Net forward passes for the candidates of this round."""
        self._database.write(
            "UPDATE rounds SET unet_forwards = unet_forwards + ? WHERE id = ?", (forwards, round_id)
        )

    def add_preview(self, round_id: str, preview: Preview) -> None:
        """Store a picture drawn during the training."""
        row = row_of("training_images", preview, round_id=round_id, time=self._clock())
        self._database.insert("training_images", row, instead="replace")

    def add_validation(self, round_id: str, made: Validation) -> None:
        """Store what held-out prompts say of the training."""
        row = row_of("validations", made, round_id=round_id)
        self._database.insert("validations", row, instead="replace")

    def keep_step(self, round_id: str, kept: KeptStep) -> None:
        """Keep the LoRA of a step, in place of one that was kept of it."""
        self._database.insert("kept_steps", row_of("kept_steps", kept, round_id=round_id), instead="replace")

    def forget_steps(self, round_id: str, steps: Collection[int]) -> None:
        """No longer keep the LoRAs of these steps."""
        with self._database.transaction():
            for step in steps:
                self._database.delete("kept_steps", round_id=round_id, step=step)

    def take_step(self, round_id: str, kept: KeptStep) -> None:
        """Let a round have the LoRA of a step, as if its training had ended there."""
        self._set(round_id, adapter=kept.adapter, trained_as=kept.trained_as, ends_at=kept.ends_at)

    def place_references(
        self,
        round_id: str,
        places: Mapping[str, MapPlace],
        features: Mapping[str, NDArray[np.floating[Any]]] | None = None,
    ) -> None:
        """Store the places of the references on the map of this round, and their unit-norm CLIP features."""
        stored = {name: np.asarray(one, dtype="<f4").tobytes() for name, one in (features or {}).items()}
        rows = [
            {"round_id": round_id, "reference_id": name, "x": x, "y": y, "feature": stored.get(name)}
            for name, (x, y) in places.items()
        ]
        self._database.insert("reference_places", *rows, instead="replace")

    def reference_places(self, round_id: str) -> dict[str, MapPlace]:
        """The places of the references on the map, with all digits (a snapshot has 15); empty before it."""
        sql = "SELECT reference_id, x, y FROM reference_places WHERE round_id = ?"
        rows = self._database.rows(sql, (round_id,))
        return {row["reference_id"]: (row["x"], row["y"]) for row in rows}

    def _set(self, round_id: str, **values: Any) -> None:
        self._database.update("rounds", {"id": round_id}, **values)
