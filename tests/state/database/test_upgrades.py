"""A workspace of 0.1.0 and later opens with all its contents; one of a later or earlier version is refused.

`stored/version_N.sql` are workspaces of those versions of the tables, with rows in every table of the first.
"""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from gal_studio.cli import main
from gal_studio.core.errors import StudioError
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.state.database import upgrades
from gal_studio.state.database.tables import TABLES, split_definitions
from gal_studio.state.database.versions import triggers
from tests.job_moves import moves
from tests.workspace.filled import fill

STORED = Path(__file__).parent / "stored"
VERSIONS = (21, 26)
SHAPES = {47: "60c8c151531d6b2b"}
"""A digest of the tables of each version since this one: see the test that compares them."""
# the IDs of the stored workspaces: projects, rounds, candidates, references, jobs
P1 = "00000000000000a1"
P2 = "00000000000000a2"
R1 = "00000000000000b1"
C1 = "00000000000000c1"
J1 = "00000000000000f1"
J2 = "00000000000000f2"


@pytest.fixture(params=VERSIONS, ids="version {}".format)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def old_workspace(folder: Path, version: int = upgrades.OLDEST) -> Path:
    """A workspace of an earlier version."""
    folder.mkdir()
    with opened(folder) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((STORED / f"version_{version}.sql").read_text(encoding="utf-8"))
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database, without the studio."""
    with closing(sqlite3.connect(folder / "studio.db", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def contents(folder: Path) -> dict[str, list[dict[str, object]]]:
    with opened(folder) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY rowid")]
            for (name,) in names
            if not name.startswith("sqlite_")
        }


def declared(folder: Path) -> dict[str, str]:
    """What every table, index and trigger was made with, in plain spacing."""
    with opened(folder) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {row["name"]: " ".join(row["sql"].replace('"', "").split()) for row in rows}


def test_tables_come_after_those_that_they_refer_to() -> None:
    seen: set[str] = set()
    for table in TABLES:
        referred = {column.target for column in table.columns if column.target} | set(table.owner[1:])
        assert referred - {table.name} <= seen, table.name
        assert {*table.files, *table.loose} <= set(table.names), table.name
        seen.add(table.name)


def test_tables_change_with_their_version_alone() -> None:
    """A workspace that says this version is not upgraded: one made before a change would lack it."""
    tables = [(one.name, *sorted(split_definitions(one.definitions)), *one.indexes) for one in TABLES]
    digest = hashlib.sha256(repr((sorted(tables), sorted(triggers().items()))).encode()).hexdigest()[:16]
    new = max(SHAPES) + 1
    assert SHAPES.get(upgrades.VERSION) == digest, (
        f"The tables are not those of version {new - 1}: set gal_studio.state.database.upgrades.VERSION to "
        f'{new}, and add {new}: "{digest}" to SHAPES.'
    )


def test_old_workspace_opens_with_all_that_was_in_it(tmp_path: Path, version: int) -> None:
    folder = old_workspace(tmp_path / "old", version)
    before = contents(folder)
    with Store(folder) as store:
        assert store.database.rows("PRAGMA user_version")[0][0] == upgrades.VERSION
        assert store.database.rows("PRAGMA foreign_keys")[0][0] == 1
        assert not store.database.rows("PRAGMA foreign_key_check")
        assert store.database.rows("PRAGMA integrity_check")[0][0] == "ok"
        assert not list(upgrades.differences(store.database.rows))
        check_what_is_read(store)
        stored = store.refinements.maps(C1, "quality")
        assert {subject: one.values.tolist() for subject, one in stored.items()} == {"": [[0.5, 0.5]]}
    after = contents(folder)
    assert {table.name for table in TABLES} == set(after)
    for former, rows in before.items():
        name = {"put_away": "archived_projects"}.get(former, former)
        assert len(after[name]) == len(rows), name
        for old, new in zip(rows, after[name], strict=True):
            kept = {column: value for column, value in old.items() if column in new}
            assert {column: new[column] for column in kept} == kept, name
            assert old.keys() - new.keys() <= {"position"}, name


def check_what_is_read(store: Store) -> None:
    project = store.projects.get(P1)
    assert (project.trigger_word, project.settings.tune.steps) == ("<pot>", 12)
    assert project.settings.refine.pairs == 16  # what nobody could set yet has its default
    (reference,) = store.projects.references(P1)
    assert reference.trigger_word == "<pot>"
    assert store.projects.references(P2)[0].trigger_word == ""
    assert [round_.kind for round_ in store.rounds.of_project(P1)] == [
        "fine_tune",
        "fine_tune",
    ]
    assert store.rounds.training_set(R1)[0].mask is None
    assert store.decisions.of_round(R1).accepted == (C1,)
    assert store.decisions.can_undo(R1) == (True, False)
    assert [move.after for move in moves(store, J1)] == ["queued", "completed"]
    jobs = store.jobs.of_project(P1)
    assert [(job.id, job.state) for job in jobs] == [
        (J1, "completed"),
        (J2, "paused"),
    ]
    assert store.jobs.get(J2).paused_for == ""  # whoever paused it, a person is to resume it
    assert store.jobs.waiting_for_space() == ()
    assert [candidate.remark for candidate in store.candidates.of_round(R1)] == ["", ""]


def test_an_old_workspace_has_the_tables_of_a_new_one(tmp_path: Path, version: int) -> None:
    folder = old_workspace(tmp_path / "old", version)
    Store(folder).close()
    Store(tmp_path / "new").close()
    old, new = declared(folder), declared(tmp_path / "new")
    assert old.keys() == new.keys()
    assert {name for name in old if sorted(old[name]) != sorted(new[name])} == set()


def test_work_goes_on_in_an_old_workspace(tmp_path: Path, version: int) -> None:
    with Store(old_workspace(tmp_path / "old", version)) as store:
        assert store.jobs.resume(J2).state == "queued"
        store.workers.enter("w2")
        claimed = store.jobs.claim("w2")
        assert claimed is not None
        assert claimed.id == J2
        node = store.rounds.add(P1, R1, store.rounds.get(R1).settings, "refine")
        assert store.jobs.enqueue(P1, node.id, "generate").state == "queued"
        assert lineage.pool(store.snapshots.round(node.id)) == lineage.pool(store.snapshots.round(R1))
        with pytest.raises(sqlite3.IntegrityError):
            store.database.write("INSERT INTO job_moves VALUES (9, 'nothing', NULL, 'queued', '', 1.0)")
        with pytest.raises(StudioError, match="no jobs of the kind 'nothing'"):
            store.jobs.enqueue(P1, node.id, "nothing")


def test_a_rebuilt_table_keeps_the_order_of_its_rows(tmp_path: Path, version: int) -> None:
    folder = old_workspace(tmp_path / "old", version)
    with opened(folder) as connection:
        connection.execute(f"UPDATE jobs SET rowid = 7 WHERE id = '{J1}'")  # behind j2, of the same time
        connection.execute("UPDATE jobs SET created = 1.0")
    with Store(folder) as store:
        assert [job.id for job in store.jobs.of_project(P1)] == [
            J2,
            J1,
        ]


def test_the_order_of_an_old_queue_is_kept(tmp_path: Path) -> None:
    """Its positions were one number, above 1e9 in the background."""
    folder = old_workspace(tmp_path / "old", 26)
    jobs = {"late": ("generate", 9.5), "behind": ("measure", 1e9 + 1), "early": ("export", 3.25)}
    with opened(folder) as connection:
        for name, (kind, position) in jobs.items():
            connection.execute(
                "INSERT INTO jobs (id, project_id, round_id, kind, state, position, created) "
                f"VALUES (?, '{P1}', '{R1}', ?, 'queued', ?, 9.0)", (name, kind, position)
            )  # fmt: skip
    with Store(folder) as store:
        assert [job.id for job in store.queue.read().waiting] == ["early", "late", "behind"]
        later = store.jobs.enqueue(P1, R1, "quality")
        assert [job.id for job in store.queue.read().waiting] == ["early", "late", later.id, "behind"]


def test_opening_twice_upgrades_once(tmp_path: Path) -> None:
    folder = old_workspace(tmp_path / "old")
    with Store(folder), Store(folder) as second:
        assert second.projects.get(P1).name == "Pot"


def test_upgrade_that_fails_leaves_the_old_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = old_workspace(tmp_path / "old")
    before = contents(folder)
    monkeypatch.setattr(upgrades, "COMPLETE", "INSERT INTO nothing VALUES (1)")
    with pytest.raises(sqlite3.OperationalError):
        Store(folder)
    assert contents(folder) == before
    monkeypatch.undo()
    with Store(folder) as store:
        assert store.projects.get(P1).name == "Pot"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("INSERT INTO job_moves VALUES (9, 'nothing', NULL, 'queued', '', 1.0)", "refer to missing rows"),
        ("ALTER TABLE anchors RENAME COLUMN position TO place", "The table anchors lacks a column"),
        (
            f"PRAGMA user_version = {upgrades.OLDEST - 1}",
            r"older than GAL Studio 0\.1\.0: open it with 0\.2\.0",
        ),
    ],
)
def test_what_cannot_be_upgraded_is_told_and_left(tmp_path: Path, change: str, words: str) -> None:
    folder = old_workspace(tmp_path / "old")
    with opened(folder) as connection:
        connection.execute(change)
    before = contents(folder)
    with pytest.raises(StudioError, match=words):
        Store(folder)
    assert contents(folder) == before


def test_newer_workspace_is_refused_and_left_untouched(tmp_path: Path) -> None:
    folder = tmp_path / "newer"
    Store(folder).close()
    with opened(folder) as connection:
        connection.execute("ALTER TABLE projects ADD COLUMN colour TEXT")
        connection.execute(f"PRAGMA user_version = {upgrades.VERSION + 1}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (folder / "studio.db").read_bytes()
    with pytest.raises(StudioError, match="newer GAL Studio") as refusal:
        Store(folder)
    assert len(str(refusal.value).splitlines()) == 1
    assert (folder / "studio.db").read_bytes() == before


def test_a_mark_of_a_copy_becomes_the_last_step_of_its_round(tmp_path: Path) -> None:
    folder = old_workspace(tmp_path / "old", 26)
    with opened(folder) as connection:
        connection.execute(f"UPDATE candidates SET marked_copy = 1 WHERE id = '{C1}'")
    with Store(folder) as store:
        assert store.candidates.get(C1).marked_copy and store.candidates.get(C1).mark_counts
        assert store.history.undo(R1) == (C1,)
        assert store.candidates.get(C1).marked_copy is None
        assert store.decisions.of_round(R1).accepted == (C1,), "the verdict stays"


def test_a_branch_of_version_46_that_has_copies_of_marks_shares_those_of_its_round(tmp_path: Path) -> None:
    """Marks stood among verdicts and were copied with them; an undo in the round left those of the copy."""
    with Store(tmp_path) as store:
        first = store.rounds.of_project(fill(store, Random(1)).id)[0].id
        store.history.go_to(first, None)
        drawn = [each.id for each in store.candidates.with_own(first)[:3]]
        store.decisions.record(first, [(drawn[0], "accepted")], "human")
        copy = store.branches.copy(first).id
        twins = [each.id for each in store.candidates.with_own(copy)[:3]]
        kept = [store.decisions.of_round(each).verdicts for each in (first, copy)]
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    with opened(tmp_path) as connection:
        connection.execute("DROP TABLE marks")
        connection.execute("ALTER TABLE decisions ADD COLUMN marked_copy INTEGER")
        connection.execute("UPDATE candidates SET marked_copy = NULL")
        connection.execute("ALTER TABLE candidates DROP COLUMN mark_counts")
        step: int | None = None
        for round_id, names, marked in ((copy, twins, 1), (first, drawn, 1), (first, drawn, None)):
            row = (round_id, None if marked else step)
            step = connection.execute(
                "INSERT INTO decision_batches (round_id, author, time, undoes) VALUES (?, 'human', 9, ?)",
                row,
            ).lastrowid
            for name, verdict in zip(names[:2], ("accepted", "undecided"), strict=True):
                connection.execute(
                    "INSERT INTO decisions (batch_id, candidate_id, verdict, marked_copy) "
                    "VALUES (?, ?, ?, ?)",
                    (step, name, verdict, marked),
                )
                connection.execute("UPDATE candidates SET marked_copy = ? WHERE id = ?", (marked, name))
        connection.execute("PRAGMA user_version = 46")
    with Store(tmp_path) as store:
        assert [store.decisions.of_round(each).verdicts for each in (first, copy)] == kept
        found = [[store.candidates.get(one).marked_copy for one in names] for names in (drawn, twins)]
        assert found == [[True, True, None]] * 2, "an image has one mark"
        assert store.candidates.get(drawn[0]).mark_counts, "as it did before"
        assert set(store.history.undo(copy)) == {*twins[:2]}
        assert store.candidates.get(drawn[0]).marked_copy is None
        store.history.undo(first)
        assert [store.decisions.of_round(each).verdicts for each in (first, copy)] == [{}, kept[1]]


def test_tables_of_today_without_a_version_keep_the_settings_of_finished_rounds(tmp_path: Path) -> None:
    """What a dump of the database leaves: its version is lost, and nothing is changed but that."""
    with Store(tmp_path) as store:
        project = fill(store, Random(1))
        round_id = store.rounds.of_project(project.id)[0].id
        store.database.write("UPDATE rounds SET settings = json_remove(settings, '$.gal.copy_detectors')")
        before = store.rounds.get(round_id).settings
        store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    with opened(tmp_path) as connection:
        rows = [tuple(row) for row in connection.execute("SELECT * FROM rounds")]
        decided = connection.execute("SELECT COUNT(*) FROM decisions").fetchone()[0]
        connection.execute("PRAGMA user_version = 0")
    with Store(tmp_path) as store:
        assert store.rounds.get(round_id).settings == before
        assert store.database.is_current
    with opened(tmp_path) as connection:
        assert [tuple(row) for row in connection.execute("SELECT * FROM rounds")] == rows
        assert connection.execute("SELECT COUNT(*) FROM decisions").fetchone()[0] == decided


@pytest.mark.parametrize(
    ("said", "words"),
    [(upgrades.VERSION + 1, "made by a newer GAL Studio"), (0, ""), (-1, "has the version -1")],
    ids=["a newer one", "none", "one that is none"],
)
def test_a_version_that_is_not_known_is_never_repaired_down(
    tmp_path: Path, said: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Store(tmp_path).close()
    with opened(tmp_path) as connection:
        if said == 0:
            connection.execute("ALTER TABLE rounds ADD COLUMN mood TEXT NOT NULL DEFAULT 'good'")
        connection.execute(f"PRAGMA user_version = {said}")
    for option in ([], ["--repair"]):
        assert main(["doctor", "--workspace", str(tmp_path), *option]) == 2
        assert words in capsys.readouterr().err
    with opened(tmp_path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == said
        assert said or "mood" in [row[1] for row in connection.execute("PRAGMA table_info(rounds)")]


def test_all_ids_of_a_project_are_checked_also_after_an_upgrade(tmp_path: Path) -> None:
    """A damaged row of a former version is kept, for the doctor; no new one comes."""
    old = old_workspace(tmp_path / "old", 26)
    with opened(old) as connection:
        connection.execute(
            "INSERT INTO anchors (id, project_id, position, prompt) "
            "SELECT '../../victim', project_id, 100, 'A cat by a lake' FROM anchors LIMIT 1"
        )
    for folder in (old, tmp_path / "new"):
        with Store(folder) as store:
            if folder != old:
                fill(store, Random(1))
            for table in TABLES:
                named = [*table.loose, *(["id"] if table.has_id and table.is_of_a_project() else [])]
                for column in named:
                    check_only_ids_are_written(store, table.name, column)
    with opened(old) as connection:
        assert connection.execute("SELECT COUNT(*) FROM anchors WHERE id LIKE '%victim'").fetchone()[0] == 1


def check_only_ids_are_written(store: Store, table: str, column: str) -> None:
    if not store.database.unchecked_rows(f"SELECT 1 FROM {table}"):
        return
    for odd in ("../../victim", "", "0123456789ABCDEF", "0123456789abcde", b"0123456789abcdef", 7):
        with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
            store.database.write(f"UPDATE {table} SET {column} = ?", (odd,))
