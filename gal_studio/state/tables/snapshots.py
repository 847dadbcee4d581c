"""Loads projects and rounds as frozen values, in six statements or fewer."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.core import strict_json
from gal_studio.core.decisions import Decided, LoggedDecision
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.choices import Choice
from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.validation import Validation
from gal_studio.core.settings import read_settings
from gal_studio.core.snapshot import (
    Pictures,
    Preview,
    Project,
    ProjectSnapshot,
    RoundRecord,
    RoundSnapshot,
    Start,
)
from gal_studio.core.types import Anchor, Candidate, Round
from gal_studio.state.database.connection import Database, made, record
from gal_studio.state.tables.candidates import candidate_of
from gal_studio.state.tables.copy_marks import copy_shift
from gal_studio.state.tables.decisions import SELECT_DECISIONS, logged_decision
from gal_studio.state.tables.measures import ORDER_MEASURED, SELECT_MEASURED, measured_picture
from gal_studio.state.tables.overrides import SELECT_CHOICES, choice_of
from gal_studio.state.tables.races import course_of

_PROJECT_AND_ROUNDS = """
SELECT rounds.*, projects.id AS its_id, projects.name AS its_name, projects.kind AS its_kind,
    projects.base_model AS its_base_model, projects.clip_model AS its_clip_model,
    projects.trigger_word AS its_trigger_word, projects.seed AS its_seed, projects.created AS its_created,
    (SELECT settings FROM project_settings WHERE project_id = projects.id ORDER BY id DESC LIMIT 1)
        AS its_settings,
    (SELECT source_name FROM replays WHERE project_id = projects.id) AS replay_of,
    EXISTS (SELECT 1 FROM archived_projects WHERE project_id = projects.id) AS is_archived,
    (SELECT json_group_object(model, revision) FROM project_models
        WHERE project_id = projects.id) AS commits_json,
    (SELECT json_group_array(json_array(id, prompt, position, enabled)) FROM
        (SELECT * FROM anchors WHERE project_id = projects.id ORDER BY position)) AS anchors_json,
    (SELECT json_group_object(phase, seconds) FROM round_seconds WHERE round_id = rounds.id) AS seconds_json,
    (SELECT json_group_object(reference_id, json_array(x, y)) FROM reference_places
        WHERE round_id = rounds.id) AS places_json,
    (SELECT json_group_array(json_array(step, prompt, seed, image)) FROM
        (SELECT * FROM training_images WHERE round_id = rounds.id ORDER BY step)) AS previews_json,
    (SELECT json_group_array(json_array(step, pictures, copies, carried)) FROM
        (SELECT * FROM validations WHERE round_id = rounds.id ORDER BY step)) AS validations_json,
    (SELECT json_array(shift, ended, pictures, prompts, settled, decided) FROM races
        WHERE round_id = rounds.id) AS race_json,
    (SELECT json_group_array(json_array(step, loss)) FROM
        (SELECT * FROM losses WHERE round_id = rounds.id ORDER BY step)) AS losses_json,
    (SELECT json_group_array(json_array(anchor_id, number)) FROM
        (SELECT * FROM asked_pictures WHERE round_id = rounds.id ORDER BY rowid)) AS asked_json,
    project_starts.source AS start_source, project_starts.adapter AS start_adapter,
    (SELECT round_id FROM candidates WHERE id = :picture) AS round_of_picture
FROM projects LEFT JOIN rounds ON rounds.project_id = projects.id
LEFT JOIN project_starts ON project_starts.project_id = projects.id
WHERE projects.id = COALESCE(:project, (SELECT project_id FROM rounds WHERE id = COALESCE(:round,
    (SELECT round_id FROM candidates WHERE id = :picture))))
ORDER BY rounds.number, rounds.created, rounds.rowid
"""
_PICTURES = """
SELECT candidates.id, round_id, anchor_id, number, seed, image, similarity_anchor, similarity_reference, x, y,
    remark, own, marked_copy, strength, early_strength, switch,
    CASE WHEN round_id IN (SELECT value FROM json_each(:featured)) THEN feature END AS feature,
    candidate_scores.name AS score_name, candidate_scores.score
FROM candidates JOIN anchors ON anchors.id = anchor_id
LEFT JOIN candidate_scores ON candidate_scores.candidate_id = candidates.id
WHERE round_id IN (SELECT value FROM json_each(:rounds))
ORDER BY candidates.created, anchors.position, number
"""
_HELD_OUT = f"""
{SELECT_MEASURED} AND test_pictures.round_id IN (SELECT value FROM json_each(:rounds))
    AND test_prompts.part = 'held_out' AND test_prompts.enabled
    AND test_prompts.prompt NOT IN (SELECT prompt FROM anchors WHERE project_id = :project)
{ORDER_MEASURED}
"""
_OF_REFERENCES = """
SELECT round_id, reference_id, feature FROM reference_places
WHERE feature IS NOT NULL AND round_id IN (SELECT value FROM json_each(?))
"""
_IN_ROUNDS = "WHERE round_id IN (SELECT value FROM json_each(?))"


class Snapshots:
    """Loads snapshots. Each is consistent: what others write meanwhile is in all of it, or nowhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def project(self, project_id: str, choices: bool = False) -> ProjectSnapshot:
        """A project with the pictures of all its rounds, and what their policies need.

        `choices` loads what was chosen beside suggestions, whether a policy needs it or not.
        """
        with self._database.snapshot():
            plain, _ = self._plain("project", project_id)
            policies = [find_policy(each.gal.policy) for each in plain.rounds]
            return self._with_pictures(
                plain,
                plain.rounds,
                plain.rounds if any(policy.needs_features for policy in policies) else [],
                choices or any(policy.needs_choices for policy in policies),
            )

    def outline(self, project_id: str) -> ProjectSnapshot:
        """A project with its rounds, without their pictures."""
        with self._database.snapshot():
            return self._plain("project", project_id)[0]

    def round(self, round_id: str, policy: str | None = None) -> RoundSnapshot:
        """A round with its pictures, those of the rounds above it, and what its policy needs.

        `policy` is asked for in place of the one of its settings.
        """
        return self._line("round", round_id, policy)

    def of_candidate(self, candidate_id: str) -> RoundSnapshot:
        """The round that drew this candidate, loaded as `round` does."""
        return self._line("picture", candidate_id, None)

    def _line(self, what: str, identity: str, policy_name: str | None) -> RoundSnapshot:
        with self._database.snapshot():
            plain, round_id = self._plain(what, identity)
            here = plain.round(round_id)
            policy = find_policy(policy_name or here.gal.policy)
            line = plain.rounds if policy.needs_choices else (*here.ancestors, here)
            featured = [*here.ancestors, here] if policy.needs_features else []
            return self._with_pictures(plain, line, featured, policy.needs_choices).round(round_id)

    def _plain(self, what: str, identity: str) -> tuple[ProjectSnapshot, str]:
        """A project without pictures, of itself, a round or a picture; and the ID of the round."""
        names = {"project": None, "round": None, "picture": None, what: identity}
        rows = self._database.rows(_PROJECT_AND_ROUNDS, names)
        if not rows:
            raise StudioError(f"There is no {what} {identity!r} in this workspace.")
        first = rows[0]
        own = ("id", "name", "kind", "base_model", "clip_model", "trigger_word", "seed")
        plain = ProjectSnapshot(
            project=Project(
                **{name: first[f"its_{name}"] for name in own},
                settings=read_settings(first["its_settings"]),
                created=first["its_created"],
            ),
            anchors=tuple(made(Anchor, values) for values in json.loads(first["anchors_json"])),
            records=tuple(_record_of(row) for row in rows if row["id"] is not None),
            start=None
            if first["start_adapter"] is None
            else Start(first["start_source"], first["start_adapter"]),
            replay_of=first["replay_of"],
            archived=bool(first["is_archived"]),
            commits=json.loads(first["commits_json"]),
        )
        return plain, first["round_of_picture"] or identity

    def _with_pictures(
        self,
        plain: ProjectSnapshot,
        rounds: Iterable[RoundSnapshot],
        featured: Iterable[RoundSnapshot],
        with_choices: bool,
    ) -> ProjectSnapshot:
        """The same project with the pictures of some rounds, and with the features of some of them."""
        wanted = {each.id: each for each in rounds}
        ids = json.dumps([*wanted])
        features: dict[str, dict[str, NDArray[np.float32]]] = {each.id: {} for each in featured}
        tiles: dict[str, list[Candidate]] = {name: [] for name in wanted}
        scores: dict[str, dict[str, float]] = {}  # JSON would round them
        shift = copy_shift(self._database, plain.project.id)
        for row in self._database.rows(_PICTURES, {"rounds": ids, "featured": json.dumps([*features])}):
            name, identity = row["round_id"], row["id"]
            if identity not in scores:
                scores[identity] = {}
                tiles[name].append(
                    candidate_of(row, scores[identity], wanted[name].gal.copy_detectors, shift)
                )
                if name in features:
                    features[name][identity] = np.frombuffer(row["feature"], dtype="<f4")
            if row["score_name"] is not None:
                scores[identity][row["score_name"]] = row["score"]
        held_out: dict[str, list[Candidate]] = {name: [] for name in wanted}
        for row in self._database.rows(_HELD_OUT, {"project": plain.project.id, "rounds": ids}):
            name = row["round_id"]
            with suppress(StudioError):  # of a damaged picture Results says what to do
                drawn = measured_picture(row, shift).judged_by(wanted[name].gal.copy_detectors)
                held_out[name].append(drawn.candidate)
        places: dict[str, dict[str, NDArray[np.float32]]] = {name: {} for name in features}
        if features:
            for row in self._database.rows(_OF_REFERENCES, (json.dumps([*features]),)):
                places[row["round_id"]][row["reference_id"]] = np.frombuffer(row["feature"], dtype="<f4")
        decisions: dict[str, list[LoggedDecision]] = {name: [] for name in wanted}
        for row in self._database.rows(f"{SELECT_DECISIONS} {_IN_ROUNDS} ORDER BY decisions.id", (ids,)):
            decisions[row["round_id"]].append(logged_decision(row))
        choices: dict[str, list[Choice]] = {name: [] for name in wanted} if with_choices else {}
        if with_choices:
            for row in self._database.rows(f"{SELECT_CHOICES} {_IN_ROUNDS} ORDER BY overrides.id", (ids,)):
                choices[row["round_id"]].append(choice_of(row))
        return plain.with_pictures(
            {
                name: Pictures(
                    tiles=tuple(tiles[name]),
                    held_out=tuple(held_out[name]),
                    decided=Decided(tuple(decisions[name])),
                    features=features.get(name),
                    reference_features=places.get(name),
                    choices=tuple(choices[name]) if with_choices else None,
                )
                for name in wanted
            }
        )


def _place(values: Sequence[Any]) -> tuple[float, float]:
    x, y = strict_json.numbers(dict(zip("xy", values, strict=True))).values()
    return x, y


def _record_of(row: sqlite3.Row) -> RoundRecord:
    places = json.loads(row["places_json"])
    return RoundRecord(
        round=record(Round, row),
        stored_settings=row["settings"],
        stored_prior_drawing=row["prior_drawing"],
        trained_as=row["trained_as"],
        unet_forwards=int(row["unet_forwards"]),
        seconds=strict_json.numbers(json.loads(row["seconds_json"])),
        places={name: _place(place) for name, place in places.items()},
        previews=tuple(made(Preview, values) for values in json.loads(row["previews_json"])),
        validations=tuple(made(Validation, values) for values in json.loads(row["validations_json"])),
        race=None if row["race_json"] is None else course_of(json.loads(row["race_json"])),
        stored_losses=row["losses_json"],
        asked=tuple((anchor, number) for anchor, number in json.loads(row["asked_json"])),
    )
