"""The tables of a workspace: the columns of each, the owners of its rows, and the files that it names.

What follows from a declaration: its place in archives, copies and deletions of a project, the files that the
doctor looks for, and the triggers that raise the project's version (`gal_studio.state.database.versions`).
A change here needs a new `gal_studio.state.database.upgrades.VERSION`.
"""

import functools
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Literal

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.columns import Folder, declared, is_id
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round

Counter = Literal["version", "decisions", "progress", ""]
ROOT = "projects"
TYPES: Mapping[str, tuple[type, ...]] = {
    "TEXT": (str,), "INTEGER": (int,), "REAL": (float, int), "BLOB": (bytes,)
}  # fmt: skip
"""What the values of a column are in Python, by its declared type."""


@dataclass(frozen=True)
class Column:
    """A column: its declared type, and what its values refer to."""

    name: str
    kind: str
    required: bool
    target: str | None  # the table that it refers to
    folder: Folder | None  # the folder of the files that it names


@dataclass(frozen=True)
class Table:
    """A table.

    `owner` is the column with the ID of the row that a row belongs to, and the tables in which that row may
    be; empty for `projects` and for what belongs to no project. `files` maps the columns that hold hashes of
    files to their folders; `loose` columns hold IDs of rows of the project without a foreign key.
    `counter` is what a write raises: the version of the project, that of its decisions, its training
    progress, or nothing. What is not `archived` stays in the workspace when the project leaves.
    """

    name: str
    owner: tuple[str, ...]
    definitions: str
    files: Mapping[str, Folder] = field(default_factory=dict)
    loose: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    counter: Counter = "version"
    archived: bool = True

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in their order."""
        return _columns()[self.name]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def has_id(self) -> bool:
        """Whether its rows have IDs of text."""
        return (self.columns[0].name, self.columns[0].kind) == ("id", "TEXT")

    @property
    def is_numbered(self) -> bool:
        """Whether its rows are numbered by the database."""
        return (self.columns[0].name, self.columns[0].kind) == ("id", "INTEGER")

    def statement(self, name: str = "", definitions: str = "") -> str:
        """The SQL that makes it, or one of another name or other definitions."""
        return f"CREATE TABLE {name or self.name} ({definitions or self.definitions})"

    def is_of_a_project(self) -> bool:
        """Whether its rows belong to projects."""
        return bool(self.owner) or self.name == ROOT


@functools.cache
def _columns() -> dict[str, tuple[Column, ...]]:
    """The columns of every table, as SQLite reads them."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for table in TABLES:
            connection.execute(table.statement())
        found = {}
        for table in TABLES:
            targets = {row[3]: row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table.name})")}
            found[table.name] = tuple(
                Column(name, kind, bool(required or key), targets.get(name), table.files.get(name))
                for _, name, kind, required, _, key in connection.execute(f"PRAGMA table_info({table.name})")
            )
        return found


def split_definitions(definitions: str) -> tuple[str, ...]:
    """The definitions of columns and constraints, one by one, in plain spacing."""
    parts, depth = [""], 0
    for letter in definitions:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return tuple(" ".join(part.split()) for part in parts)


def _table(name: str, owner: tuple[str, ...], record: type[Any], *constraints: str) -> Table:
    """The table of a record: the columns that its fields declare, and constraints."""
    columns = declared(record)
    definitions = ",\n        ".join([*(f"{one.name} {one.sql}" for one in columns), *constraints])
    files = {one.name: one.folder for one in columns if one.folder}
    return Table(name, owner, f"\n        {definitions}\n    ", files=files)


_OF_PROJECT = ("project_id", "projects")
_OF_ROUND = ("round_id", "rounds")
_IMAGE: Mapping[str, Folder] = {"image": "images"}

# fmt: off
TABLES: tuple[Table, ...] = (
    _table("projects", (), Project),
    # How often the project was written to: see `gal_studio.state.database.versions`.
    Table("project_versions", _OF_PROJECT, """
        project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
        version INTEGER NOT NULL,
        decisions INTEGER NOT NULL DEFAULT 0,
        progress INTEGER NOT NULL DEFAULT 0
    """, counter="", archived=False),
    Table("project_settings", _OF_PROJECT, """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id TEXT NOT NULL REFERENCES projects (id),
        settings TEXT NOT NULL,
        author TEXT NOT NULL,
        time REAL NOT NULL
    """),
    Table("project_references", _OF_PROJECT, f"""
        id TEXT PRIMARY KEY {is_id()},
        project_id TEXT NOT NULL REFERENCES projects (id),
        position INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        plain_prompt TEXT NOT NULL,
        image TEXT NOT NULL,
        trigger_word TEXT NOT NULL DEFAULT '',
        UNIQUE (project_id, position)
    """, files=_IMAGE),
    Table("reference_masks", ("reference_id", "project_references"), """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        reference_id TEXT NOT NULL REFERENCES project_references (id),
        mask TEXT,
        author TEXT NOT NULL,
        time REAL NOT NULL,
        undoes INTEGER REFERENCES reference_masks (id),
        redoes INTEGER REFERENCES reference_masks (id)
    """, files={"mask": "images"}, indexes=("masks_of_reference ON reference_masks (reference_id)",)),
    Table("anchors", _OF_PROJECT, f"""
        id TEXT PRIMARY KEY {is_id()},
        project_id TEXT NOT NULL REFERENCES projects (id),
        position INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        enabled INTEGER NOT NULL DEFAULT 1,
        UNIQUE (project_id, prompt)
    """),
    Table("class_images", _OF_PROJECT, """
        project_id TEXT NOT NULL REFERENCES projects (id),
        drawn_by TEXT NOT NULL,
        position INTEGER NOT NULL,
        image TEXT NOT NULL,
        PRIMARY KEY (project_id, drawn_by, position)
    """, files=_IMAGE),
    Table("project_models", _OF_PROJECT, """
        project_id TEXT NOT NULL REFERENCES projects (id),
        model TEXT NOT NULL,
        revision TEXT NOT NULL CHECK (length(revision) = 40 AND revision NOT GLOB '*[^0-9a-f]*'),
        PRIMARY KEY (project_id, model)
    """),
    # The files of a local model, JSON: the size and SHA-256 of each. `path` is the one in the model's name.
    Table("model_hashes", _OF_PROJECT, """
        project_id TEXT NOT NULL REFERENCES projects (id),
        path TEXT NOT NULL,
        files TEXT NOT NULL,
        time REAL NOT NULL,
        PRIMARY KEY (project_id, path)
    """),
    # Where a local model lies on this computer that is not at its path any more.
    Table("model_places", _OF_PROJECT, """
        project_id TEXT NOT NULL REFERENCES projects (id),
        path TEXT NOT NULL,
        place TEXT NOT NULL,
        PRIMARY KEY (project_id, path)
    """, archived=False),
    # `lows` is a JSON list of the low limits against 2, 4, 8, ... references at once.
    Table("vision_limits", _OF_PROJECT, """
        project_id TEXT NOT NULL REFERENCES projects (id),
        vision_model TEXT NOT NULL,
        low REAL NOT NULL,
        high REAL NOT NULL,
        lows TEXT NOT NULL DEFAULT '[]',
        PRIMARY KEY (project_id, vision_model)
    """),
    Table("project_starts", _OF_PROJECT, """
        project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
        source TEXT NOT NULL,
        adapter TEXT NOT NULL
    """, files={"adapter": "adapters"}),
    Table("archived_projects", _OF_PROJECT, """
        project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
        time REAL NOT NULL
    """, archived=False),
    _table("rounds", _OF_PROJECT, Round),
    Table("round_seconds", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        phase TEXT NOT NULL,
        seconds REAL NOT NULL,
        PRIMARY KEY (round_id, phase)
    """),
    # `resumed` is 1 at the first step after a training went on from a checkpoint.
    Table("losses", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        step INTEGER NOT NULL,
        loss REAL NOT NULL,
        resumed INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (round_id, step)
    """, counter="progress"),
    Table("training_sets", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        position INTEGER NOT NULL,
        image TEXT NOT NULL,
        prompt TEXT NOT NULL,
        weight REAL NOT NULL,
        is_reference INTEGER NOT NULL,
        mask TEXT,
        PRIMARY KEY (round_id, position)
    """, files={"image": "images", "mask": "images"}),
    Table("training_images", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        step INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        seed INTEGER NOT NULL,
        image TEXT NOT NULL,
        time REAL NOT NULL,
        PRIMARY KEY (round_id, step, prompt)
    """, files=_IMAGE, counter="progress"),
    # What held-out prompts said of a training after a step (Eq. G22).
    Table("validations", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        step INTEGER NOT NULL,
        pictures INTEGER NOT NULL,
        copies INTEGER NOT NULL,
        carried REAL,
        PRIMARY KEY (round_id, step)
    """, counter="progress"),
    # What a job of this kind found out, JSON; no rule depends on it.
    Table("findings", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        kind TEXT NOT NULL,
        found TEXT NOT NULL,
        PRIMARY KEY (round_id, kind)
    """),
    # The LoRA as it was after a validated step, and after the last one. `trained_as` is the fingerprint of a
    # training that ends there, and `ends_at` what its round then has.
    Table("kept_steps", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        step INTEGER NOT NULL,
        adapter TEXT NOT NULL,
        trained_as TEXT NOT NULL,
        ends_at INTEGER,
        PRIMARY KEY (round_id, step)
    """, files={"adapter": "adapters"}, counter="progress"),
    Table("reference_places", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        reference_id TEXT NOT NULL REFERENCES project_references (id),
        x REAL NOT NULL,
        y REAL NOT NULL,
        feature BLOB,
        PRIMARY KEY (round_id, reference_id)
    """),
    # How the pictures of a round are chosen; of a round without a row, each prompt has as many.
    Table("races", _OF_ROUND, """
        round_id TEXT PRIMARY KEY NOT NULL REFERENCES rounds (id),
        shift REAL NOT NULL,
        ended INTEGER NOT NULL DEFAULT 0,
        pictures INTEGER NOT NULL DEFAULT 0,
        prompts INTEGER NOT NULL DEFAULT 0,
        settled INTEGER NOT NULL DEFAULT 0,
        decided INTEGER NOT NULL DEFAULT 0
    """),
    # Pictures that a person asked for beside those of the rule.
    Table("asked_pictures", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        anchor_id TEXT NOT NULL REFERENCES anchors (id),
        number INTEGER NOT NULL,
        PRIMARY KEY (round_id, anchor_id, number)
    """),
    # One that is `own` was chosen by a person and is no sample of the model: no statistic counts it.
    # `marked_copy`: 1 a copy, 0 none, NULL nothing was said (Eq. G12); `mark_counts`: for other images, too.
    # `strength`: of the LoRA, `early_strength` in the steps up to the share `switch` (Eq. G13).
    _table("candidates", _OF_ROUND, Candidate, "UNIQUE (round_id, anchor_id, number)"),
    Table("candidate_scores", ("candidate_id", "candidates"), """
        candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (candidate_id, name)
    """),
    # The names that a person gives pictures, to find them again; nothing else depends on them.
    Table("candidate_tags", ("candidate_id", "candidates"), """
        candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        PRIMARY KEY (candidate_id, tag)
    """),
    # What other trainings of the round drew in earlier versions for a candidate's prompt and seed.
    Table("sibling_pictures", ("candidate_id", "candidates"), """
        candidate_id TEXT NOT NULL REFERENCES candidates (id) ON DELETE CASCADE,
        training INTEGER NOT NULL,
        image TEXT NOT NULL,
        chance REAL,
        PRIMARY KEY (candidate_id, training)
    """, files=_IMAGE),
    Table("decision_batches", _OF_ROUND, """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        round_id TEXT NOT NULL REFERENCES rounds (id),
        author TEXT NOT NULL CHECK (author IN ('human', 'sampler', 'policy')),
        time REAL NOT NULL,
        undoes INTEGER REFERENCES decision_batches (id),
        redoes INTEGER REFERENCES decision_batches (id)
    """, indexes=("batches_of_round ON decision_batches (round_id)",), counter="decisions"),
    Table("decisions", ("batch_id", "decision_batches"), """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        batch_id INTEGER NOT NULL REFERENCES decision_batches (id),
        candidate_id TEXT NOT NULL REFERENCES candidates (id),
        verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected', 'undecided')),
        mask TEXT,
        weight REAL CHECK (weight >= 0)
    """,
        files={"mask": "images"}, counter="decisions",
        indexes=("decisions_of_candidate ON decisions (candidate_id)",)),
    # What a person says of an image, in a batch of the round that drew it, which its copies share: `copy` as
    # `marked_copy` of candidates, and whether it `counts` for others.
    Table("marks", ("batch_id", "decision_batches"), """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        batch_id INTEGER NOT NULL REFERENCES decision_batches (id),
        candidate_id TEXT NOT NULL REFERENCES candidates (id),
        copy INTEGER,
        counts INTEGER NOT NULL DEFAULT 0
    """, counter="decisions", indexes=("marks_of_batch ON marks (batch_id)",)),
    # `scores` is JSON without IDs, since an imported project may get new ones.
    Table("overrides", ("batch_id", "decision_batches"), """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        batch_id INTEGER NOT NULL REFERENCES decision_batches (id),
        anchor_id TEXT NOT NULL REFERENCES anchors (id),
        suggested_id TEXT REFERENCES candidates (id),
        chosen_id TEXT NOT NULL REFERENCES candidates (id),
        verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
        first INTEGER NOT NULL CHECK (first IN (0, 1)),
        scores TEXT NOT NULL
    """, indexes=("overrides_of_batch ON overrides (batch_id)",), counter="decisions"),
    # A reason is appended, not changed: the newest one of an override counts.
    Table("override_reasons", ("override_id", "overrides"), """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        override_id INTEGER NOT NULL REFERENCES overrides (id),
        reason TEXT NOT NULL,
        time REAL NOT NULL
    """, indexes=("reasons_of_override ON override_reasons (override_id)",), counter="decisions"),
    # One without an image waits to be drawn, unless `trouble` says why it cannot be. `forgotten` is when it
    # was taken off the list. `lora` is the hash of the LoRA of the `step` that draws it; NULL: the round's.
    Table("trials", _OF_ROUND, f"""
        id TEXT PRIMARY KEY {is_id()},
        round_id TEXT NOT NULL REFERENCES rounds (id),
        prompt TEXT NOT NULL,
        seed INTEGER NOT NULL,
        guidance_scale REAL NOT NULL,
        strength REAL NOT NULL,
        trained_as TEXT NOT NULL DEFAULT '',
        image TEXT,
        feature BLOB,
        scores TEXT NOT NULL DEFAULT '{{}}',
        remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat')),
        trouble TEXT NOT NULL DEFAULT '',
        candidate_id TEXT REFERENCES candidates (id),
        created REAL NOT NULL,
        forgotten REAL,
        negative TEXT NOT NULL DEFAULT '',
        early_strength REAL NOT NULL DEFAULT 1.0,
        switch REAL NOT NULL DEFAULT 0.0,
        step INTEGER,
        lora TEXT NOT NULL DEFAULT ''
    """, files=_IMAGE, indexes=("trials_of_round ON trials (round_id, created)",)),
    # `measured` is a JSON list of sentences, `made_of` the hash of the exported weights. The file itself is
    # in a folder of the workspace, and can be made again; what was made stays until a new one is done.
    Table("exports", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        form TEXT NOT NULL,
        measured TEXT NOT NULL,
        made_of TEXT,
        sentence TEXT NOT NULL DEFAULT '',
        is_same INTEGER NOT NULL DEFAULT 0,
        created REAL NOT NULL,
        waits INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (round_id, form)
    """, archived=False),
    Table("pairs", _OF_ROUND, f"""
        id TEXT PRIMARY KEY {is_id()},
        round_id TEXT NOT NULL REFERENCES rounds (id),
        position INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        seed INTEGER NOT NULL,
        reference_image TEXT NOT NULL,
        reference_mask TEXT,
        generated_image TEXT,
        subject TEXT NOT NULL,
        weight REAL NOT NULL
    """,
        files={"reference_image": "images", "reference_mask": "images", "generated_image": "images"},
        indexes=("pairs_of_round ON pairs (round_id, position)",)),
    # One byte per patch, 1 inside; NULL where all patches count.
    Table("pair_regions", ("pair_id", "pairs"), """
        pair_id TEXT PRIMARY KEY NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
        height INTEGER NOT NULL,
        width INTEGER NOT NULL,
        learned BLOB CHECK (length(learned) = height * width),
        foreground BLOB CHECK (length(foreground) = height * width),
        subject BLOB CHECK (length(subject) = height * width),
        foreground_mask TEXT
    """, files={"foreground_mask": "images"}),
    # The empty subject stands for the whole picture: of a style, of a single object, of a pair.
    Table("patch_maps", ("owner_id", "candidates", "pairs"), f"""
        owner_id TEXT NOT NULL {is_id("owner_id")},
        kind TEXT NOT NULL,
        height INTEGER NOT NULL,
        width INTEGER NOT NULL,
        map_values BLOB NOT NULL,
        vision_model TEXT NOT NULL,
        subject TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (owner_id, kind, subject)
    """, loose=("owner_id",)),
    Table("paintings", _OF_ROUND, f"""
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        round_id TEXT NOT NULL REFERENCES rounds (id),
        owner_id TEXT NOT NULL {is_id("owner_id")},
        image TEXT,
        author TEXT NOT NULL,
        time REAL NOT NULL,
        undoes INTEGER REFERENCES paintings (id),
        redoes INTEGER REFERENCES paintings (id)
    """, files=_IMAGE, loose=("owner_id",), indexes=("paintings_of_round ON paintings (round_id)",)),
    Table("measurements", _OF_ROUND, """
        round_id TEXT NOT NULL REFERENCES rounds (id),
        metric TEXT NOT NULL,
        before REAL NOT NULL,
        after REAL NOT NULL,
        difference REAL NOT NULL,
        low REAL NOT NULL,
        high REAL NOT NULL,
        images INTEGER NOT NULL,
        PRIMARY KEY (round_id, metric)
    """),
    Table("test_sets", _OF_PROJECT, """
        project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
        seeds INTEGER NOT NULL,
        steps INTEGER NOT NULL,
        guidance_scale REAL NOT NULL,
        resolution INTEGER,
        measured TEXT NOT NULL DEFAULT 'auto' CHECK (measured IN ('auto', 'always', 'never')),
        guidance_start REAL NOT NULL DEFAULT 0.0,
        guidance_end REAL NOT NULL DEFAULT 1.0
    """),
    Table("test_prompts", _OF_PROJECT, f"""
        id TEXT PRIMARY KEY {is_id()},
        project_id TEXT NOT NULL REFERENCES projects (id),
        position INTEGER NOT NULL,
        part TEXT NOT NULL CHECK (part IN ('held_out', 'accepted', 'plain')),
        prompt TEXT NOT NULL,
        enabled INTEGER NOT NULL DEFAULT 1,
        UNIQUE (project_id, part, prompt)
    """),
    # One without a round is the base model's. `trained_as` is the fingerprint of the training that drew it:
    # one of an earlier training of the round does not count. `scores` is a JSON object of numbers by name.
    Table("test_pictures", ("prompt_id", "test_prompts"), f"""
        id TEXT PRIMARY KEY {is_id()},
        prompt_id TEXT NOT NULL REFERENCES test_prompts (id),
        round_id TEXT REFERENCES rounds (id),
        number INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        image TEXT NOT NULL,
        scores TEXT NOT NULL,
        remark TEXT NOT NULL DEFAULT '' CHECK (remark IN ('', 'redrawn', 'flat')),
        trained_as TEXT NOT NULL,
        created REAL NOT NULL,
        drawn_by TEXT NOT NULL DEFAULT '',
        strength REAL NOT NULL DEFAULT 1.0,
        early_strength REAL NOT NULL DEFAULT 1.0,
        switch REAL NOT NULL DEFAULT 0.0
    """, files=_IMAGE, indexes=("test_pictures_of_prompt ON test_pictures (prompt_id, round_id)",)),
    # Which of two images a person would rather have, by their hashes: the files belong to pictures. Without a
    # choice, an answer that was undone. `favored` is the side to which the studio's figures gave more then.
    Table("blind_answers", _OF_PROJECT, """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        project_id TEXT NOT NULL REFERENCES projects (id),
        left_image TEXT NOT NULL,
        right_image TEXT NOT NULL,
        chosen TEXT CHECK (chosen IN ('left', 'right', 'neither')),
        favored TEXT NOT NULL DEFAULT '' CHECK (favored IN ('left', 'right', '')),
        author TEXT NOT NULL CHECK (author IN ('human', 'sampler', 'policy')),
        time REAL NOT NULL,
        undoes INTEGER REFERENCES blind_answers (id),
        redoes INTEGER REFERENCES blind_answers (id)
    """, indexes=("blind_answers_of_project ON blind_answers (project_id)",)),
    # The source and its round are named, not referred to: they may be deleted, or in another workspace.
    Table("replays", _OF_PROJECT, """
        project_id TEXT PRIMARY KEY NOT NULL REFERENCES projects (id),
        source_id TEXT NOT NULL,
        source_name TEXT NOT NULL,
        source_round TEXT NOT NULL,
        policy TEXT NOT NULL,
        left_out TEXT NOT NULL
    """, indexes=("replays_of_source ON replays (source_id)",)),
    Table("replay_rounds", _OF_PROJECT, """
        project_id TEXT NOT NULL REFERENCES projects (id),
        number INTEGER NOT NULL,
        settings TEXT NOT NULL,
        prompts TEXT NOT NULL,
        prior_drawing TEXT,
        PRIMARY KEY (project_id, number)
    """),
    # `seen` is the hash of the picture that the person decided about, whose file belongs to the source.
    Table("replay_decisions", _OF_PROJECT, """
        project_id TEXT NOT NULL REFERENCES projects (id),
        number INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        place INTEGER NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'rejected')),
        mask TEXT,
        weight REAL CHECK (weight >= 0),
        seen TEXT NOT NULL,
        PRIMARY KEY (project_id, number, prompt, place)
    """, files={"mask": "images"}),
    Table("workers", (), """
        id TEXT PRIMARY KEY,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        process TEXT NOT NULL,
        beat REAL NOT NULL,
        ended REAL
    """, archived=False),
    Table("jobs", _OF_PROJECT, f"""
        id TEXT PRIMARY KEY {is_id()},
        project_id TEXT NOT NULL REFERENCES projects (id),
        round_id TEXT NOT NULL REFERENCES rounds (id),
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        phase TEXT NOT NULL DEFAULT '',
        done INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0,
        message TEXT NOT NULL DEFAULT '',
        priority INTEGER NOT NULL DEFAULT 1,
        rank INTEGER NOT NULL,
        worker_id TEXT REFERENCES workers (id),
        sample_wanted INTEGER NOT NULL DEFAULT 0,
        created REAL NOT NULL,
        started REAL,
        finished REAL,
        paused_for TEXT NOT NULL DEFAULT '' CHECK (paused_for IN ('', 'room')),
        room_needed INTEGER NOT NULL DEFAULT 0
    """, indexes=("jobs_of_project ON jobs (project_id, created)",), counter="", archived=False),
    Table("job_moves", ("job_id", "jobs"), """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job_id TEXT NOT NULL REFERENCES jobs (id),
        state_before TEXT,
        state_after TEXT NOT NULL,
        reason TEXT NOT NULL,
        time REAL NOT NULL
    """, archived=False),
    Table("job_progress", ("job_id", "jobs"), """
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        job_id TEXT NOT NULL REFERENCES jobs (id),
        phase TEXT NOT NULL,
        done REAL NOT NULL,
        time REAL NOT NULL
    """, indexes=("progress_of_job ON job_progress (job_id, time)",), counter="", archived=False),
    Table("foregrounds", (), """
        image TEXT PRIMARY KEY,
        mask TEXT,
        problem TEXT NOT NULL
    """, files={"image": "images", "mask": "images"}, archived=False),
    Table("seen_pictures", (), """
        image TEXT NOT NULL,
        base_model TEXT NOT NULL,
        edition TEXT NOT NULL,
        seen_image TEXT,
        psnr REAL,
        detail REAL,
        weakest REAL,
        trouble TEXT NOT NULL DEFAULT '',
        asked REAL NOT NULL,
        taken REAL,
        answered REAL,
        PRIMARY KEY (image, base_model)
    """, files={"image": "images", "seen_image": "images"}, archived=False),
    Table("answers", (), """
        id TEXT PRIMARY KEY,
        answer TEXT NOT NULL,
        time REAL NOT NULL
    """, indexes=("answers_by_time ON answers (time)",), archived=False),
)
# fmt: on
"""Every table, each after those that it refers to."""


def table_named(name: str) -> Table:
    """The table of that name."""
    return next(table for table in TABLES if table.name == name)
