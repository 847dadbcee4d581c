"""Which round the command takes."""

from dataclasses import replace
from pathlib import Path

import pytest

from gal_studio.commands.terminal.stored import find_project
from gal_studio.core.errors import StudioError
from gal_studio.core.models.forms.registry import find_form
from gal_studio.features.exports.commands.export import _find_round, _offered
from tests.studio.test_tree import drawn_child
from tests.ui.seeded import finished


def test_the_last_round_is_one_that_is_shown(tmp_path: Path) -> None:
    studio, project, first = finished(tmp_path / "place", candidates=2)
    with studio.store as store:
        child = drawn_child(studio, first)
        found = find_project(store, project)
        assert _find_round(store, found, None).id == child
        studio.archive_round(child)
        assert _find_round(store, found, None).id == first
        assert _find_round(store, found, "2").id == child, "by its number it can still be had"
        again = drawn_child(studio, first)
        store.rounds.set_archived(again, True)
        with pytest.raises(StudioError, match="No round '3'"):
            _find_round(store, found, "3")


def test_only_formats_that_a_round_has_are_offered(tmp_path: Path) -> None:
    studio, project, _ = finished(tmp_path / "place", candidates=2)
    with studio.store as store:
        found = find_project(store, project)
        assert [one.name for one in _offered(store, replace(found, base_model="assets:pocket"))] == [
            "diffusers"
        ]
        with pytest.raises(StudioError, match=r"'gguf': choose one of diffusers\.$"):
            find_form("gguf", [find_form("diffusers")])
