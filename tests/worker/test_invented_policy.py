"""A policy of one file and one line suggests on the page and in replays; `test_additions` has the command."""

from collections.abc import Iterator

import numpy as np
import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.gal.policies.registry import POLICIES, deciders
from gal_studio.studio import Studio
from gal_studio.ui.payloads.projects import project_payload
from tests.invented import added
from tests.invented.policy import SPREAD, Spread
from tests.studio.seeding import draft, draw, train

NAME = Spread.name


@pytest.fixture(autouse=True)
def known() -> Iterator[None]:
    with added(POLICIES, SPREAD):
        yield


@pytest.fixture
def drawn(studio: Studio) -> str:
    """A round whose project suggests by this policy; the second and third prompts look the same."""
    project = studio.create_project(draft())
    round_id = studio.store.rounds.of_project(project)[0].id
    train(studio, round_id)
    draw(studio, round_id, [1, 2, 2])
    for place, anchor in enumerate(studio.pool(round_id)):
        angle = 1.0 if place in (1, 2) else 0.1 * place
        feature = np.asarray([np.cos(angle), np.sin(angle)], dtype="<f4").tobytes()
        sql = "UPDATE candidates SET feature = ? WHERE anchor_id = ?"
        studio.store.database.write(sql, (feature, anchor.id))
    change(studio, round_id, {"gal.policy": NAME, "gal.top_k": 2})
    return round_id


def change(studio: Studio, round_id: str, values: dict[str, object]) -> None:
    """Change settings as the field of the page does."""
    groups: dict[str, dict[str, object]] = {}
    for name, value in values.items():
        group, _, own = name.partition(".")
        groups.setdefault(group, {})[own] = value
    studio.change_settings(studio.store.rounds.get(round_id).project_id, groups)


def test_the_page_offers_it_and_shows_what_it_suggests_and_why(studio: Studio, drawn: str) -> None:
    view = studio.round_view(drawn)
    (field,) = [one for one in project_payload(view.project).fields if one.name == "gal.policy"]
    assert (field.label, field.choices[-1]) == ("Selection strategy", (NAME, "Spread out"))
    suggested = [score for score in view.scores if score.suggested]
    assert [score.rank for score in suggested] == [1, 2]
    assert {score.reason for score in suggested} == {
        "Its image looks unlike 0 references, 0 accepted and the others."
    }
    assert all(score.why.startswith("the best of ") for score in suggested)
    assert [score.reason for score in view.scores if not score.suggested][-1] == (
        "0 of 4 are copies. Not suggested: Spread out puts other test prompts first."
    )
    assert view.sentence == "2 of 18 test prompts are suggested, by Spread out."


def test_a_rejected_picture_is_replaced_in_its_order(studio: Studio, drawn: str) -> None:
    before = studio.proposal(drawn).suggestions
    for _ in range(3):  # all pictures of the first prompt that are no copies
        first = studio.proposal(drawn).suggestions[0]
        if first.anchor_id != before[0].anchor_id:
            break
        studio.decide([first.candidate_id], "rejected")
    third = studio.round_view(drawn).scores[2].anchor_id
    (replaced, kept) = studio.proposal(drawn).suggestions
    assert (replaced.anchor_id, kept) == (third, before[1])
    assert "in place of" in replaced.reason


def test_it_changes_between_rounds(studio: Studio, drawn: str) -> None:
    assert studio.round_view(drawn).settings.gal.policy == NAME
    change(studio, drawn, {"gal.policy": "random"})
    assert "chosen at random" in studio.round_view(drawn).sentence
    with pytest.raises(StudioError, match="no selection strategy 'nothing': choose one of uncertainty"):
        change(studio, drawn, {"gal.policy": "nothing"})


def test_it_can_decide_in_replays(drawn: str) -> None:
    assert [*deciders().items()][-1] == (NAME, "Spread out")
