"""Loads projects and rounds as frozen values, in seven statements or fewer."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gal_studio.core import strict_json
from gal_studio.core.decisions import Decided, LoggedDecision, LoggedMark
from gal_studio.core.errors import StudioError
from gal_studio.core.gal.choices import Choice
from gal_studio.core.gal.policies.registry import find_policy
from gal_studio.core.gal.validation import Validation
from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.columns import declared
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round, check_no_loop
from gal_studio.core.snapshot import (
    KeptStep,
    Pictures,
    Preview,
    ProjectSnapshot,
    RoundRecord,
    RoundSnapshot,
    Start,
)
from gal_studio.core.types import Anchor
from gal_studio.state.database.connection import DamagedError, Database, made, record
from gal_studio.state.database.versions import Version
from gal_studio.state.tables.candidates import candidate_of, copy_shift, vector
from gal_studio.state.tables.decisions import SELECT_DECISIONS, logged_decision
from gal_studio.state.tables.marks import SELECT_MARKS, logged_mark
from gal_studio.state.tables.measures import ORDER_MEASURED, SELECT_MEASURED, measured_picture
from gal_studio.state.tables.overrides import SELECT_CHOICES, choice_of
from gal_studio.state.tables.projects import project_of
from gal_studio.state.tables.races import course_of

_OWN = ", ".join(f"projects.{one.name} AS its_{one.name}" for one in declared(Project))
_PROJECT_AND_ROUNDS = f"""
SELECT rounds.*, {_OWN},
    (SELECT settings FROM project_settings WHERE project_id = projects.id ORDER BY id DESC LIMIT 1)
        AS its_settings,
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
    (SELECT json_group_array(json_array(step, adapter, trained_as, ends_at)) FROM
        (SELECT * FROM kept_steps WHERE round_id = rounds.id ORDER BY step)) AS kept_steps_json,
    (SELECT json_array(shift, ended, pictures, prompts, settled, decided) FROM races
        WHERE round_id = rounds.id) AS race_json,
    (SELECT json_group_array(json_array(step, loss)) FROM
        (SELECT * FROM losses WHERE round_id = rounds.id ORDER BY step)) AS losses_json,
    (SELECT json_group_array(json_array(anchor_id, number)) FROM
        (SELECT * FROM asked_pictures WHERE round_id = rounds.id ORDER BY rowid)) AS asked_json,
    project_starts.source AS start_source, project_starts.adapter AS start_adapter
FROM projects LEFT JOIN rounds ON rounds.project_id = projects.id
LEFT JOIN project_starts ON project_starts.project_id = projects.id
WHERE projects.id = :project
ORDER BY rounds.number, rounds.rowid
"""
_COLUMNS = ", ".join(f"candidates.{one.name}" for one in declared(Candidate) if one.name != "feature")
_PICTURES = f"""
SELECT {_COLUMNS},
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
    AND (strength, early_strength, test_pictures.switch) = (1, 1, 0)
{ORDER_MEASURED}
"""
_OF_REFERENCES = """
SELECT round_id, reference_id, feature FROM reference_places
WHERE feature IS NOT NULL AND round_id IN (SELECT value FROM json_each(?))
"""
_IN_ROUNDS = "WHERE round_id IN (SELECT value FROM json_each(?))"


_VERSION = """
SELECT projects.id, version, decisions, progress,
    (SELECT round_id FROM candidates WHERE id = :picture) AS its_round
FROM projects LEFT JOIN project_versions ON project_id = projects.id
WHERE projects.id = COALESCE(:project, (SELECT project_id FROM rounds WHERE id = COALESCE(:round,
    (SELECT round_id FROM candidates WHERE id = :picture))))
"""
KEPT = 2
"""Projects of which the last snapshot is kept: the one that a page shows, and the one that is worked on."""


@dataclass(frozen=True)
class _Kept:
    """A snapshot with its version, the rounds whose features it has, and whether it has the choices."""

    version: Version
    snapshot: ProjectSnapshot
    featured: frozenset[str] = frozenset()
    choices: bool = False

    @property
    def loaded(self) -> dict[str, Pictures]:
        """The pictures of the rounds that were loaded."""
        found = {each.round.id: each.pictures for each in self.snapshot.records}
        return {name: pictures for name, pictures in found.items() if pictures is not None}


class Snapshots:
    """Loads snapshots. Each is consistent: what others write meanwhile is in all of it, or nowhere.

    The last one of a project is kept and given again, with all that was computed of it, as long as its
    version is that of the project. After a decision its pictures stay, and what was decided is read anew.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, _Kept] = {}

    def project(self, project_id: str, choices: bool = False) -> ProjectSnapshot:
        """A project with the pictures of all its rounds, and what their policies need.

        `choices` loads what was chosen beside suggestions, too.
        """
        with self._database.snapshot():
            known, _ = self._outline("project", project_id)
            rounds = known.snapshot.rounds
            featured = any(find_policy(each.gal.policy).needs_features for each in rounds)
            return self._with_pictures(known, rounds, [each.id for each in rounds if featured], choices)

    def outline(self, project_id: str) -> ProjectSnapshot:
        """A project with its rounds; whether their pictures are loaded, too, is left open."""
        with self._database.snapshot():
            return self._outline("project", project_id)[0].snapshot

    def node(self, round_id: str) -> RoundSnapshot:
        """A round in its project, loaded as `outline` does."""
        with self._database.snapshot():
            return self._outline("round", round_id)[0].snapshot.round(round_id)

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
            known, round_id = self._outline(what, identity)
            here = known.snapshot.round(round_id)
            policy = find_policy(policy_name or here.gal.policy)
            line = (*here.ancestors, here)
            featured = [each.id for each in line if policy.needs_features]
            return self._with_pictures(known, line, featured, choices=False).round(round_id)

    def _outline(self, what: str, identity: str) -> tuple[_Kept, str]:
        """A project as it is now, with the pictures that need not be read anew; and the ID of the round."""
        names = {"project": None, "round": None, "picture": None, what: identity}
        found = self._database.row(_VERSION, names)
        if found is None:
            called = "image" if what == "picture" else what
            raise StudioError(f"There is no {called} {identity!r} in this workspace.")
        version, project_id = Version(*found[1:4]), str(found["id"])
        known = self._database.memory().get(project_id) or self._kept.get(project_id)
        if known is None or known.version.number != version.number or found["version"] is None:
            known = _Kept(version, self._plain(project_id))
        elif known.version.progress != version.progress:
            snapshot = self._plain(project_id).with_pictures(known.loaded)
            known = replace(
                known, snapshot=snapshot, version=replace(version, decisions=known.version.decisions)
            )
        if known.version.decisions != version.decisions:
            decided = self._decided(known.snapshot, known.loaded, known.choices)
            after = {name: replace(one, **decided[name]) for name, one in known.loaded.items()}
            known = replace(known, version=version, snapshot=known.snapshot.after_decisions(after))
        self._remember(known)
        return known, found["its_round"] or identity

    def _remember(self, known: _Kept) -> None:
        """Keep a snapshot as the last one of its project.

        What is read in a transaction is kept until its end: if it is undone, its versions come again.
        """
        project_id = known.snapshot.project.id
        if self._database.is_writing:
            self._database.memory()[project_id] = known
            return
        others = [(name, one) for name, one in self._kept.items() if name != project_id]
        self._kept = dict([*others, (project_id, known)][-KEPT:])

    def _plain(self, project_id: str) -> ProjectSnapshot:
        """A project without pictures."""
        rows = self._database.rows(_PROJECT_AND_ROUNDS, {"project": project_id})
        if not rows:
            raise StudioError(f"There is no project {project_id!r} in this workspace.")
        first = rows[0]
        its = {name.removeprefix("its_"): one for name, one in dict(first).items() if name.startswith("its_")}
        started, commits = (first["start_source"], first["start_adapter"]), json.loads(first["commits_json"])
        if {*map(type, commits.values())} - {str}:
            raise DamagedError("revision")
        records = tuple(_record_of(row) for row in rows if row["id"] is not None)
        check_no_loop(each.round for each in records)
        return ProjectSnapshot(
            project=project_of(its),
            anchors=tuple(made(Anchor, values) for values in json.loads(first["anchors_json"])),
            records=records,
            start=None if started[1] is None else made(Start, started),
            archived=bool(first["is_archived"]),
            commits=commits,
        )

    def _with_pictures(
        self, known: _Kept, rounds: Iterable[RoundSnapshot], featured: Iterable[str], choices: bool
    ) -> ProjectSnapshot:
        """The project with the pictures of these rounds, the features of some, and maybe the choices."""
        there, features = known.loaded, known.featured | {*featured}
        wanted = {
            each.id: each
            for each in rounds
            if each.id not in there or (each.id in features and each.id not in known.featured)
        }
        if not wanted and (known.choices or not choices):
            return known.snapshot
        drawn = self._drawn(known.snapshot, wanted, features & wanted.keys())
        if choices and not known.choices:
            drawn = {**there, **drawn}
        decided = self._decided(known.snapshot, drawn, known.choices or choices)
        snapshot = known.snapshot.with_pictures(
            {name: replace(one, **decided[name]) for name, one in drawn.items()}
        )
        self._remember(_Kept(known.version, snapshot, features, known.choices or choices))
        return snapshot

    def _drawn(
        self, plain: ProjectSnapshot, wanted: Mapping[str, RoundSnapshot], featured: Iterable[str]
    ) -> dict[str, Pictures]:
        """What some rounds drew, by round, and the features of some of them."""
        if not wanted:
            return {}
        ids = json.dumps([*wanted])
        features: dict[str, dict[str, NDArray[np.float32]]] = {name: {} for name in featured}
        tiles: dict[str, list[Candidate]] = {name: [] for name in wanted}
        drawn: dict[str, sqlite3.Row] = {}
        scores: dict[str, dict[str, float]] = {}  # JSON would round them
        shift = copy_shift(self._database, plain.project.id)
        detectors = {name: each.copy_detectors for name, each in wanted.items()}
        for row in self._database.rows(_PICTURES, {"rounds": ids, "featured": json.dumps([*features])}):
            drawn.setdefault(row["id"], row)
            if row["score_name"] is not None:
                scores.setdefault(row["id"], {})[row["score_name"]] = row["score"]
        for identity, row in drawn.items():
            name = row["round_id"]
            tiles[name].append(candidate_of(row, scores.get(identity, {}), detectors[name], shift))
            if name in features:
                features[name][identity] = vector(row["feature"])
        held_out: dict[str, list[Candidate]] = {name: [] for name in wanted}
        drawn_by = plain.project.settings.generation.drawn_by
        measured = {name: each.original.id for name, each in wanted.items()}
        where = {"project": plain.project.id, "rounds": json.dumps([*measured.values()])}
        for row in self._database.rows(_HELD_OUT, where):
            if row["drawn_by"] != drawn_by:
                continue
            with suppress(StudioError):  # of a damaged picture Results says what to do
                picture = measured_picture(row, shift)
                for name in (one for one, of in measured.items() if of == row["round_id"]):
                    held_out[name].append(picture.judged_by(detectors[name]).candidate)
        places: dict[str, dict[str, NDArray[np.float32]]] = {name: {} for name in features}
        if features:
            for row in self._database.rows(_OF_REFERENCES, (json.dumps([*features]),)):
                places[row["round_id"]][row["reference_id"]] = vector(row["feature"])
        return {
            name: Pictures(
                tiles=tuple(tiles[name]),
                held_out=tuple(held_out[name]),
                features=features.get(name),
                reference_features=places.get(name),
            )
            for name in wanted
        }

    def _decided(
        self, project: ProjectSnapshot, rounds: Iterable[str], with_choices: bool
    ) -> dict[str, dict[str, Any]]:
        """What was decided in some rounds, and chosen beside suggestions: fields of `Pictures`."""
        ids = json.dumps([*rounds])
        decisions: dict[str, list[LoggedDecision]] = {name: [] for name in rounds}
        for row in self._database.rows(f"{SELECT_DECISIONS} {_IN_ROUNDS} ORDER BY decisions.id", (ids,)):
            decisions[row["round_id"]].append(logged_decision(row))
        drawn_in = json.dumps({name: project.round(name).original.id for name in decisions})
        marks: dict[str, list[LoggedMark]] = {name: [] for name in decisions}
        for row in self._database.rows(SELECT_MARKS, {"rounds": drawn_in}):
            marks[row["round_id"]].append(logged_mark(row))
        found: dict[str, dict[str, Any]] = {
            name: {"decided": Decided(tuple(made), tuple(marks[name])), "choices": None}
            for name, made in decisions.items()
        }
        if with_choices:
            choices: dict[str, list[Choice]] = {name: [] for name in decisions}
            for row in self._database.rows(f"{SELECT_CHOICES} {_IN_ROUNDS} ORDER BY overrides.id", (ids,)):
                choices[row["round_id"]].append(choice_of(row))
            found = {name: one | {"choices": tuple(choices[name])} for name, one in found.items()}
        return found


def _place(values: Sequence[Any]) -> tuple[float, float]:
    x, y = strict_json.numbers(dict(zip("xy", values, strict=True))).values()
    return x, y


def _asked(anchor_id: Any, number: Any) -> tuple[str, int]:
    if not (isinstance(anchor_id, str) and isinstance(number, int)):
        raise DamagedError("number")
    return anchor_id, number


def _record_of(row: sqlite3.Row) -> RoundRecord:
    places = json.loads(row["places_json"])
    return RoundRecord(
        round=record(Round, row),
        seconds=strict_json.numbers(json.loads(row["seconds_json"])),
        places={name: _place(place) for name, place in places.items()},
        previews=tuple(made(Preview, values) for values in json.loads(row["previews_json"])),
        validations=tuple(made(Validation, values) for values in json.loads(row["validations_json"])),
        kept_steps=tuple(made(KeptStep, values) for values in json.loads(row["kept_steps_json"])),
        race=None if row["race_json"] is None else course_of(json.loads(row["race_json"])),
        stored_losses=row["losses_json"],
        asked=tuple(_asked(*values) for values in json.loads(row["asked_json"])),
    )
