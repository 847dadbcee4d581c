import io

import numpy as np
import pytest
from PIL import Image

from gal_studio.core.errors import StudioError
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.rounds import lineage
from gal_studio.rounds.inputs import inputs_of
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Foreground, Measurement, PlannedPair, StoredMap, pair_id


def plan(number: int, mask: str | None = None) -> PlannedPair:
    return PlannedPair(f"A cat, {number}", 2**62 + number, f"y{number}", mask, "<sks>")


@pytest.fixture
def node(store: Store, first_round: Round) -> Round:
    return store.rounds.add(first_round.project_id, first_round.id, first_round.settings, "refine")


def some_map(value: float = 0.5, vision_model: str = "clip") -> StoredMap:
    return StoredMap(np.full((3, 4), value, dtype=np.float32), vision_model)


def test_refinement_keeps_the_number_and_the_next_round_has_the_next(store: Store, node: Round) -> None:
    after = store.rounds.add(node.project_id, node.id, node.settings)
    assert (node.number, node.kind) == (1, "refine")
    assert (after.number, after.kind) == (2, "fine_tune")
    assert store.rounds.get(node.id) == node


def test_planning_twice_keeps_what_was_drawn(store: Store, node: Round) -> None:
    first, second = store.refinements.plan(node.id, [plan(1), plan(2)])
    assert first.id == pair_id(node.id, plan(1))
    assert (first.seed, first.plan) == (2**62 + 1, plan(1))
    store.refinements.keep_drawn([(first.id, "x1"), (second.id, "x2")])
    store.refinements.save_map(first.id, "quality", some_map())
    third, again = store.refinements.plan(node.id, [plan(3), plan(1)])
    assert (third.position, third.generated_image) == (0, None)
    assert (again.id, again.position, again.generated_image) == (first.id, 1, "x1")
    assert store.refinements.map(first.id, "quality") is not None
    assert [pair.id for pair in store.refinements.pairs(node.id)] == [third.id, first.id]
    with pytest.raises(StudioError, match="no pair"):
        store.refinements.pair(second.id)


def test_another_mask_puts_the_maps_away_and_keeps_the_picture(store: Store, node: Round) -> None:
    (pair,) = store.refinements.plan(node.id, [plan(1, "m")])
    store.refinements.keep_drawn([(pair.id, "x")])
    for kind in ("quality", "reproduction"):
        store.refinements.save_map(pair.id, kind, some_map())
    store.refinements.plan(node.id, [plan(1, "m")])
    assert store.refinements.maps_of_pairs(node.id)[pair.id].keys() == {"quality", "reproduction"}
    (after,) = store.refinements.plan(node.id, [plan(1, "other")])
    assert (after.reference_mask, after.generated_image) == ("other", "x")
    assert store.refinements.maps_of_pairs(node.id) == {}


def test_maps_are_read_back_in_half_precision(store: Store, node: Round) -> None:
    values = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    (pair,) = store.refinements.plan(node.id, [plan(1)])
    store.refinements.save_map(pair.id, "quality", StoredMap(values, "clip"))
    found = store.refinements.map(pair.id, "quality")
    assert found is not None
    assert found.vision_model == "clip"
    np.testing.assert_array_equal(found.values, values.astype(np.float16))
    assert store.refinements.map(pair.id, "reproduction") is None


def test_candidates_have_maps_too(store: Store, first_round: Round, drawn: tuple[str, ...]) -> None:
    store.refinements.save_map(drawn[1], "quality", some_map(vision_model="dino"))
    assert store.refinements.judged_candidates(first_round.id, "dino", by_subject=False) == {drawn[1]}
    assert store.refinements.judged_candidates(first_round.id, "clip", by_subject=False) == frozenset()


def test_each_subject_of_a_candidate_has_a_map(
    store: Store, first_round: Round, drawn: tuple[str, ...]
) -> None:
    store.refinements.save_map(drawn[0], "quality", some_map(0.5))
    for subject, value in (("<two>", 0.25), ("<one>", 0.75)):
        store.refinements.save_map(drawn[0], "quality", some_map(value), subject)
    found = store.refinements.maps(drawn[0], "quality")
    assert {name: stored.values.max() for name, stored in found.items()} == {
        "": 0.5,
        "<two>": 0.25,
        "<one>": 0.75,
    }
    assert list(found) == ["", "<two>", "<one>"]
    for by_subject in (False, True):
        assert store.refinements.judged_candidates(first_round.id, "clip", by_subject) == {drawn[0]}
    store.database.write("DELETE FROM patch_maps WHERE subject <> ''")
    assert store.refinements.judged_candidates(first_round.id, "clip", by_subject=True) == frozenset()


def test_copy_takes_pictures_maps_and_paint_along(store: Store, node: Round) -> None:
    first, second = store.refinements.plan(node.id, [plan(1), plan(2)])
    store.refinements.keep_drawn([(first.id, "x1")])
    store.refinements.save_map(first.id, "quality", some_map(0.25))
    store.refinements.paintings.add(node.id, first.id, "paint", "human")
    store.refinements.paintings.add(node.id, second.id, "gone", "human")
    store.refinements.paintings.undo(node.id)
    beside = store.rounds.add(node.project_id, node.parent_id, node.settings, "refine")
    store.refinements.copy(node.id, beside.id)
    copies = store.refinements.pairs(beside.id)
    assert [pair.plan for pair in copies] == [first.plan, second.plan]
    assert [pair.generated_image for pair in copies] == ["x1", None]
    assert {pair.id for pair in copies}.isdisjoint({first.id, second.id})
    copied = store.refinements.map(copies[0].id, "quality")
    assert copied is not None
    assert copied.values[0, 0] == 0.25
    assert store.refinements.paintings.newest(beside.id) == {copies[0].id: "paint"}


def test_foregrounds_limits_and_measurements_are_kept(store: Store, project: Project, node: Round) -> None:
    store.refinements.keep_foreground("image", Foreground("mask"))
    store.refinements.keep_foreground("flat", Foreground(None, "nothing stands out"))
    assert store.refinements.foreground("image") == Foreground("mask")
    assert store.refinements.foreground("flat") == Foreground(None, "nothing stands out")
    assert store.refinements.foreground("other") is None
    store.refinements.set_limits(project.id, "clip", Limits(0.2, 0.9, (0.3, 0.4)))
    store.refinements.set_limits(project.id, "clip", Limits(0.1, 0.8))  # fixed once
    assert store.refinements.limits(project.id, "clip") == Limits(0.2, 0.9, (0.3, 0.4))
    assert store.refinements.limits(project.id, "dino") is None
    measured = (
        Measurement("clip_t", 0.2, 0.3, 0.1, 0.05, 0.15, 12),
        Measurement("clip_i", 0.5, 0.6, 0.1, 0.0, 0.2, 12),
    )
    store.refinements.save_measurements(node.id, measured[:1])
    store.refinements.save_measurements(node.id, measured)
    assert store.refinements.measurements(node.id) == measured


def test_refinement_has_the_pool_and_the_training_set_of_its_round(
    store: Store, first_round: Round, node: Round, drawn: tuple[str, ...]
) -> None:
    store.decisions.record(first_round.id, [(drawn[0], "accepted")], "human", {drawn[0]: "mask"})
    assert lineage.pool(store.snapshots.round(node.id)) == lineage.pool(store.snapshots.round(first_round.id))
    assert inputs_of(store, node.id).examples == inputs_of(store, first_round.id).examples
    after = store.rounds.add(node.project_id, node.id, node.settings)
    assert (
        len(lineage.pool(store.snapshots.round(after.id)))
        == len(lineage.pool(store.snapshots.round(node.id))) - 1
    )
    assert [example.mask for example in inputs_of(store, after.id).examples] == [None, "mask"]


def test_masks_are_kept_as_one_channel(store: Store) -> None:
    mask = Image.fromarray(np.array([[0, 255], [128, 7]], dtype=np.uint8).repeat(8, 0).repeat(8, 1))
    name = store.images.add_picture(mask)
    with Image.open(io.BytesIO(store.images.read(name))) as stored:
        assert stored.mode == "L"
    np.testing.assert_array_equal(np.asarray(store.images.mask(name)), np.asarray(mask))
    assert store.images.picture(name).mode == "RGB"
