"""Views become JSON, and texts stay unchanged."""

from dataclasses import replace

import pytest

from gal_studio.studio.views.round import anchor_views
from gal_studio.studio.views.scores import open_scores
from gal_studio.ui.payloads.projects import project_payload, triggers
from tests.features.needed import needs_refine
from tests.ui.conftest import Place
from tests.ui.seeded import make_project


def test_anchors_are_told_apart_by_their_first_words(place: Place):
    anchors = anchor_views(place.studio.pool(place.round))
    assert anchors[0].head == "A tie"
    assert anchors[0].tail == "in watercolor painting style"


def test_what_was_accepted_before_says_so_instead_of_a_rank(place: Place):
    view = place.studio.round_view(place.round)
    first = view.scores[0].anchor_id
    plain, again = (open_scores(replace(view, accepted_before=one))[0] for one in ((), (first,)))
    assert plain.chosen and not again.chosen
    assert "accepted in the previous round" in again.reason != plain.reason
    assert plain.why and not again.why


def test_the_style_is_called_by_its_descriptor(place: Place):
    assert triggers(place.studio.project(place.project)) == ("in watercolor painting style",)


def test_the_job_line_is_empty_before_the_first_job(place: Place):
    assert place.studio.job_view(place.project) is None


@needs_refine
def test_a_refinement_with_pairs_goes_with_no_single_press(place: Place):
    studio = place.studio
    branch = studio.branch(place.round)
    studio.decide([studio.round_view(place.round).candidates[0].candidate.id], "accepted")
    job = studio.make_pairs(place.round)
    studio.stop(job.id)
    chips = {chip.id: chip for chip in studio.rounds(place.project)}
    assert chips[job.round_id].step == "refine" and not chips[job.round_id].empty
    assert chips[branch.id].empty and not chips[place.round].empty


@pytest.mark.parametrize("nasty", ["A ${document.title} in <b>bold</b> style", "A {{value}} in `x` style"])
def test_texts_stay_as_they_are(place: Place, nasty: str):
    project = make_project(place.studio, prompt=nasty)
    payload = project_payload(place.studio.project(project))
    assert payload.references[0].prompt == nasty.translate({ord("{"): None, ord("}"): None})  # emphasis


def test_models_without_labels_are_called_uncalibrated(place: Place):
    project = place.studio.project(place.project)
    bundled = replace(project, clip_model="assets:pocket/clip")
    said = [dict(project_payload(one).facts)["Copy detection"] for one in (bundled, project)]
    assert said[1].startswith(f"{said[0]}; not calibrated")
