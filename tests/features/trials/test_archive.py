"""Tried prompts in the archive of a project."""

from pathlib import Path

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.recipe import Recipe
from gal_studio.features.trials.record import trials_of
from gal_studio.state import Store
from gal_studio.workspace.archive.reader import import_project
from tests.workspace.archive.rezip import Archive


def test_recipes_come_along_and_none_that_cannot_be(
    archive: Archive, target: Store, made: tuple[Path, str]
) -> None:
    project_id = import_project(target, made[0] / "project.zip")
    assert Recipe(0.25, 0.5, 0.75) in {one.recipe for one in trials_of(target).of_project(project_id)}
    switch = archive.columns_of("trials").index("switch")
    archive.rows("trials", lambda row: [*row[:switch], 1.5, *row[switch + 1 :]])
    with pytest.raises(StudioError, match="cannot be read"):
        import_project(target, archive.write())
