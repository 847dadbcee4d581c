"""The tree of rounds: settings, trainings, timings, and the places of references on the map."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Settings
from gal_studio.core.types import Round, RoundKind, TrainingExample
from gal_studio.state.database.connection import Database
from gal_studio.state.tables.projects import new_id

Place = tuple[float, float]


@dataclass(frozen=True)
class Preview:
    """A picture drawn in the middle of a training, on request."""

    step: int
    prompt: str
    seed: int
    image: str


class Rounds:
    """Reads and writes rounds."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, project_id: str, parent_id: str | None, settings: Settings, kind: RoundKind = "fine_tune"
    ) -> Round:
        """A new round: a project's first, or a child of another round, whose number a refinement keeps."""
        number = 1 if parent_id is None else self.get(parent_id).number + (kind == "fine_tune")
        round_id = new_id()
        self._database.write(
            "INSERT INTO rounds (id, project_id, parent_id, number, settings, created, kind) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (round_id, project_id, parent_id, number, json.dumps(settings.to_dict()), self._clock(), kind),
        )
        return self.get(round_id)

    def get(self, round_id: str) -> Round:
        """The round of this id."""
        return _round(self._row(round_id))

    def of_project(self, project_id: str) -> tuple[Round, ...]:
        """All rounds of a project, by number, then by age."""
        rows = self._database.rows(
            "SELECT * FROM rounds WHERE project_id = ? ORDER BY number, created, rowid", (project_id,)
        )
        return tuple(map(_round, rows))

    def children(self, round_id: str) -> tuple[Round, ...]:
        """The rounds that start from this one, the oldest first."""
        rows = self._database.rows(
            "SELECT * FROM rounds WHERE parent_id = ? ORDER BY created, rowid", (round_id,)
        )
        return tuple(map(_round, rows))

    def ancestors(self, round_id: str) -> tuple[Round, ...]:
        """The rounds that led to this one, the first round first, itself left out."""
        line: list[Round] = []
        parent = self.get(round_id).parent_id
        while parent is not None:
            line.append(self.get(parent))
            parent = line[-1].parent_id
        return tuple(reversed(line))

    def settings(self, round_id: str) -> Settings:
        """The settings that this round was made with."""
        return Settings.from_dict(json.loads(self._row(round_id)["settings"]))

    def set_settings(self, round_id: str, settings: Settings) -> None:
        """Fix the settings of a round, as its work starts."""
        self._database.write(
            "UPDATE rounds SET settings = ? WHERE id = ?", (json.dumps(settings.to_dict()), round_id)
        )

    def finish_training(
        self, round_id: str, adapter: str, trained_as: str, examples: Sequence[TrainingExample]
    ) -> None:
        """Note the adapter of a round, what it was trained on, and a fingerprint of all that made it."""
        with self._database.transaction() as writer:
            writer.execute(
                "UPDATE rounds SET adapter = ?, trained_as = ? WHERE id = ?", (adapter, trained_as, round_id)
            )
            writer.execute("DELETE FROM training_sets WHERE round_id = ?", (round_id,))
            for position, example in enumerate(examples):
                writer.execute(
                    "INSERT INTO training_sets VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (round_id, position, example.image, example.prompt, example.weight, example.is_reference,
                     example.mask),
                )  # fmt: skip

    def trained_as(self, round_id: str) -> str | None:
        """The fingerprint of the training behind the adapter; None before the first training."""
        value: str | None = self._row(round_id)["trained_as"]
        return value

    def training_set(self, round_id: str) -> tuple[TrainingExample, ...]:
        """What the round's adapter was trained on; empty before the training."""
        rows = self._database.rows(
            "SELECT * FROM training_sets WHERE round_id = ? ORDER BY position", (round_id,)
        )
        return tuple(
            TrainingExample(
                row["image"], row["prompt"], row["weight"], bool(row["is_reference"]), row["mask"]
            )
            for row in rows
        )

    def save_losses(self, round_id: str, losses: Sequence[tuple[int, float]]) -> None:
        """Keep the loss of some steps; a step that was run again after a crash replaces its row."""
        with self._database.transaction() as writer:
            writer.executemany(
                "INSERT OR REPLACE INTO losses VALUES (?, ?, ?)", [(round_id, *entry) for entry in losses]
            )

    def clear_losses(self, round_id: str, after_step: int = 0) -> None:
        """Forget the losses of later steps: the training goes on from here."""
        self._database.write("DELETE FROM losses WHERE round_id = ? AND step > ?", (round_id, after_step))

    def losses(self, round_id: str) -> tuple[tuple[int, float], ...]:
        """(step, loss) of the last training."""
        rows = self._database.rows("SELECT * FROM losses WHERE round_id = ? ORDER BY step", (round_id,))
        return tuple((row["step"], row["loss"]) for row in rows)

    def set_seconds(self, round_id: str, phase: str, seconds: float) -> None:
        """How long a phase of the round took."""
        self._database.write(
            "INSERT OR REPLACE INTO round_seconds VALUES (?, ?, ?)", (round_id, phase, seconds)
        )

    def add_seconds(self, round_id: str, phase: str, seconds: float) -> None:
        """Add to the time of a phase that is done in parts."""
        self._database.write(
            "INSERT INTO round_seconds VALUES (?, ?, ?) ON CONFLICT (round_id, phase) "
            "DO UPDATE SET seconds = seconds + excluded.seconds",
            (round_id, phase, seconds),
        )

    def seconds(self, round_id: str) -> dict[str, float]:
        """Seconds of each phase: fine_tune, generate, embed, project."""
        rows = self._database.rows("SELECT * FROM round_seconds WHERE round_id = ?", (round_id,))
        return {row["phase"]: row["seconds"] for row in rows}

    def add_forwards(self, round_id: str, forwards: int) -> None:
        """Count U-Net forwards spent on this round's candidates."""
        self._database.write(
            "UPDATE rounds SET unet_forwards = unet_forwards + ? WHERE id = ?", (forwards, round_id)
        )

    def unet_forwards(self, round_id: str) -> int:
        """U-Net forwards spent on this round's candidates; two a step with guidance."""
        return int(self._row(round_id)["unet_forwards"])

    def add_preview(self, round_id: str, preview: Preview) -> None:
        """Keep a picture drawn in the middle of a training."""
        self._database.write(
            "INSERT OR REPLACE INTO training_images VALUES (?, ?, ?, ?, ?, ?)",
            (round_id, preview.step, preview.prompt, preview.seed, preview.image, self._clock()),
        )

    def previews(self, round_id: str) -> tuple[Preview, ...]:
        """The pictures drawn in the middle of the training, by step."""
        rows = self._database.rows(
            "SELECT * FROM training_images WHERE round_id = ? ORDER BY step", (round_id,)
        )
        return tuple(Preview(row["step"], row["prompt"], row["seed"], row["image"]) for row in rows)

    def place_references(self, round_id: str, places: Mapping[str, Place]) -> None:
        """Where the references lie on this round's map."""
        with self._database.transaction() as writer:
            writer.executemany(
                "INSERT OR REPLACE INTO reference_places VALUES (?, ?, ?, ?)",
                [(round_id, reference, x, y) for reference, (x, y) in places.items()],
            )

    def reference_places(self, round_id: str) -> dict[str, Place]:
        """The places of the references on this round's map; empty before the projection."""
        rows = self._database.rows("SELECT * FROM reference_places WHERE round_id = ?", (round_id,))
        return {row["reference_id"]: (row["x"], row["y"]) for row in rows}

    def _row(self, round_id: str) -> sqlite3.Row:
        row = self._database.row("SELECT * FROM rounds WHERE id = ?", (round_id,))
        if row is None:
            raise StudioError(f"There is no round {round_id!r} in this workspace.")
        return row


def _round(row: sqlite3.Row) -> Round:
    return Round(
        row["id"], row["project_id"], row["parent_id"], row["number"], row["adapter"], row["created"],
        row["kind"],
    )  # fmt: skip
