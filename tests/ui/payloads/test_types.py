"""What is asked and answered is what the signatures of the requests say."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from gal_studio.core.errors import StudioError
from gal_studio.ui.api.polling import NewCandidates, all_parts
from gal_studio.ui.panels.everything import REQUESTS
from tests.asked import SUBJECTS, requests_about
from tests.features.needed import needs_refine
from tests.ui.asking import ask
from tests.ui.conftest import Place
from tests.ui.seeded_refinement import pairs_made, refined
from tools.web_types import written


def is_a(kind: Any, answer: Any) -> None:
    """Read an answer as the page reads it, and refuse what its type does not say."""
    TypeAdapter(kind).validate_json(json.dumps(answer, allow_nan=False), strict=True, extra="forbid")


def test_answers_are_what_their_types_say(place: Place) -> None:
    studio = place.studio
    node = pairs_made(studio, place.round)
    refined(studio, node)
    studio.decide([studio.round_view(place.round).candidates[0].candidate.id], "accepted")
    studio.fine_tune(studio.next_round(place.round).id)
    asked: dict[str, dict[str, Any]] = {"overview": {}, "options": {}}
    asked["derive"] = {"kind": "style", "sets": [{"prompts": ["A cat in ink style"]}]}
    asked |= dict(requests_about(studio.store, place.project))
    for name, question in asked.items():
        is_a(REQUESTS[name].result, ask(name, studio, question))
    answer = ask("poll", studio, {"project": place.project, "round": node})
    is_a(all_parts(), answer["parts"])
    is_a(NewCandidates, answer["candidates"])
    assert answer["parts"]["job"] and answer["parts"]["queue"]["waiting"]


@needs_refine
def test_everything_that_can_be_asked_about_a_project_is_asked(place: Place) -> None:
    pairs_made(place.studio, place.round)
    asked = {name for name, _ in requests_about(place.studio.store, place.project)}
    for request in REQUESTS.reads():
        named = SUBJECTS & request.fields.keys()
        assert request.name in asked or not named, (
            f"{request.name} is about a {min(named)} and not asked: give its other fields defaults, or "
            "name what they hold in `SUBJECTS`"
        )
    assert {"poll", "pair", "patch_maps", "same_seed", "reference_mask", "local_models"} <= asked


def test_the_page_gets_every_request_with_its_fields() -> None:
    text = written()
    for name, request in REQUESTS.items():
        assert f"\n{name}: " in text
        for field in request.question.__annotations__:
            assert f"\n{field}: " in text or f"\n{field}?: " in text


def test_only_what_has_a_name_in_python_has_it_on_the_page() -> None:
    text = written()
    assert "\nid: string;" in text and "\nfacts: (Fact)[];" in text
    assert "\nchoices: ([string, string])[];" in text, "of two texts as well, and not called a fact"


@pytest.mark.parametrize("name", REQUESTS)
def test_nonsense_is_refused_in_one_sentence(name: str) -> None:
    for request in (None, [], "x", {"nothing": 1}, {"project": 5, "round": {}, "job": []}):
        with pytest.raises(StudioError) as refusal:
            REQUESTS[name].check(request)
        assert str(refusal.value).startswith(f"The request {name!r} is not understood")
