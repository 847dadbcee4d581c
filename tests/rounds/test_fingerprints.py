"""What changes a fingerprint, and what does not."""

from dataclasses import replace

import numpy as np
import pytest

from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.types import Reference
from gal_studio.rounds import fingerprints
from gal_studio.rounds.inputs import inputs_of
from gal_studio.rounds.prior import PriorPrompt, drawn_prior
from gal_studio.state import Store
from gal_studio.state.tables.refinements import Foreground, PlannedPair, StoredMap


@pytest.fixture
def thing(store: Store, project: Project) -> Round:
    """The first round of an object project with class images."""
    (style,) = store.projects.references(project.id)
    reference = Reference("", "A <x> cat", "A cat", style.image, "<x>")
    new = Project("", "Cat", "object", "base", "clip", "<x>", 7, Settings())
    made = store.projects.add(new, (reference,), ("A <x> cat in a gym",))
    return store.rounds.add(made.id, None, Settings().updated({"tune": {"prior_images": 3}}))


def change(store: Store, round_id: str, **groups: dict[str, object]) -> None:
    store.rounds.set_settings(round_id, store.rounds.get(round_id).settings.updated(groups))


def test_class_image_settings_count_if_there_are_class_images(store: Store, thing: Round) -> None:
    before = fingerprints.training_fingerprint(inputs_of(store, thing.id))
    change(store, thing.id, sample={"steps": 4, "candidates": 7})
    assert fingerprints.training_fingerprint(inputs_of(store, thing.id)) != before
    assert drawn_prior(inputs_of(store, thing.id)) == (
        PriorPrompt("a photo of a cat", "base / a photo of a cat / 4 steps / 4.0", 3),
    )
    change(store, thing.id, sample={"resolution": 64})
    (drawn,) = drawn_prior(inputs_of(store, thing.id))
    assert drawn.key == "base / a photo of a cat / 4 steps / 4.0 / 64 pixels"
    change(store, thing.id, tune={"prior_images": 0})
    without = fingerprints.training_fingerprint(inputs_of(store, thing.id))
    change(store, thing.id, sample={"steps": 5})
    assert fingerprints.training_fingerprint(inputs_of(store, thing.id)) == without


def test_checkpoint_and_preview_intervals_do_not_count(store: Store, first_round: Round) -> None:
    before = fingerprints.training_fingerprint(inputs_of(store, first_round.id))
    change(store, first_round.id, tune={"preview_every": 5, "checkpoint_every": 7})
    assert fingerprints.training_fingerprint(inputs_of(store, first_round.id)) == before


def test_a_mask_counts_where_the_background_has_less_weight(store: Store, thing: Round) -> None:
    """Rounds of before, whose settings say nothing of the background, stay trained whatever is painted."""
    (reference,) = store.projects.references(thing.project_id)

    def fingerprint() -> str:
        return fingerprints.training_fingerprint(inputs_of(store, thing.id))

    before = fingerprint()
    change(store, thing.id, tune={"background": 0.1})
    assert fingerprint() == before, "no reference has a mask"
    store.projects.masks.add(reference.id, "a mask", "human")
    masked = fingerprint()
    assert masked != before
    assert [one.mask for one in inputs_of(store, thing.id).examples] == ["a mask"]
    change(store, thing.id, tune={"background": 0.5})
    assert fingerprint() not in (masked, before)
    change(store, thing.id, tune={"background": 1.0})
    assert fingerprint() == before
    assert [one.mask for one in inputs_of(store, thing.id).examples] == [None]


def test_of_three_references_of_an_object_the_last_one_may_be_kept_out(store: Store, thing: Round) -> None:
    (first,) = store.projects.references(thing.project_id)
    words = ("<x>", "<x>", "<x>", "<y>", "<y>")
    given = tuple(
        replace(first, id="", trigger_word=word, prompt=f"A {word} cat {number}", plain_prompt="A cat")
        for number, word in enumerate(words)
    )
    made = store.projects.add(
        Project("", "Cats", "object", "base", "clip", "<x>", 7, Settings()), given, ("A <x> cat in a gym",)
    )
    round_ = store.rounds.add(made.id, None, Settings())

    def trained_on() -> list[str]:
        return [one.prompt for one in inputs_of(store, round_.id).examples]

    before = fingerprints.training_fingerprint(inputs_of(store, round_.id))
    assert len(trained_on()) == 5
    change(store, round_.id, tune={"held_out": True})
    assert trained_on() == ["A <x> cat 0", "A <x> cat 1", "A <y> cat 3", "A <y> cat 4"], "two are too few"
    assert fingerprints.training_fingerprint(inputs_of(store, round_.id)) != before


def test_a_branch_with_the_choice_and_settings_of_its_line_repeats_it(
    store: Store, first_round: Round
) -> None:
    settings = first_round.settings
    second, branch = (store.rounds.add(first_round.project_id, first_round.id, settings) for _ in range(2))
    assert fingerprints.repeated(inputs_of(store, branch.id)) is None, "nothing is trained there"
    inputs = inputs_of(store, second.id)
    project = store.projects.get(first_round.project_id)
    supposed = replace(inputs, here=inputs.here.supposing(project.settings))
    known = fingerprints.training_fingerprint(supposed)
    store.rounds.finish_training(second.id, "a", known, inputs.examples)
    found = fingerprints.repeated(inputs_of(store, branch.id))
    assert found is not None and found.id == second.id
    settings = project.settings.updated({"tune": {"rank": 3}})
    store.projects.set_settings(project.id, settings)
    assert fingerprints.repeated(inputs_of(store, branch.id)) is None, "it would learn with another rank"
    store.projects.set_settings(project.id, project.settings)
    store.rounds.finish_training(branch.id, "b", known, inputs.examples)
    for twin in (second, branch):
        assert fingerprints.repeated(inputs_of(store, twin.id)) is None, "both are trained"


def test_a_round_is_trained_until_something_changes(store: Store, thing: Round) -> None:
    assert not fingerprints.is_trained(inputs_of(store, thing.id))
    inputs = inputs_of(store, thing.id)
    trained_as = fingerprints.training_fingerprint(inputs)
    store.rounds.finish_training(thing.id, "a", trained_as, inputs.examples)
    change(store, thing.id, tune={"checkpoint_every": 100})
    assert fingerprints.is_trained(inputs_of(store, thing.id))
    change(store, thing.id, tune={"rank": 3})
    assert not fingerprints.is_trained(inputs_of(store, thing.id))


def test_settings_of_accepted_images_offer_no_training_without_any(store: Store, first_round: Round) -> None:
    inputs = inputs_of(store, first_round.id)
    trained_as = fingerprints.training_fingerprint(inputs)
    store.rounds.finish_training(first_round.id, "a", trained_as, inputs.examples)
    kept = first_round.settings
    for changes, offered in (
        ({"accepted_noise": 8.0, "accepted_share": 0.25}, False),
        ({"rank": 2}, True),
    ):
        store.projects.set_settings(first_round.project_id, kept.updated({"tune": changes}))
        assert fingerprints.is_trainable(inputs_of(store, first_round.id)) is offered, changes


def some_map(value: float) -> StoredMap:
    return StoredMap(np.full((2, 2), value, dtype=np.float32), "clip")


@pytest.fixture
def node(store: Store, thing: Round) -> Round:
    """A refinement with one pair that has its picture and maps."""
    node = store.rounds.add(thing.project_id, thing.id, store.rounds.get(thing.id).settings, "refine")
    (pair,) = store.refinements.plan(node.id, [PlannedPair("A <x> cat", 1, "y", None, "<x>")])
    store.refinements.keep_drawn([(pair.id, "x")])
    for kind in ("quality", "reproduction"):
        store.refinements.save_map(pair.id, kind, some_map(0.5))  # type: ignore[arg-type]
    store.refinements.keep_foreground("x", Foreground("mask"))
    return node


def test_maps_foregrounds_and_class_images_count_in_a_refinement(store: Store, node: Round) -> None:
    (pair,) = store.refinements.pairs(node.id)
    seen = [fingerprints.training_fingerprint(inputs_of(store, node.id))]

    def is_another() -> bool:
        seen.append(fingerprints.training_fingerprint(inputs_of(store, node.id)))
        return seen[-1] not in seen[:-1]

    change(store, node.id, refine={"checkpoint_every": 9}, tune={"checkpoint_every": 9, "preview_every": 4})
    assert not is_another()
    store.refinements.save_map(pair.id, "quality", some_map(0.25))
    assert is_another()
    store.refinements.save_map(pair.id, "reproduction", some_map(0.25))
    assert is_another()
    store.refinements.keep_foreground("x", Foreground("another"))
    assert is_another()
    change(store, node.id, sample={"steps": 4})
    assert is_another()
    change(store, node.id, refine={"mix": 0.0})
    assert is_another()
    change(store, node.id, sample={"steps": 5})
    assert not is_another()
