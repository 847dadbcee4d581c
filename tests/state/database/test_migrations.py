"""A workspace of every earlier version opens with all its contents; one of a later version is refused."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.settings import Settings
from gal_studio.rounds import lineage
from gal_studio.state import Store
from gal_studio.state.database.migrations import MIGRATIONS
from gal_studio.workspace.schema import true_version
from tests.job_moves import moves

RELEASED = (
    "9b2b3a83bfc652285dcebbb931ec29715a1ffd7cb27475197293c161138aade4",
    "3c7a09e7bc6eb956d524bf48fef9f02b83c913da6483de731aee05c34da1385f",
    "d21b931092f01d466ec3a6dff47b513b355ec23bfab11b52da4ef6ab630ec784",
    "e5293fbf41d430553284c837d3d647713a1d223a46a01f8d8d3d05f790f5069b",
    "6ccf26c300b10e39ebf1f916fa57a01f0883ba2611784f18ece0deec1ca951a3",
    "29ca5ffe4d2098fffa6c9d62c016e34d60c8c2a90d08e789be21b57d3b1aecb6",
    "0d30877acbeb1818382354846404e78126fe23d01e1f753a7c3418d0e12e818c",
    "f5f027b038d241e77f7d52421a3dddd0ce7b3148673629ee1689532af347941e",
    "3ee33034976e245e3c5310b2a4d13828fa9aebae6e622db09eeadf46ab119c0f",
    "36304f6228ffbbe06a29bcde9bd9d4be558c5a91d32edf8be71f2ba76b255253",
    "6696c7b33b23ea60903f1fbcafe849cd471accda9ccc9735d50b99fc1aa308b8",
    "b1ca628698e370e0e648f5d686ea238b6eb1ee918e0361954d2f31fd1ac65f46",
    "853436f6e3d0703f07cdc6ca0e44968565c6d5f50bd5007d97b32c27c1054a63",
    "dd70970322e7027e5d3a8fb6a663bf15d5c1e61840ec31192dc4ee6ae60f087c",
    "0ec1c11cb46cc45421269b792acf00b28cabda0497b65add703414aa31b35c12",
    "75f28c37cf4e61fa706297f0479dc0af03551ceb0c6af307587e07392127277a",
    "3e487f852d4e276c73594114ce51b8095487f209f9bf11e74add828b7cab3818",
    "d84caaf5f595ced58ca081dfb7d6f996ec64bd63d110ef9d804c9d337fa07c07",
    "04c2c614a1bbb35a56e256c8200d6ab8b1130b9d6906aa6b65e4480f2a654170",
    "2ed6ed525a8369a6516b81f928028401eebee16190335fe4cd567121bddc6be9",
    "0a5c3f2243a6e0b6007c8801b8a4ecd61cf0b0595b9534398661acfc8a08493b",
    "4edc8aa1c83a2d0a2ca9da3ae0fc363f1d49ff39aff6360ad7e38a7a67f26321",
    "94f05282db3e56d079d67aaac69c53b3b87fbe33429df5b3da3b22aa7f6db3c0",
    "7e62930b45303cae46c5fcb4ed696e61ff98de2278758038ee3ba230288847ed",
    "cbe7ef391728c26f437ccea081b3e03dfd7e46144dc690fb66ccd345557b85ec",
)
HASH = "a" * 64


@pytest.fixture(params=range(1, len(RELEASED) + 1), ids="version {}".format)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def old_workspace(folder: Path, version: int = 1) -> Path:
    """A workspace of an earlier version, with rows in every first table, written without the studio."""
    folder.mkdir()
    connection = sqlite3.connect(folder / "studio.db", isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    for statement in MIGRATIONS[0]:
        connection.execute(statement)
    connection.execute("PRAGMA user_version = 1")
    for line in ROWS.strip().splitlines():
        connection.execute(line)
    connection.execute("PRAGMA foreign_keys = OFF")
    for number, statements in enumerate(MIGRATIONS[1:version], start=2):
        for statement in statements:
            connection.execute(statement)
        if number == 2:
            connection.execute(MAP)
        connection.execute(f"PRAGMA user_version = {number}")
    connection.close()
    return folder


MAP = "INSERT INTO patch_maps VALUES ('c1', 'quality', 1, 2, x'00380038', 'clip')"
ROWS = f"""
INSERT INTO projects VALUES ('p1', 'Pot', 'object', 'base', 'clip', '<pot>', 3, 'origin', 1.0)
INSERT INTO projects VALUES ('p2', 'Ink', 'style', 'base', 'clip', '', 4, NULL, 2.0)
INSERT INTO project_settings VALUES (1, 'p1', '{{"tune": {{"steps": 12}}}}', 'human', 1.0)
INSERT INTO project_settings VALUES (2, 'p2', '{{}}', 'human', 1.0)
INSERT INTO project_references VALUES ('f1', 'p1', 0, 'A <pot> pot on a rug', 'A pot on a rug', '{HASH}')
INSERT INTO project_references VALUES ('f2', 'p2', 0, 'A cat in ink', 'A cat in ink', '{HASH}')
INSERT INTO anchors VALUES ('a1', 'p1', 0, 'a <pot> pot in a gym', 1)
INSERT INTO class_images VALUES ('p1', 'base / a photo of a pot', 0, '{HASH}')
INSERT INTO rounds VALUES ('r1', 'p1', NULL, 1, '{{"tune": {{"steps": 12}}}}', '{HASH}', 'print', 40, 1.0)
INSERT INTO rounds VALUES ('r2', 'p1', 'r1', 2, '{{}}', NULL, NULL, 0, 2.0)
INSERT INTO round_seconds VALUES ('r1', 'fine_tune', 12.5)
INSERT INTO losses VALUES ('r1', 1, 0.5)
INSERT INTO training_sets VALUES ('r1', 0, '{HASH}', 'A <pot> pot on a rug', 1.0, 1)
INSERT INTO training_images VALUES ('r1', 50, 'a <pot> pot in a gym', 7, '{HASH}', 1.5)
INSERT INTO reference_places VALUES ('r1', 'f1', 0.25, -0.5)
INSERT INTO candidates VALUES ('c1', 'r1', 'a1', 0, 9, '{HASH}', 0.3, 0.2, x'0000803f', 0.1, 0.2, 1.0)
INSERT INTO candidates VALUES ('c2', 'r1', 'a1', 1, 9, '{HASH}', 0.3, 0.2, x'0000803f', NULL, NULL, 1.0)
INSERT INTO decision_batches VALUES (1, 'r1', 'human', 1.0, NULL, NULL)
INSERT INTO decision_batches VALUES (2, 'r1', 'human', 2.0, 1, NULL)
INSERT INTO decision_batches VALUES (3, 'r1', 'sampler', 3.0, NULL, 1)
INSERT INTO decisions VALUES (1, 1, 'c1', 'accepted')
INSERT INTO decisions VALUES (2, 2, 'c1', 'undecided')
INSERT INTO decisions VALUES (3, 3, 'c1', 'accepted')
INSERT INTO workers VALUES ('w1', 'host', 1, 'process', 1.0, 2.0)
INSERT INTO jobs VALUES ('j1','p1','r1','fine_tune','completed','fine_tune',12,12,'',1.0,'w1',0,1.0,1.0,2.0)
INSERT INTO jobs VALUES ('j2','p1','r2','fine_tune','paused','fine_tune',3,12,'Kept',2.0,'w1',0,3.0,3.0,NULL)
INSERT INTO job_moves VALUES (1, 'j1', NULL, 'queued', 'asked for', 1.0)
INSERT INTO job_moves VALUES (2, 'j1', 'queued', 'completed', 'done', 2.0)
INSERT INTO job_progress VALUES (1, 'j1', 'fine_tune', 12.0, 2.0)
"""


def tables(path: Path) -> dict[str, list[dict[str, object]]]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    names = [
        row["name"]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not row["name"].startswith("sqlite_")
    ]
    found = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in names}
    connection.close()
    return found


def test_released_migrations_are_what_they_were() -> None:
    """A migration that was released is never edited; a new one is added."""
    hashes = [hashlib.sha256(";".join(statements).encode()).hexdigest() for statements in MIGRATIONS]
    assert tuple(hashes[: len(RELEASED)]) == RELEASED
    assert len(MIGRATIONS) == len(RELEASED) + 1  # name the last one here when the next one is made


def test_old_workspace_has_rows_in_every_table(tmp_path: Path) -> None:
    assert all(tables(old_workspace(tmp_path / "old") / "studio.db").values())


def test_old_workspace_opens_with_all_that_was_in_it(tmp_path: Path, version: int) -> None:
    folder = old_workspace(tmp_path / "old", version)
    before = tables(folder / "studio.db")
    with Store(folder) as store:
        assert store.database.rows("PRAGMA user_version")[0][0] == len(MIGRATIONS)
        assert store.database.rows("PRAGMA foreign_keys")[0][0] == 1
        assert not store.database.rows("PRAGMA foreign_key_check")
        assert store.database.rows("PRAGMA integrity_check")[0][0] == "ok"
        check_what_is_read(store)
        stored = store.refinements.maps("c1", "quality")  # there are maps since version 2
        assert {subject: stored_map.values.tolist() for subject, stored_map in stored.items()} == (
            {"": [[0.5, 0.5]]} if version >= 2 else {}
        )
    after = tables(folder / "studio.db")
    for name, rows in before.items():
        assert len(after[name]) == len(rows), name
        for old, new in zip(rows, after[name], strict=True):
            assert {column: new.get(column) for column in old} == _with_its_witness(old), name


def _with_its_witness(row: dict[str, object]) -> dict[str, object]:
    """The row with the one setting that former versions had no choice of."""
    if "settings" not in row:
        return row
    settings = json.loads(str(row["settings"]))
    settings.setdefault("gal", {})["witnesses"] = "prompts"
    return {**row, "settings": json.dumps(settings, separators=(",", ":"))}


def check_what_is_read(store: Store) -> None:
    project = store.projects.get("p1")
    assert (project.trigger_word, project.settings.tune.steps) == ("<pot>", 12)
    assert project.settings.refine.pairs == 16  # what nobody could set yet has its default
    (reference,) = store.projects.references("p1")
    assert (reference.trigger_word, reference.mask) == ("<pot>", None)
    assert store.projects.references("p2")[0].trigger_word == ""
    assert [round_.kind for round_ in store.rounds.of_project("p1")] == ["fine_tune", "fine_tune"]
    assert store.rounds.training_set("r1")[0].mask is None
    assert store.decisions.of_round("r1").accepted == ("c1",)
    assert store.decisions.of_round("r1").masks == {}
    assert store.decisions.can_undo("r1") == (True, False)
    assert [move.after for move in moves(store, "j1")] == ["queued", "completed"]
    assert [(job.id, job.state) for job in store.jobs.of_project("p1")] == [
        ("j1", "completed"),
        ("j2", "paused"),
    ]
    assert store.jobs.get("j2").paused_for == ""  # whoever paused it, a person is to resume it
    assert store.jobs.waiting_for_space() == ()
    assert [candidate.remark for candidate in store.candidates.of_round("r1")] == ["", ""]
    assert store.refinements.pairs("r1") == ()


def test_work_goes_on_in_an_old_workspace(tmp_path: Path, version: int) -> None:
    with Store(old_workspace(tmp_path / "old", version)) as store:
        assert store.jobs.resume("j2").state == "queued"
        store.workers.enter("w2")
        claimed = store.jobs.claim("w2")
        assert claimed is not None
        assert claimed.id == "j2"
        node = store.rounds.add("p1", "r1", store.rounds.settings("r1"), "refine")
        assert store.jobs.enqueue("p1", node.id, "pairs").state == "queued"
        assert lineage.pool(store, node.id) == lineage.pool(store, "r1")
        with pytest.raises(sqlite3.IntegrityError):
            store.database.write("INSERT INTO job_moves VALUES (9, 'nothing', NULL, 'queued', '', 1.0)")
        with pytest.raises(StudioError, match="no jobs of the kind 'nothing'"):
            store.jobs.enqueue("p1", node.id, "nothing")


def described(store: Store, table: str) -> dict[str, list[tuple[object, ...]]]:
    """The columns, indices and foreign keys of a table."""
    pragmas = ("table_info", "index_list", "foreign_key_list")
    return {name: [tuple(row) for row in store.database.rows(f"PRAGMA {name}({table})")] for name in pragmas}


def test_table_of_jobs_is_rebuilt_without_its_list_of_kinds(tmp_path: Path, version: int) -> None:
    folder = old_workspace(tmp_path / "old", version)
    connection = sqlite3.connect(folder / "studio.db", isolation_level=None)
    connection.execute("UPDATE jobs SET rowid = 7 WHERE id = 'j1'")  # behind j2, of the same time of creation
    connection.execute("UPDATE jobs SET created = 1.0")
    connection.close()
    with Store(folder) as store, Store(tmp_path / "new") as new:
        assert [job.id for job in store.jobs.of_project("p1")] == ["j2", "j1"]
        for table in ("jobs", "job_moves", "job_progress"):
            assert described(store, table) == described(new, table)
        assert ("jobs", "job_id") in [
            (row[2], row[3]) for row in described(store, "job_moves")["foreign_key_list"]
        ]
        store.database.write("UPDATE jobs SET kind = 'nothing' WHERE id = 'j2'")
        assert store.jobs.get("j2").kind == "nothing"


@pytest.mark.parametrize("version", range(2, 5))
def test_mask_of_an_old_reference_is_the_first_entry_of_its_log(tmp_path: Path, version: int) -> None:
    folder = old_workspace(tmp_path / "old", version)
    connection = sqlite3.connect(folder / "studio.db", isolation_level=None)
    connection.execute("UPDATE project_references SET mask = ? WHERE id = 'f1'", (HASH,))
    connection.close()
    with Store(folder) as store:
        assert [store.projects.reference(name).mask for name in ("f1", "f2")] == [HASH, None]
        (row,) = store.database.rows("SELECT * FROM reference_masks")
        assert (row["reference_id"], row["author"], row["time"]) == ("f1", "human", 1.0)
        store.projects.masks.add("f1", "b" * 64)
        assert store.projects.masks.undo("f1")
        assert store.projects.reference("f1").mask == HASH
        with pytest.raises(sqlite3.IntegrityError):
            store.database.write("DELETE FROM project_references WHERE id = 'f1'")


def test_opening_twice_migrates_once(tmp_path: Path) -> None:
    folder = old_workspace(tmp_path / "old")
    with Store(folder), Store(folder) as second:
        assert second.projects.get("p1").name == "Pot"


def test_migration_that_fails_leaves_the_old_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gal_studio.state.database import connection as database

    folder = old_workspace(tmp_path / "old")
    before = tables(folder / "studio.db")
    broken = (*MIGRATIONS[:2], (*MIGRATIONS[2], "INSERT INTO nothing VALUES (1)"))
    monkeypatch.setattr(database, "MIGRATIONS", broken)
    with pytest.raises(sqlite3.OperationalError):
        Store(folder)
    assert tables(folder / "studio.db") == before
    monkeypatch.undo()
    with Store(folder) as store:
        assert store.projects.get("p1").name == "Pot"


def test_rows_that_point_to_nothing_are_told_and_left(tmp_path: Path) -> None:
    folder = old_workspace(tmp_path / "old")
    connection = sqlite3.connect(folder / "studio.db", isolation_level=None)
    connection.execute("INSERT INTO job_moves VALUES (9, 'nothing', NULL, 'queued', '', 1.0)")
    connection.close()
    before = tables(folder / "studio.db")
    with pytest.raises(StudioError, match="refer to missing rows"):
        Store(folder)
    assert tables(folder / "studio.db") == before


def test_newer_workspace_is_refused_and_left_untouched(tmp_path: Path) -> None:
    folder = tmp_path / "newer"
    Store(folder).close()
    connection = sqlite3.connect(folder / "studio.db", isolation_level=None)
    connection.execute("ALTER TABLE projects ADD COLUMN colour TEXT")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    before = (folder / "studio.db").read_bytes()
    with pytest.raises(StudioError, match="newer GAL Studio") as refusal:
        Store(folder)
    assert len(str(refusal.value).splitlines()) == 1
    assert (folder / "studio.db").read_bytes() == before


def test_old_projects_keep_the_prompts_as_their_only_witness(tmp_path: Path, version: int) -> None:
    """No flag of a former version changes; a new project has both witnesses."""
    old_workspace(tmp_path / "old", version)
    with Store(tmp_path / "old") as store:
        assert store.projects.get("p1").settings.gal.witnesses == "prompts"
        assert store.rounds.settings("r1").gal.witnesses == "prompts"
        assert store.rounds.settings("r1").tune.steps == 12
        assert {one.witnesses for one in store.candidates.of_round("r1")} == {"prompts"}
    assert Settings().gal.witnesses == "both"


def test_every_old_workspace_says_its_own_version(tmp_path: Path, version: int) -> None:
    """Some versions differ in their constraints alone: the doctor takes none of them for another."""
    path = old_workspace(tmp_path / "old", version)
    assert true_version(path / "studio.db") is None
