"""Projects that draw another one again: its name, the policy, and what was decided in it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gal_studio.core import strict_json
from gal_studio.core.settings import GenerationSettings, Settings, read_settings
from gal_studio.core.types import PicturePlace
from gal_studio.state.database.connection import Repository, record, row_of
from gal_studio.state.store import Store


@dataclass(frozen=True)
class RecordedDecision:
    """A verdict of a person on one picture, with the part and the weight that they gave it.

    `seen` is the hash of the picture that the person saw.
    """

    verdict: Literal["accepted", "rejected"]
    seen: str
    mask: str | None = None
    weight: float | None = None


@dataclass(frozen=True)
class RecordedRound:
    """A round as it was: its settings, the test prompts that were on, and the person's decisions.

    `prior_drawing` are the settings with which the prior pictures of its training were drawn.
    """

    settings: Settings
    prior_drawing: GenerationSettings
    prompts: tuple[str, ...]
    decisions: Mapping[PicturePlace, RecordedDecision]

    @property
    def accepted(self) -> int:
        """How many pictures the person accepted."""
        return sum(made.verdict == "accepted" for made in self.decisions.values())


@dataclass(frozen=True)
class Replay:
    """What a project draws again: the line to a round of another one, under a policy.

    `left_out` are clauses on what of it cannot be drawn again.
    """

    project_id: str
    source_id: str
    source_name: str
    source_round: str
    policy: str
    left_out: tuple[str, ...]


class Replays(Repository):
    """Reads and writes replays; what was recorded is never changed."""

    def add(self, replay: Replay, rounds: Sequence[RecordedRound]) -> None:
        """Store what a project draws again, its rounds from the first one on."""
        own = replay.project_id
        with self._database.transaction():
            row = row_of("replays", replay, left_out=json.dumps(replay.left_out))
            self._database.insert("replays", row)
            for number, recorded in enumerate(rounds, start=1):
                settings, prior = (
                    strict_json.dumps(each.to_dict()) for each in (recorded.settings, recorded.prior_drawing)
                )
                its = {"project_id": own, "number": number}
                written = {"settings": settings, "prior_drawing": prior}
                prompts = json.dumps(recorded.prompts)
                self._database.insert("replay_rounds", {**its, **written, "prompts": prompts})
                self._database.insert(
                    "replay_decisions",
                    *(
                        row_of("replay_decisions", made, **its, prompt=prompt, place=place)
                        for (prompt, place), made in recorded.decisions.items()
                    ),
                )

    def get(self, project_id: str) -> Replay | None:
        """What this project draws again; None for a project of its own."""
        found = self._read("project_id = ?", project_id)
        return found[0] if found else None

    def of_source(self, source_id: str) -> tuple[Replay, ...]:
        """The replays of a project, the oldest first; archived ones are left out."""
        return self._read(
            "source_id = ? AND project_id NOT IN (SELECT project_id FROM archived_projects)", source_id
        )

    def same(self, source_id: str, policy: str, rounds: Sequence[RecordedRound]) -> Replay | None:
        """The replay of these rounds under this policy, also if it is archived.

        Values are compared and no hash of them: settings that are added later have their defaults in both.
        """
        found = self._read("source_id = ? AND policy = ?", source_id, policy)
        return next((one for one in found if self.rounds(one.project_id) == tuple(rounds)), None)

    def rounds(self, project_id: str) -> tuple[RecordedRound, ...]:
        """The recorded rounds of a replay, the first one first."""
        decisions: dict[int, dict[PicturePlace, RecordedDecision]] = {}
        for row in self._database.rows(
            "SELECT * FROM replay_decisions WHERE project_id = ? ORDER BY rowid", (project_id,)
        ):
            decision = record(RecordedDecision, row)
            decisions.setdefault(row["number"], {})[row["prompt"], row["place"]] = decision
        rows = self._database.rows(
            "SELECT * FROM replay_rounds WHERE project_id = ? ORDER BY number", (project_id,)
        )
        return tuple(_round(row, decisions.get(row["number"], {})) for row in rows)

    def _read(self, condition: str, *values: str) -> tuple[Replay, ...]:
        rows = self._database.rows(f"SELECT * FROM replays WHERE {condition} ORDER BY rowid", values)
        return tuple(record(Replay, row, left_out=strict_json.stored_texts(row["left_out"])) for row in rows)


def replays_of(store: Store) -> Replays:
    """The replays of a workspace."""
    return Replays(store.database, store.clock)


def _round(row: sqlite3.Row, decisions: Mapping[PicturePlace, RecordedDecision]) -> RecordedRound:
    settings, kept = read_settings(row["settings"]), row["prior_drawing"]
    prior = settings.generation if kept is None else GenerationSettings.from_dict(strict_json.loads(kept))
    return RecordedRound(settings, prior, strict_json.stored_texts(row["prompts"]), decisions)
