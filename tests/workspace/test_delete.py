"""A project is archived, restored, or deleted with everything that only it uses."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from unittest.mock import Mock

import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.pictures.fidelity import Fidelity
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.state import Store
from gal_studio.state.database.tables import TABLES
from gal_studio.workspace import delete
from gal_studio.workspace.check import examine
from tests.workspace.filled import fill

KEPT = {"workers", "answers"}


def _age(store: Store) -> None:
    for files in (store.images, store.adapters):
        for path in files.folder.iterdir():
            os.utime(path, (0, 0))


def _contents(store: Store) -> tuple[dict[str, int], set[Path]]:
    """The number of rows of each table, and all files."""
    rows = {
        table.name: store.database.rows(f"SELECT COUNT(*) FROM {table.name}")[0][0]
        for table in TABLES
        if table.name not in KEPT
    }
    files = {path for folder in ("images", "adapters") for path in (store.workspace / folder).iterdir()}
    return rows, files


def test_what_is_deleted_leaves_nothing_and_takes_nothing_of_others(tmp_path: Path) -> None:
    with Store(tmp_path / "workspace") as store:
        fill(store, Random(1))
        before = _contents(store)
        second = fill(store, Random(2)).id
        job = store.jobs.enqueue(second, store.rounds.of_project(second)[0].id, "generate")
        store.jobs.request_stop(job.id)
        (store.checkpoints(store.rounds.of_project(second)[0].id) / "step-1").mkdir()
        store.projects.set_archived(second, True)
        _age(store)
        size, there = delete.size(store, second), _contents(store)[1]
        freed = delete.delete_project(store, second)
        assert _contents(store) == before
        assert 0 < freed <= size
        assert not list((store.workspace / "checkpoints").glob("*/step-1"))
        assert there > before[1]
        assert examine(store, age=0) == ()


def test_a_file_that_was_kept_again_just_now_stays_for_the_doctor(store: Store, project: Project) -> None:
    _age(store)
    (name,) = {reference.image for reference in store.projects.references(project.id)}
    store.projects.set_archived(project.id, True)
    assert store.images.add(store.images.read(name)) == name  # by another project, whose row is still to come
    assert delete.delete_project(store, project.id) == 0
    assert store.images.has(name)


def test_only_what_is_archived_is_deleted(store: Store, project: Project, first_round: Round) -> None:
    with pytest.raises(StudioError, match="Cat is not archived"):
        delete.delete_project(store, project.id)
    job = store.jobs.enqueue(project.id, first_round.id, "fine_tune")
    store.projects.set_archived(project.id, True)
    with pytest.raises(StudioError, match="Cat is archived: restore it"):
        store.jobs.enqueue(project.id, first_round.id, "generate")
    with pytest.raises(StudioError, match="Cat has jobs that wait or run"):
        delete.delete_project(store, project.id)
    store.jobs.request_stop(job.id)
    delete.delete_project(store, project.id)
    with pytest.raises(StudioError, match="There is no project"):
        delete.delete_project(store, project.id)


def test_nothing_is_deleted_when_it_cannot_be_whole(
    store: Store, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.projects.set_archived(project.id, True)
    _age(store)
    before = _contents(store)
    monkeypatch.setattr(delete, "named_files", Mock(side_effect=OSError("the disk does not answer")))
    with pytest.raises(StudioError, match="does not answer"):
        delete.delete_project(store, project.id)
    assert _contents(store) == before


def test_a_project_is_archived_once_and_brought_back(store: Store, project: Project) -> None:
    for _ in range(2):
        store.projects.set_archived(project.id, True)
        assert store.projects.archived() == {project.id}
    store.projects.set_archived(project.id, False)
    assert store.projects.archived() == frozenset()
    assert store.projects.get(project.id) == project


def _seen(store: Store, image: str) -> str:
    """Store how a model sees a picture; returns the name of what came back."""
    name = store.images.add_picture(Image.new("RGB", (9, 9), (len(image), 7, int(image[:2], 16))))
    store.reconstructions.answer(
        store.reconstructions.ask(image, "model", ""), name, Fidelity(25.0, 0.8, 0.6)
    )
    return name


def test_how_a_model_sees_a_picture_goes_with_its_last_project(store: Store, project: Project) -> None:
    (image,) = {reference.image for reference in store.projects.references(project.id)}
    seen = _seen(store, image)
    _age(store)
    store.projects.set_archived(project.id, True)
    delete.delete_project(store, project.id)
    assert store.reconstructions.get(image, "model") is None
    assert not store.images.has(seen)
    assert not store.images.has(image)


def test_looks_at_pictures_without_a_project_are_forgotten(store: Store, project: Project) -> None:
    (used,) = {reference.image for reference in store.projects.references(project.id)}
    unused = store.images.add_picture(Image.new("RGB", (9, 9), (1, 2, 3)))
    kept, lost = _seen(store, used), _seen(store, unused)
    _age(store)
    delete.forget_unused_reconstructions(store, before=1e12)
    assert [store.images.has(name) for name in (used, kept, unused, lost)] == [True, True, False, False]
    assert examine(store, age=0) == ()


def test_a_project_that_damaged_rows_refer_to_is_kept_with_a_sentence(tmp_path: Path) -> None:
    with Store(tmp_path / "workspace") as store:
        project = fill(store, Random(1))
        store.projects.set_archived(project.id, True)
    with closing(sqlite3.connect(tmp_path / "workspace" / "studio.db", isolation_level=None)) as connection:
        connection.execute("UPDATE candidates SET round_id = '0000000000000000' WHERE rowid = 1")
    with Store(tmp_path / "workspace") as store:
        before = _contents(store)
        with pytest.raises(StudioError, match="damaged rows refer to this project"):
            delete.delete_project(store, project.id)
        assert _contents(store) == before
