"""A project leaves as one zip file and comes back the same."""

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gal_studio.core.errors import StudioError
from gal_studio.core.records.candidate import candidate_id
from gal_studio.state import Store
from gal_studio.state.database.tables import TABLES
from gal_studio.state.database.upgrades import OLDEST
from gal_studio.state.files.content_store import Files
from gal_studio.state.tables.refinements import pair_id
from gal_studio.studio.views.everything import show_all
from gal_studio.workspace.archive.project_tables import ARCHIVED, project_rows
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from tests.state.jobs.locking import is_held
from tests.workspace.archive.rezip import Archive
from tests.workspace.filled import fill


def rows(store: Store, project_id: str) -> dict[str, list[tuple[object, ...]]]:
    read = store.database.rows
    return {table.name: [tuple(row) for row in project_rows(read, table, project_id)] for table in ARCHIVED}


def test_every_column_that_names_a_file_says_so(made: tuple[Path, str]) -> None:
    """Files of others are not exported, and would be lost; a project has something in each column."""
    with Store(made[0] / "workspace") as store:
        kept = {path.stem for files in (store.images, store.adapters) for path in files.folder.iterdir()}
        named = {
            f"{table.name}.{column.name}"
            for table in ARCHIVED
            for column in table.columns
            if not column.folder
            for row in store.database.rows(f"SELECT {column.name} FROM {table.name}")
            if row[0] in kept
        }
    assert named == set()


def test_every_table_of_a_project_comes_along(made: tuple[Path, str]) -> None:
    with Store(made[0] / "workspace") as store:
        left = {table.name for table in TABLES} - set(rows(store, made[1]))
        assert left == {
            "workers", "jobs", "job_moves", "job_progress", "foregrounds", "answers", "archived_projects",
            "project_versions",
            "seen_pictures", "exports", "model_places",
        }  # fmt: skip
        empty = {name for name, found in rows(store, made[1]).items() if not found}
    assert empty == {"vision_limits"}


def test_exported_imported_and_exported_again_is_the_same_file(made: tuple[Path, str], target: Store) -> None:
    first = made[0] / "project.zip"
    assert import_project(target, first) == made[1]
    second = export_project(target, made[1], target.workspace.parent / "second.zip")
    assert second.read_bytes() == first.read_bytes()
    with Store(made[0] / "workspace") as source:
        assert target.projects.get(made[1]) == source.projects.get(made[1])
        (kept,) = [row for row in rows(source, made[1])["projects"]]
        assert [value for value in kept if str(value).startswith("origin")]  # it stays at home
    assert target.database.row("SELECT origin FROM projects")["origin"] is None  # type: ignore[index]
    show_all(target, made[1])
    first = target.projects.references(made[1])[0]
    assert first.mask is not None
    assert target.projects.masks.undo(first.id)
    assert target.projects.reference(first.id).mask not in (None, first.mask)
    assert target.projects.masks.redo(first.id)
    assert target.projects.reference(first.id).mask == first.mask
    assert target.projects.revisions(made[1]) == {"someone/a-model": "c0ffee" * 6 + "beef"}


def test_a_round_that_was_put_above_an_older_one_comes_back_above_it(
    made: tuple[Path, str], target: Store, tmp_path: Path
) -> None:
    import_project(target, made[0] / "project.zip")
    first = next(round_ for round_ in target.rounds.of_project(made[1]) if round_.parent_id is None)
    zero = target.rounds.add(made[1], None, first.settings, "instant")
    target.rounds.put_below(first.id, zero.id)
    archive = export_project(target, made[1], tmp_path / "above.zip")
    with Store(tmp_path / "other") as other:
        assert import_project(other, archive) == made[1]
        assert other.rounds.get(first.id).parent_id == zero.id
        copy = import_project(other, archive)
        assert next(iter(other.rounds.of_project(copy))).kind == "instant"
        assert export_project(other, made[1], tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_a_zip_of_something_else_is_not_replaced(made: tuple[Path, str], tmp_path: Path) -> None:
    workspace, project = made
    photos = tmp_path / "photos.zip"
    with zipfile.ZipFile(photos, "w") as archive:
        archive.writestr("holiday.jpg", b"all that is left of it")
    before = photos.read_bytes()
    with Store(workspace / "workspace") as store:
        with pytest.raises(StudioError, match="exists and is not a project"):
            export_project(store, project, photos)
        assert photos.read_bytes() == before
        own = export_project(store, project, tmp_path / "own.zip")
        assert export_project(store, project, own) == own, "an older archive is"
        store.projects.rename(project, "Dog")
        with pytest.raises(StudioError, match="holds the project 'Cat', not 'Dog'"):
            export_project(store, project, own)


def test_imported_twice_it_is_two_projects_of_different_names(made: tuple[Path, str], target: Store) -> None:
    ids = [import_project(target, made[0] / "project.zip") for _ in range(3)]
    assert len(set(ids)) == 3
    assert {other.name for other in target.projects.all()} == {"Cat", "Cat (imported)", "Cat (imported 2)"}
    first, copy = (rows(target, identity) for identity in ids[:2])
    assert {name: len(found) for name, found in copy.items()} == {
        name: len(found) for name, found in first.items()
    }
    for round_ in target.rounds.of_project(ids[1]):  # the ids that follow from others still do
        for candidate in target.candidates.of_round(round_.id):
            assert candidate.id == candidate_id(round_.id, candidate.anchor_id, candidate.index)
        for pair in target.refinements.pairs(round_.id):
            assert pair.id == pair_id(round_.id, pair.plan)
            assert target.refinements.map(pair.id, "quality") is not None
    node = target.rounds.of_project(ids[1])[1]
    assert target.refinements.paintings.newest(node.id).keys() <= {
        pair.id for pair in target.refinements.pairs(node.id)
    }
    assert target.refinements.paintings.newest(node.id)
    show_all(target, ids[1])
    again = export_project(target, ids[1], target.workspace.parent / "copy.zip")
    with Store(target.workspace.parent / "third") as third:
        import_project(third, again)
        third.projects.rename(ids[1], "Cat")
        assert third.decisions.of_round(third.rounds.of_project(ids[1])[0].id).verdicts


@given(seed=st.integers(0, 2**32), rounds=st.integers(1, 3), name=st.text(min_size=1, max_size=20))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_project_survives_the_way_there_and_back(
    tmp_path: Path, seed: int, rounds: int, name: str
) -> None:
    folder = tmp_path / f"{seed}-{rounds}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with Store(folder / "a") as first, Store(folder / "b") as second:
        fill(first, Random(seed + 1), "Another one")
        project = fill(first, Random(seed), name, rounds)
        fill(second, Random(seed + 2), "A third one")
        sent = export_project(first, project.id, folder / "sent.zip").read_bytes()
        assert import_project(second, folder / "sent.zip") == project.id
        assert export_project(second, project.id, folder / "back.zip").read_bytes() == sent


def test_picture_that_is_here_but_damaged_comes_back_with_an_import(
    made: tuple[Path, str], target: Store
) -> None:
    import_project(target, made[0] / "project.zip")
    name = target.projects.references(made[1])[0].image
    target.images.path(name).write_bytes(b"damaged")
    import_project(target, made[0] / "project.zip")
    assert target.images.intact(name)


def test_who_writes_does_not_wait_while_an_import_reads_what_is_here(
    made: tuple[Path, str], target: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_project(target, made[0] / "project.zip")
    held, intact = [], Files.intact

    def slow(files: Files, name: str) -> bool:
        held.append(is_held(target))
        return intact(files, name)

    monkeypatch.setattr(Files, "intact", slow)
    import_project(target, made[0] / "project.zip")
    assert held
    assert not any(held)


def test_archive_of_the_first_release_is_brought_to_today(
    archive: Archive, target: Store, made: tuple[Path, str]
) -> None:
    archive.to_schema(OLDEST)
    project_id = import_project(target, archive.write())
    first = target.rounds.of_project(project_id)[0]
    drawn = target.candidates.of_round(first.id)
    assert list(target.refinements.maps(drawn[0].id, "quality")) == [""]
    masked, _ = target.projects.references(project_id)
    assert masked.mask is not None and target.images.has(masked.mask)
    with closing(sqlite3.connect(target.workspace / "studio.db")) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_marks_in_an_archive_of_version_46_are_logged_apart(
    archive: Archive, target: Store, made: tuple[Path, str]
) -> None:
    """They stood among verdicts, in a column that is gone."""
    columns = archive.columns_of("decisions")
    archive.empty("marks")
    archive.rows("decisions", lambda row: [*row, None])
    archive.named_columns("decisions", [*columns, "marked_copy"])
    archive.manifest(schema=46)
    project_id = import_project(target, archive.write())
    first = target.rounds.of_project(project_id)[0].id
    (marked,) = (one.id for one in target.candidates.with_own(first) if one.marked_copy is not None)
    assert target.history.undo(first) == (marked,), "the mark is the last step of its round"
    assert target.candidates.get(marked).marked_copy is None


def test_manifest_names_every_file_with_its_hash(made: tuple[Path, str]) -> None:
    with zipfile.ZipFile(made[0] / "project.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert {file["name"] for file in manifest["files"]} == set(archive.namelist()) - {"manifest.json"}
    assert manifest["project"] == "Cat"
    shape = [list(manifest), list(manifest["tables"][0]), list(manifest["files"][0])]
    assert shape == [
        ["format", "version", "schema", "project", "tables", "files"],
        ["name", "columns", "rows"],
        ["name", "sha256", "size"],
    ], "another shape needs a new gal_studio.workspace.archive.format.VERSION"
    assert not [file for file in manifest["files"] if file["size"] == 0 and "limits" not in file["name"]]
