"""A picture, with all that follows from its scores, is the same however it is loaded; so are the others."""

from dataclasses import fields, replace

import pytest

from gal_studio.core.records.candidate import Candidate
from gal_studio.core.records.project import Project
from gal_studio.core.records.round import Round
from gal_studio.core.settings import Settings
from gal_studio.core.types import CHANCE, COPY_FROM
from gal_studio.state import Store
from tests.stored_project import new_candidate

SCORES = {"shows_reference": 0.7, CHANCE: 0.8, "carries": 0.6, "asked": 0.9, "noise": 0.1, "likeness": 0.4}


def values(candidate: Candidate) -> dict[str, object]:
    """All its values; what pictures at full strength carry is known of a whole round alone."""
    alone = replace(candidate, full=None)
    return {field.name: getattr(alone, field.name) for field in fields(Candidate)}


@pytest.mark.parametrize("marked", [None, True, False])
def test_what_follows_from_scores_is_known_by_every_way(
    store: Store, project: Project, first_round: Round, marked: bool | None
) -> None:
    anchor = store.projects.anchors(project.id)[0].id
    new = replace(new_candidate(store, anchor, 0), more_scores=SCORES)
    store.candidates.save(first_round.id, [new, new_candidate(store, anchor, 1)])
    identity = store.candidates.of_round(first_round.id)[0].id
    if marked is not None:
        store.marks.add({identity: marked}, "human")
    by_id = store.candidates.get(identity)
    assert by_id.chance_by_detectors is not None and by_id.carries == 0.6 and by_id.asked == 0.9
    assert by_id.overfit is (by_id.chance >= COPY_FROM)
    assert by_id.overfit_by == {None: by_id.overfit_by_detectors, True: "person", False: ""}[marked]
    ways = {
        "of_round": store.candidates.of_round(first_round.id),
        "with_own": store.candidates.with_own(first_round.id),
        "a snapshot": store.snapshots.round(first_round.id).pictures.tiles,
        "its tiles": store.snapshots.round(first_round.id).tiles,
        "of a project": store.snapshots.project(project.id).round(first_round.id).candidates,
    }
    for name, loaded in ways.items():
        assert values(next(one for one in loaded if one.id == identity)) == values(by_id), name


def test_a_project_is_what_was_added_by_every_way(store: Store) -> None:
    settings = Settings().updated({"tune": {"steps": 9}})
    new = Project(
        "", "Cat", "style", "base", "clip", "ink", 7, settings, origin="a form", described="An image in ink"
    )
    made = store.projects.add(new, (), ("A tie in ink style",))
    assert made == replace(new, id=made.id, created=store.clock()) and made.id
    assert store.projects.all() == (made,)
    assert store.projects.with_origin("a form") == made
    loaded = store.snapshots.outline(made.id).project
    assert (loaded, loaded.origin) == (made, made.origin) and made.origin == "a form"


def test_a_round_is_what_is_stored_by_every_way(store: Store, first_round: Round) -> None:
    store.rounds.finish_training(first_round.id, 64 * "a", "print", ())
    store.rounds.keep_prior_drawing(first_round.id)
    store.rounds.add_forwards(first_round.id, 8)
    here = store.rounds.get(first_round.id)
    assert (here.adapter, here.trained_as, here.unet_forwards) == (64 * "a", "print", 8)
    assert here.settings == Settings() and here.prior_drawing == Settings().generation
    assert here.stored_prior_drawing is not None
    assert store.rounds.of_project(first_round.project_id) == (here,)
    assert store.snapshots.round(first_round.id).round == here
