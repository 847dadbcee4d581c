"""Every write to a row of a project raises its version, and that of no other project."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.state import Store
from gal_studio.state.database.tables import TABLES, Table
from gal_studio.state.database.versions import Version
from gal_studio.workspace.archive.project_tables import OF_A_PROJECT, rows_of
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.delete import delete_project
from tests.workspace.filled import fill

UNVERSIONED = {"project_versions", "jobs", "job_progress"}
"""The counters themselves, and the progress of jobs, which is read at every poll."""
OF_TRAININGS = {"losses", "training_images", "validations", "kept_steps"}
"""What a training writes at every step."""
OF_DECISIONS = {"decision_batches", "decisions", "marks", "overrides", "override_reasons"}
"""What changes nothing that is measured."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("versions")) as opened:
        opened.database.rows("PRAGMA foreign_keys = OFF")  # single rows are deleted and come back
        yield opened


@pytest.fixture(scope="module")
def project(store: Store) -> str:
    """A project with something in every table, beside another one."""
    fill(store, Random(2), "Ink")
    made = fill(store, Random(1)).id
    store.refinements.set_limits(made, "clip", Limits(0.1, 0.9))
    job = store.jobs.enqueue(made, store.rounds.of_project(made)[0].id, "generate")
    store.jobs.progress(job.id, "draw", 1, 2)
    store.projects.set_archived(made, True)
    return made


def test_the_project_has_rows_in_every_table(store: Store, project: str) -> None:
    empty = {
        table.name
        for table in OF_A_PROJECT
        if not store.database.rows(f"SELECT 1 FROM {table.name} WHERE rowid IN ({rows_of(table)})",
                                   {"project": project})
    }  # fmt: skip
    assert empty == set()


@pytest.mark.parametrize("table", OF_A_PROJECT[1:], ids=lambda table: table.name)
def test_every_write_to_a_table_raises_the_version(store: Store, project: str, table: Table) -> None:
    chosen, column = f"rowid IN ({rows_of(table)} LIMIT 1)", table.names[-1]
    values = {"project": project}
    store.database.rows(
        f"CREATE TEMP TABLE kept_{table.name} AS SELECT * FROM {table.name} WHERE {chosen}", values
    )
    for statement in (
        f"UPDATE {table.name} SET {column} = {column} WHERE {chosen}",
        f"DELETE FROM {table.name} WHERE {chosen}",
        f"INSERT INTO {table.name} SELECT * FROM kept_{table.name} WHERE :project <> ''",
    ):
        before = {one.id: store.projects.version(one.id) for one in store.projects.all()}
        store.database.rows(statement, values)
        after = {one.id: store.projects.version(one.id) for one in store.projects.all()}
        if table.name not in UNVERSIONED:
            counter = {**dict.fromkeys(OF_DECISIONS, "decisions"), **dict.fromkeys(OF_TRAININGS, "progress")}
            raised = counter.get(table.name, "number")
            before[project] = replace(before[project], **{raised: getattr(before[project], raised) + 1})
            assert after == before, statement


def test_a_new_name_raises_the_version(store: Store, project: str) -> None:
    before = store.projects.version(project)
    store.projects.rename(project, "Dog")
    assert store.projects.version(project) == replace(before, number=before.number + 1)


def test_only_what_is_read_at_every_poll_raises_nothing() -> None:
    assert {table.name for table in OF_A_PROJECT if not table.counter} == UNVERSIONED
    assert {table.name for table in TABLES if table.counter == "progress"} == OF_TRAININGS
    assert {table.name for table in TABLES if table.counter == "decisions"} == OF_DECISIONS


def test_a_project_that_comes_back_is_not_taken_for_the_one_that_went(tmp_path: Path) -> None:
    """A page may have kept what it knew of the former one."""
    with Store(tmp_path / "workspace") as store:
        project = fill(store, Random(3)).id
        archive = export_project(store, project, tmp_path / "cat.zip")
        before = store.projects.version(project)
        store.projects.set_archived(project, True)
        delete_project(store, project)
        assert store.projects.version(project) == Version(-1)
        assert import_project(store, archive) == project
        assert abs(store.projects.version(project).number - before.number) > 1000
