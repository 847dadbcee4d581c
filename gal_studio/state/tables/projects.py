"""Projects with their references, anchors and settings."""

import hashlib
import itertools
import json
import logging
import sqlite3
import uuid
from collections import UserDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gal_studio.core import strict_json
from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.core.references import Prompts, parse_prompts
from gal_studio.core.settings import Settings, read_settings
from gal_studio.core.snapshot import Start
from gal_studio.core.types import Anchor, Author, Reference
from gal_studio.state.database.connection import Database, Repository, Row, record, row_of
from gal_studio.state.database.tables import ROOT, table_named
from gal_studio.state.database.versions import Version
from gal_studio.state.tables.painted import NEWEST_MASK, ReferenceMasks

_log = logging.getLogger(__name__)


def new_id() -> str:
    """A new random ID for a row that no result depends on."""
    return uuid.uuid4().hex[:16]


def derived_id(writer: sqlite3.Connection, table: str, *content: Any) -> str:
    """The ID of a new row that follows from its content, JSON values: equal runs give equal IDs.

    Of rows with the same content, each further one is numbered.
    """
    return derived_ids(writer, table, [content])[0]


def derived_ids(writer: sqlite3.Connection, table: str, contents: Sequence[Sequence[Any]]) -> list[str]:
    """The IDs of new rows that differ in their contents, as `derived_id` has them."""
    found: dict[int, str] = {}
    for number in itertools.count():
        made = {place: _id_of(table, number, one) for place, one in enumerate(contents) if place not in found}
        if not made:
            break
        sql = f"SELECT id FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
        taken = {row["id"] for row in writer.execute(sql, (json.dumps([*made.values()]),))}
        found |= {place: identity for place, identity in made.items() if identity not in taken}
    return [found[place] for place in range(len(contents))]


def _id_of(table: str, number: int, content: Sequence[Any]) -> str:
    return hashlib.sha256(strict_json.dumps([table, number, *content]).encode()).hexdigest()[:16]


def append_prompts(database: Database, table: str, scope: Mapping[str, str], prompts: Sequence[str]) -> None:
    """Append prompts to those of a table that have these values; one that is there is enabled again."""
    where = " AND ".join(f"{name} = :{name}" for name in scope)
    with database.transaction() as writer:
        rows = writer.execute(f"SELECT prompt, enabled FROM {table} WHERE {where}", scope)
        known = {row["prompt"]: row["enabled"] for row in rows}
        if not all(known.get(prompt, True) for prompt in prompts):
            writer.execute(
                f"UPDATE {table} SET enabled = 1 WHERE {where} AND NOT enabled "
                "AND prompt IN (SELECT value FROM json_each(:prompts))",
                {**scope, "prompts": json.dumps(list(prompts))},
            )
        if new := [prompt for prompt in dict.fromkeys(prompts) if prompt not in known]:
            ids = derived_ids(writer, table, [(*scope.values(), prompt) for prompt in new])
            writer.execute(
                f"INSERT INTO {table} (id, prompt, position, {', '.join(scope)}) "
                "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), "
                f"key + (SELECT COALESCE(MAX(position) + 1, 0) FROM {table} WHERE project_id = :project_id), "
                f":{', :'.join(scope)} FROM json_each(:new) ORDER BY key",
                {**scope, "new": json.dumps(list(zip(ids, new, strict=True)))},
            )


def _content(
    new: Project, references: Iterable[Reference], anchors: Sequence[str], prior: Sequence[tuple[str, str]]
) -> list[Any]:
    """All of a project that results depend on, as JSON values; the references without their IDs."""
    given = [[one.prompt, one.plain_prompt, one.image, one.trigger_word, one.mask] for one in references]
    models = [new.base_model, new.clip_model]
    return [
        new.name, new.kind, models, new.trigger_word, new.seed, new.settings.to_dict(), given, anchors, prior,
        *filter(None, [new.described]),
    ]  # fmt: skip


class ProjectRevisions(UserDict[str, str]):
    """The pinned commit of each hub model (`owner/name`) of a project; what is set is stored at once."""

    def __init__(self, database: Database, project_id: str) -> None:
        super().__init__()
        self._database, self._project_id = database, project_id
        rows = database.rows("SELECT model, revision FROM project_models WHERE project_id = ?", (project_id,))
        self.data = {row["model"]: row["revision"] for row in rows}

    def __setitem__(self, model: str, revision: str) -> None:
        row = {"project_id": self._project_id, "model": model, "revision": revision}
        self._database.insert("project_models", row, instead="replace")
        super().__setitem__(model, revision)


_PROJECT = """
SELECT projects.*, (SELECT settings FROM project_settings WHERE project_id = projects.id
                    ORDER BY id DESC LIMIT 1) AS settings FROM projects
"""
_REFERENCES = f"SELECT project_references.*, {NEWEST_MASK} AS mask FROM project_references"


class Projects(Repository):
    """Reads and writes projects."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        super().__init__(database, clock)
        self.masks = ReferenceMasks(database, clock)

    def add(
        self,
        new: Project,
        references: Sequence[Reference],
        anchors: Sequence[str],
        prior: Sequence[tuple[str, str]] = (),
    ) -> Project:
        """Store a project with its first settings, and return it with the ID that follows from all of it.

        `references` are in the user's order and get their IDs here; `anchors` are prompts; `prior` are prior
        pictures of the user's own, (prompt, image).
        """
        with self._database.transaction() as writer:
            project_id = derived_id(writer, "projects", _content(new, references, anchors, prior))
            row = row_of("projects", new, id=project_id, created=self._clock())
            self._database.insert("projects", row)
            for position, reference in enumerate(references):
                reference_id = derived_id(writer, "project_references", project_id, position)
                own = {"id": reference_id, "project_id": project_id, "position": position}
                self._database.insert("project_references", row_of("project_references", reference, **own))
                self.masks.add(reference_id, reference.mask)
            self.add_anchors(project_id, anchors)
            self._add_given_prior(project_id, prior)
            self.set_settings(project_id, new.settings)
        return self.get(project_id)

    def get(self, project_id: str) -> Project:
        """The project with this ID."""
        return project_of(self._database.row_by_id("project", project_id, f"{_PROJECT} WHERE id = ?"))

    def revisions(self, project_id: str) -> ProjectRevisions:
        """The pinned commits of the hub models that the project uses."""
        return ProjectRevisions(self._database, project_id)

    def with_origin(self, origin: str) -> Project | None:
        """The project that this command has made before, if any."""
        row = self._database.row(f"{_PROJECT} WHERE origin = ?", (origin,))
        return None if row is None else project_of(row)

    def listed_with_origin(self, origin: str) -> str | None:
        """The ID of the project of this origin, unless there is none or it is archived."""
        archived = "SELECT project_id FROM archived_projects"
        row = self._database.row(
            f"SELECT id FROM projects WHERE origin = ? AND id NOT IN ({archived})", (origin,)
        )
        return None if row is None else str(row["id"])

    def all(self) -> tuple[Project, ...]:
        """Every project that can be read, the newest first; see `names`."""
        found = []
        for row in self._database.rows(f"{_PROJECT} ORDER BY created DESC, rowid DESC"):
            try:
                found.append(project_of(row))
            except StudioError as error:
                _log.warning("the project %s cannot be read: %s", row["id"], error)
        return tuple(found)

    def names(self) -> dict[str, str]:
        """The name of every project by ID, the newest first, also of those that cannot be read."""
        sql = "SELECT id, name FROM projects ORDER BY created DESC, rowid DESC"
        rows = self._database.unchecked_rows(sql)
        return {str(row["id"]): _shown_name(row) for row in rows}

    def name(self, project_id: str) -> str:
        """The name of a project, also of one that cannot be read otherwise."""
        rows = self._database.unchecked_rows("SELECT id, name FROM projects WHERE id = ?", (project_id,))
        if not rows:
            raise StudioError(f"There is no project {project_id!r} in this workspace.")
        return _shown_name(rows[0])

    def version(self, project_id: str) -> Version:
        """How often the project was written to; that of one that is gone is no version of any other."""
        row = self._database.row(
            "SELECT version, decisions, progress FROM project_versions WHERE project_id = ?", (project_id,)
        )
        return Version(-1) if row is None else Version(*row)

    def versions(self) -> dict[str, int]:
        """How often each project was written to, but for decisions and the steps of trainings.

        Without those of which that is damaged.
        """
        rows = self._database.sound_rows("SELECT project_id, version FROM project_versions")
        return {row["project_id"]: row["version"] for row in rows}

    def set_origin(self, project_id: str, origin: str) -> None:
        """Hand the project over to another command, see `with_origin`; one that had this origin has none."""
        with self._database.transaction():
            self._database.update("projects", {"origin": origin}, origin=None)
            self._database.update("projects", {"id": project_id}, origin=origin)

    def rename(self, project_id: str, name: str) -> None:
        """Give the project another name."""
        self._database.update("projects", {"id": project_id}, name=name)

    def archived(self) -> frozenset[str]:
        """The IDs of the archived projects."""
        rows = self._database.rows("SELECT project_id FROM archived_projects")
        return frozenset(row["project_id"] for row in rows)

    def drawn_again(self, project_id: str) -> tuple[tuple[str, str], ...]:
        """The projects that draw this one again, each with who decides in it; archived ones are left out."""
        rows = self._database.rows(
            "SELECT project_id, policy FROM replays WHERE source_id = ? "
            "AND project_id NOT IN (SELECT project_id FROM archived_projects) ORDER BY rowid",
            (project_id,),
        )
        return tuple((row["project_id"], row["policy"]) for row in rows)

    def set_archived(self, project_id: str, archived: bool) -> None:
        """Archive the project, or restore it; nothing in it is deleted."""
        if archived:
            row = {"project_id": project_id, "time": self._clock()}
            self._database.insert("archived_projects", row, instead="ignore")
        else:
            self._database.delete("archived_projects", project_id=project_id)

    def set_settings(self, project_id: str, settings: Settings, author: Author = "human") -> None:
        """Append new settings; the former ones stay in the log."""
        written = strict_json.dumps(settings.to_dict())
        row = {"project_id": project_id, "settings": written, "author": author, "time": self._clock()}
        self._database.insert("project_settings", row)

    def set_start(self, project_id: str, start: Start) -> None:
        """Store the LoRA that a project starts from."""
        row = row_of("project_starts", start, project_id=project_id)
        self._database.insert("project_starts", row, instead="replace")

    def references(self, project_id: str) -> tuple[Reference, ...]:
        """The user's pictures in their order."""
        rows = self._database.rows(f"{_REFERENCES} WHERE project_id = ? ORDER BY position", (project_id,))
        return tuple(record(Reference, row) for row in rows)

    def reference(self, reference_id: str) -> Reference:
        """The reference with this ID."""
        row = self._database.row_by_id("reference", reference_id, f"{_REFERENCES} WHERE id = ?")
        return record(Reference, row)

    def prompts(self, project_id: str) -> Prompts:
        """The project's prompts, parsed."""
        own = self.get(project_id)
        return parse_prompts(own.kind, self.references(project_id), own.described, own.trigger_word)

    def anchors(self, project_id: str) -> tuple[Anchor, ...]:
        """All anchors in the order of the pool, disabled ones included."""
        rows = self._database.rows(
            "SELECT * FROM anchors WHERE project_id = ? ORDER BY position", (project_id,)
        )
        return tuple(map(_anchor, rows))

    def add_anchors(self, project_id: str, prompts: Sequence[str]) -> None:
        """Append anchors; an existing prompt is enabled again."""
        append_prompts(self._database, "anchors", {"project_id": project_id}, prompts)

    def project_of_anchor(self, anchor_id: str) -> str:
        """The project of this anchor."""
        row = self._database.row_by_id(
            "test prompt", anchor_id, "SELECT project_id FROM anchors WHERE id = ?"
        )
        return str(row["project_id"])

    def owning(self, table: str, ids: Iterable[str]) -> tuple[str, ...]:
        """The projects of the rows of a table with these IDs; refused if none of them is there."""
        if table == ROOT:
            return tuple(ids)
        ids = list(ids)
        own, wanted = table_named(table), "SELECT value FROM json_each(?)"
        while own.owner[1] != ROOT:
            own, wanted = (
                table_named(own.owner[1]),
                f"SELECT {own.owner[0]} FROM {own.name} WHERE id IN ({wanted})",
            )
        sql = f"SELECT DISTINCT {own.owner[0]} FROM {own.name} WHERE id IN ({wanted})"
        found = tuple(row[0] for row in self._database.rows(sql, (json.dumps(ids),)))
        if ids and not found:
            what = {"candidates": "picture", "anchors": "test prompt"}.get(table, table.removesuffix("s"))
            raise StudioError(f"There is no {what} {ids[0]!r} in this workspace.")
        return found

    def enable_anchor(self, anchor_id: str, enabled: bool) -> None:
        """Enable or disable an anchor for later rounds."""
        self._database.update("anchors", {"id": anchor_id}, enabled=enabled)

    def enable_only(self, project_id: str, prompts: Sequence[str]) -> None:
        """Enable the anchors with these prompts, and disable all others."""
        self._database.write(
            "UPDATE anchors SET enabled = NOT enabled WHERE project_id = ? "
            "AND enabled <> (prompt IN (SELECT value FROM json_each(?)))",
            (project_id, json.dumps(list(prompts))),
        )

    def add_class_image(self, project_id: str, drawn_by: str, position: int, image: str) -> None:
        """Store one prior picture; idempotent."""
        row = {"project_id": project_id, "drawn_by": drawn_by, "position": position, "image": image}
        self._database.insert("class_images", row, instead="replace")

    def prior_images(self, project_id: str) -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, str], ...]]:
        """The prior pictures (Eq. G9): those drawn so far by model, prompt and settings, each in order, and
        the user's own in their order: (prompt, image).
        """
        rows = self._database.rows(
            "SELECT drawn_by, image, drawn_by LIKE 'given %: %' AS is_given FROM class_images "
            "WHERE project_id = ? ORDER BY CASE WHEN drawn_by LIKE 'given %: %' THEN rowid ELSE position END",
            (project_id,),
        )
        drawn: dict[str, tuple[str, ...]] = {}
        for row in rows:
            if not row["is_given"]:
                drawn[row["drawn_by"]] = (*drawn.get(row["drawn_by"], ()), row["image"])
        given = ((row["drawn_by"].partition(": ")[2], row["image"]) for row in rows if row["is_given"])
        return drawn, tuple(given)

    def _add_given_prior(self, project_id: str, given: Sequence[tuple[str, str]]) -> None:
        """Each has a key of its own, so that a lost one takes no other with it."""
        for number, (prompt, image) in enumerate(given, start=1):
            self.add_class_image(project_id, f"given {number}: {prompt}", 0, image)


def _shown_name(row: sqlite3.Row) -> str:
    """The name of a project, or of one whose name is damaged how it is called instead."""
    name = row["name"]
    return name if isinstance(name, str) and name.strip() else f"Project {str(row['id'])[:8]}"


def _anchor(row: sqlite3.Row) -> Anchor:
    return record(Anchor, row, order=row["position"])


def project_of(row: Row) -> Project:
    """A row of the table, with the last settings."""
    return record(Project, row, settings=read_settings(row["settings"]))
