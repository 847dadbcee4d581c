"""What a command works on when it is not told: what a person made and sees."""

from pathlib import Path

import pytest

from gal_studio.commands.terminal.stored import find_project, find_project_id
from gal_studio.core.errors import StudioError
from gal_studio.features.exports.commands.export import _find_round
from gal_studio.state import Store, hooks
from gal_studio.state.hooks import Hooks
from gal_studio.studio import Studio
from tests.studio.seeding import draft
from tests.studio.test_tree import drawn_child
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


def test_the_last_round_is_one_that_is_shown(tmp_path: Path) -> None:
    studio, project, first = finished(tmp_path / "place", candidates=2)
    with studio.store as store:
        child = drawn_child(studio, first)
        found = find_project(store, project)
        assert _find_round(store, found, None, instant=False).id == child
        studio.archive_round(child)
        assert _find_round(store, found, None, instant=False).id == first
        assert _find_round(store, found, "2", instant=False).id == child, "by its number it can still be had"
        again = drawn_child(studio, first)
        store.rounds.set_archived(again, True)
        with pytest.raises(StudioError, match="No round '3'"):
            _find_round(store, found, "3", instant=False)
