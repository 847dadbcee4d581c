"""The region of a pair is stored and deleted with its maps."""

import numpy as np
import pytest

from gal_studio.core.records.round import Round
from gal_studio.state import Store
from gal_studio.state.tables.pair_regions import PairRegion
from gal_studio.state.tables.refinements import Pair, PlannedPair, StoredMap

PLAN = PlannedPair("A cat", 1, "y", None, "<x>")
INSIDE = np.array([[True, False, False], [True, True, False]])


@pytest.fixture
def node(store: Store, first_round: Round) -> Round:
    settings = first_round.settings
    return store.rounds.add(first_round.project_id, first_round.id, settings, "refine")


@pytest.fixture
def pair(store: Store, node: Round) -> Pair:
    (made,) = store.refinements.plan(node.id, [PLAN])
    store.refinements.save_map(made.id, "quality", StoredMap(np.zeros((2, 3), np.float32), "clip"))
    store.refinements.regions.save(made.id, PairRegion((2, 3), INSIDE, None, ~INSIDE, "f" * 64))
    return made


def test_a_region_is_read_as_it_was_saved(store: Store, pair: Pair) -> None:
    region = store.refinements.regions.get(pair.id)
    assert region is not None
    assert (region.shape, region.foreground, region.foreground_mask) == ((2, 3), None, "f" * 64)
    np.testing.assert_array_equal(region.learned, INSIDE)
    np.testing.assert_array_equal(region.subject, ~INSIDE)
    store.refinements.regions.save(pair.id, PairRegion((1, 1)))
    assert store.refinements.regions.get(pair.id) == PairRegion((1, 1))
    assert store.refinements.regions.get("nothing") is None


def test_a_region_goes_with_its_maps_and_with_its_pair(store: Store, node: Round, pair: Pair) -> None:
    store.refinements.plan(node.id, [PLAN])
    assert store.refinements.regions.get(pair.id) is not None, "the same plan changes nothing"
    store.refinements.plan(node.id, [PlannedPair("A cat", 1, "y", "mask", "<x>")])
    assert store.refinements.regions.get(pair.id) is None
    store.refinements.regions.save(pair.id, PairRegion((2, 3)))
    store.refinements.plan(node.id, [PlannedPair("A dog", 1, "y", None, "<x>")])
    assert store.database.rows("SELECT * FROM pair_regions") == []


def test_a_copied_pair_has_the_same_region(store: Store, first_round: Round, node: Round, pair: Pair) -> None:
    beside = store.rounds.add(first_round.project_id, first_round.id, node.settings, "refine")
    store.refinements.copy(node.id, beside.id)
    (copied,) = store.refinements.pairs(beside.id)
    region = store.refinements.regions.get(copied.id)
    assert region is not None
    np.testing.assert_array_equal(region.learned, INSIDE)
