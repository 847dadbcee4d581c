"""Masks of references: appended, each with its time and author; undone and redone as decisions are."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.project import Project
from gal_studio.state import Store
from gal_studio.studio import Studio
from tests.stored_project import Clock


@pytest.fixture
def reference(store: Store, project: Project) -> str:
    return store.projects.references(project.id)[0].id


def test_the_newest_counts_and_nothing_is_overwritten(store: Store, reference: str, clock: Clock) -> None:
    for mask in ("one", "one", "two", None):
        clock.now += 1
        store.projects.masks.add(reference, mask)
        assert store.projects.reference(reference).mask == mask
    rows = store.database.rows("SELECT mask, author, time FROM reference_masks ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("one", "human", 1001.0), ("two", "human", 1003.0), (None, "human", 1004.0),
    ]  # fmt: skip


def test_an_unknown_reference_is_a_sentence(store: Store) -> None:
    for verb in (Studio(store).undo_reference_mask, Studio(store).redo_reference_mask):
        with pytest.raises(StudioError, match="no reference 'nothing'"):
            verb("nothing")
