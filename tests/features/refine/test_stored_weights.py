"""The pairs of a workspace of version 8 give the same weights."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.features.refine.engine import add_missing_regions, read_pair, weights_of_pair
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.workspace.archive.reader import import_project
from gal_studio.workspace.archive.writer import export_project
from gal_studio.workspace.check import examine
from tests.state.database.test_stored_workspace import PROJECTS, all_pairs, expected, seen_in_round, unpacked

__all__ = ["expected", "unpacked"]


def no_scorer() -> Any:
    raise AssertionError("the store holds all that is needed")


def test_regions_are_added_when_needed_and_give_the_same_weights(
    unpacked: Path, expected: dict[str, Any], tmp_path: Path
) -> None:
    shutil.copytree(unpacked / "workspace", tmp_path / "workspace")
    with Store(tmp_path / "workspace") as store:
        for name in PROJECTS:
            project_id = expected[name]["id"]
            pairs = list(all_pairs(store, project_id))
            assert [store.refinements.regions.get(pair.id) for pair in pairs] == [None] * len(pairs)
            with pytest.raises(StudioError, match="no heat maps"):
                read_pair(store, pairs[0])
            add_missing_regions(store, store.projects.prompts(project_id), pairs, no_scorer)
            for pair in pairs:
                settings = store.rounds.get(pair.round_id).settings.refine
                weights = weights_of_pair(read_pair(store, pair), settings)
                assert np.round(weights, 4).tolist() == expected["weights"][pair.id]
            seen = [seen_in_round(store, round_) for round_ in store.rounds.of_project(project_id)]
            assert seen == expected[name]["rounds"], "fingerprints count the same parts"
        assert examine(store) == ()
        archive = export_project(store, expected["Cat"]["id"], tmp_path / "cat.zip")
        regions = {
            pair.id: store.refinements.regions.get(pair.id)
            for pair in all_pairs(store, expected["Cat"]["id"])
        }
    with Store(tmp_path / "other") as other:
        project_id = import_project(other, archive)
        assert all(
            fingerprints.is_trained(inputs_of(other, round_.id))
            for round_ in other.rounds.of_project(project_id)
        ), "an archive holds the foregrounds of its pairs"
        for pair_id, region in regions.items():
            imported = other.refinements.regions.get(pair_id)
            assert region is not None and imported is not None
            np.testing.assert_equal(vars(imported), vars(region))
