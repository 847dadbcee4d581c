"""The types of requests and answers describe what is sent, in Python and in the page."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from gal_studio.core.errors import StudioError
from gal_studio.ui.api.polling import PARTS, REFINEMENT_PARTS, poll
from gal_studio.ui.api.view_cache import ViewCache
from gal_studio.ui.app import WRITES
from gal_studio.ui.panels import reference, refine, results
from gal_studio.ui.panels.reference_form import derive
from gal_studio.ui.payloads.door import REQUESTS, checked
from gal_studio.ui.payloads.types.answers import Answers
from gal_studio.ui.payloads.types.asked import Requests, WriteRequests
from gal_studio.ui.payloads.types.page import Parts, PollAnswer
from gal_studio.ui.payloads.types.write_answers import WriteAnswers
from gal_studio.ui.payloads.work import report_payload
from tests.ui.conftest import Place
from tests.ui.panels.test_one_way_in import READ
from tests.ui.seeded_refinement import pairs_made, refined
from tools.web_types import written


def is_a(kind: Any, answer: Any) -> None:
    """Read an answer as the page reads it, and refuse what its type does not say."""
    TypeAdapter(kind).validate_json(json.dumps(answer, allow_nan=False), strict=True, extra="forbid")


def test_the_types_of_the_page_are_those_of_python() -> None:
    """If this fails: change gal_studio/ui/payloads/types, then run `python -m tools.web_types`."""
    for path, text in written().items():
        assert path.read_text() == text, path.name


def test_every_handler_says_what_it_takes_and_gives() -> None:
    assert set(Requests.__annotations__) == set(Answers.__annotations__) == READ
    writes = {*WRITES.atomic, *WRITES.outside}
    assert set(WriteRequests.__annotations__) == set(WriteAnswers.__annotations__) == writes


def test_answers_are_what_their_types_say(place: Place) -> None:
    views, studio = ViewCache(place.studio), place.studio
    node = pairs_made(studio, place.round)
    refined(studio, node)
    studio.fine_tune(studio.next_round(place.round).id)
    anchor = studio.project(place.project).anchors[0].id
    reference_id = studio.project(place.project).references[0].id
    candidate = studio.round_view(place.round).candidates[0].candidate.id
    answer = poll(views, {"project": place.project, "round": node})
    is_a(PollAnswer, answer)
    assert answer["parts"]["job"] and answer["parts"]["queue"]["waiting"]
    asked = {
        "overview": reference.projects_and_demos(views),
        "options": reference.models(),
        "derive": derive({"kind": "style", "sets": [{"prompts": ["A cat in ink style"]}]}),
        "results": results.all_rounds(views, place.project),
        "same_seed": results.same_seed(views, place.project, anchor, 0),
        "log": report_payload(studio.bug_report(place.project)),
        "part_mask": refine.find_part(studio, {"candidate": candidate}),
        "patch_maps": refine.find_maps(studio, {"kind": "quality", "owner": candidate}),
        "reference_mask": refine.find_subject(studio, {"reference": reference_id}),
        "before_after": refine.before_after(views, {"round": node}),
        "pair": refine.find_pair(studio, {"pair": studio.store.refinements.pairs(node)[0].id}),
    }
    for name, found in asked.items():
        is_a(Answers.__annotations__[name], found)
    for name in (*PARTS, *REFINEMENT_PARTS, "queue"):
        is_a(Parts.__annotations__[name], answer["parts"][name])


@pytest.mark.parametrize("name", REQUESTS)
def test_nonsense_is_refused_in_one_sentence(name: str) -> None:
    for request in (None, [], "x", {"nothing": 1}, {"project": 5, "round": {}, "job": []}):
        with pytest.raises(StudioError) as refusal:
            checked(name, request)
        assert str(refusal.value).startswith(f"The request {name!r} is not understood")
