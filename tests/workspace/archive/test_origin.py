"""An archive with an origin is in a workspace once, however often it is asked for."""

import errno
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.state import Store
from gal_studio.workspace import delete
from gal_studio.workspace.archive.reader import import_project

Made = tuple[Path, str]


def opened(store: Store, made: Made) -> str:
    return import_project(store, made[0] / "project.zip", origin="the cat")


def test_the_one_that_is_there_is_opened(target: Store, made: Made) -> None:
    first = opened(target, made)
    assert opened(target, made) == first
    assert import_project(target, made[0] / "project.zip", origin="another cat") != first
    assert import_project(target, made[0] / "project.zip") != first, "one without an origin is a copy"
    assert len(target.projects.names()) == 3


def test_of_two_that_come_at_once_one_stays(target: Store, made: Made) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: opened(target, made), range(4)))
    assert list(target.projects.names()) == list(found)


def test_one_that_is_archived_stays_and_a_new_one_is_opened(target: Store, made: Made) -> None:
    first = opened(target, made)
    target.projects.set_archived(first, True)
    second = opened(target, made)
    assert second != first and opened(target, made) == second
    target.projects.set_archived(first, False)
    assert opened(target, made) == second, "the newest has the origin"


def test_one_that_was_deleted_is_imported_again(target: Store, made: Made) -> None:
    first = opened(target, made)
    target.projects.set_archived(first, True)
    delete.delete_project(target, first)
    assert not target.projects.names()
    again = opened(target, made)
    assert all(target.images.intact(one.image) for one in target.projects.references(again))


@pytest.mark.parametrize(
    ("act", "number", "sentence"),
    [
        ("mkdtemp", errno.EACCES, "cannot be written (.*): choose another one"),
        ("mkdtemp", errno.EROFS, "its drive is read-only"),
        ("fsync", errno.ENOSPC, "is full: free some space"),
    ],
)
def test_a_workspace_that_takes_nothing_is_one_sentence(
    target: Store, made: Made, monkeypatch: pytest.MonkeyPatch, act: str, number: int, sentence: str
) -> None:
    monkeypatch.setattr(
        {"mkdtemp": tempfile, "fsync": os}[act], act, Mock(side_effect=OSError(number, os.strerror(number)))
    )
    with pytest.raises(StudioError, match=sentence):
        opened(target, made)
    assert not target.projects.names() and not list(target.images.folder.iterdir())


def test_a_disk_without_room_is_one_sentence(target: Store, made: Made) -> None:
    target.disk.reserve = 1 << 60
    with pytest.raises(StudioError, match=r"are needed besides the .* are free\): free some space"):
        opened(target, made)
