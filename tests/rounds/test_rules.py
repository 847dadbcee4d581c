"""What a round draws, learns and suggests, decided on values alone: no database is opened here."""

from dataclasses import replace

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.balance import mean_entropy
from gal_studio.core.snapshot import Start
from gal_studio.rounds import lineage, planned
from gal_studio.rounds.suggestions import (
    accepted_in_base,
    open_suggestions,
    proposal,
    shown_proposal,
    suggested_anchors,
)
from tests.core.builders import margins, pool_of
from tests.core.snapshots import decided, project_of, record

ANCHORS, PICTURES, _ = pool_of(margins(2, 4), margins(1, 4), margins(0, 4))
AFTER = [replace(one, id=f"after-{one.id}") for one in PICTURES if one.anchor_id != "anchor-0"]
CHOSEN = decided(anchor_0_2="accepted", anchor_1_1="rejected")


def two_rounds(**settings):
    first = record("first", None, 1, PICTURES, CHOSEN)
    second = record("second", "first", 2, AFTER, **settings)
    return project_of(ANCHORS, first, second)


def test_the_pool_lacks_what_was_accepted_above_and_what_is_switched_off():
    project = two_rounds()
    assert lineage.pool(project.round("first")) == tuple(ANCHORS), "what is accepted here still belongs to it"
    assert [anchor.id for anchor in lineage.pool(project.round("second"))] == ["anchor-1", "anchor-2"]
    without = replace(project, anchors=(*ANCHORS[:2], replace(ANCHORS[2], enabled=False)))
    assert [anchor.id for anchor in lineage.pool(without.round("second"))] == ["anchor-1"]


def test_what_is_missing_of_a_round():
    project = two_rounds()
    assert planned.missing(project.round("second")) == ()
    fewer = project_of(ANCHORS, project.records[0], record("second", "first", 2, AFTER[1:]))
    assert planned.missing(fewer.round("second")) == ((ANCHORS[1], 0),)
    lost = project_of(ANCHORS, record("first", None, 1, [replace(PICTURES[0], image=""), *PICTURES[1:]]))
    assert planned.missing(lost.round("first")) == ((ANCHORS[0], 0),)


def test_an_accepted_picture_is_learned_with_the_weight_of_its_round():
    project = two_rounds()
    first, second = project.rounds
    (example,) = lineage.inherited_examples(second)
    assert example.prompt == ANCHORS[0].prompt
    assert example.weight == pytest.approx(mean_entropy(first.scores))
    assert lineage.inherited_examples(first) == ()


def test_a_refinement_has_the_pool_of_the_round_that_it_refines():
    first = record("first", None, 1, PICTURES, CHOSEN)
    node = record("node", "first", 1, PICTURES, kind="refine")
    here = project_of(ANCHORS, first, node).round("node")
    assert lineage.pool(here) == tuple(ANCHORS)
    assert accepted_in_base(here) == {"anchor-0"}
    assert suggested_anchors(here, proposal(here)) == {"anchor-1"}


@pytest.mark.parametrize(
    ("settings", "start"), [({}, None), ({"tune": {"continue_from_last": True}}, "first")]
)
def test_what_a_training_starts_from(settings, start):
    here = two_rounds(**settings).round("second")
    found = lineage.starting_round(here)
    assert (found.id if found else None) == start
    given = replace(here.project, start=Start("theirs.safetensors", "theirs")).round("second")
    assert lineage.starting_adapter(given) == ("adapter" if start else "theirs")
    with pytest.raises(StudioError, match="is missing"):
        lineage.check_starting_adapter(given, lambda adapter: False)
    lineage.check_starting_adapter(given, lambda adapter: True)


def test_suggestions_follow_the_decisions():
    here = two_rounds().round("first")
    made = shown_proposal(here)
    assert [one.candidate_id for one in made.made.suggestions] == ["anchor-0-2", "anchor-1-2"]
    assert open_suggestions(here, made) == ("anchor-1-2",), "the first one is accepted, the second replaced"


def test_nothing_is_suggested_before_all_pictures_are_drawn():
    here = project_of(ANCHORS, record("first", None, 1, PICTURES[1:])).round("first")
    assert shown_proposal(here).made.suggestions == ()
    assert shown_proposal(here).made.sentence.startswith("11 of 12 images are generated")


def test_pictures_that_were_not_loaded_are_not_taken_for_none():
    project = project_of(ANCHORS, replace(record("first"), pictures=None))
    with pytest.raises(ValueError, match="were not loaded"):
        planned.missing(project.round("first"))
    with pytest.raises(StudioError, match="no round 'other'"):
        project.round("other")
