"""What a command works on when it is not told: what a person made and sees."""

from pathlib import Path

import pytest

from gal_studio.commands.terminal.stored import find_project_id
from gal_studio.state import Store, hooks
from gal_studio.state.hooks import Hooks
from gal_studio.studio import Studio
from tests.studio.seeding import draft
from tests.ui.seeded import finished


def test_the_newest_project_is_neither_archived_nor_kept_by_a_feature(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, project, _ = finished(tmp_path / "place", candidates=2)
    with studio.store:
        hidden = studio.create_project(draft(name="Hidden"))
        studio.store.projects.set_archived(hidden, True)
        kept = studio.create_project(draft(name="Kept"))
        asked = Hooks(by_hand=lambda _, own: "It is kept." if own == kept else "")
        monkeypatch.setattr(hooks, "all_hooks", lambda: (asked,))
        assert find_project_id(studio.store, None) == project
        assert find_project_id(studio.store, "Hidden") == hidden
        assert find_project_id(studio.store, kept) == kept


def test_an_archived_project_is_better_than_none(tmp_path: Path) -> None:
    with Store(tmp_path / "workspace") as store:
        project = Studio(store).create_project(draft())
        store.projects.set_archived(project, True)
        assert find_project_id(store, None) == project
