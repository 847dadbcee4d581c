"""What BALD, core-set and BADGE get of a stored round, and that the page has a reason for every prompt."""

import pytest

from gal_studio.core.gal.policies.registry import POLICIES, deciders
from gal_studio.core.settings import Settings
from gal_studio.core.types import CHANCE, COPY_DISAGREEMENT, SHOWN
from gal_studio.studio import Studio
from tests.studio.seeding import draft, draw, train

NAMES = [name for name in ("bald", "core-set", "badge") if name in POLICIES.names()]  # a feature has BALD


def drawn_round(studio: Studio, round_id: str) -> None:
    train(studio, round_id)
    draw(studio, round_id, [1, 2, 3])
    for place, one in enumerate(studio.store.snapshots.round(round_id).candidates):
        chance = 0.9 if one.similarity_reference > 0.3 else 0.05 * (place % 4)
        scores = {CHANCE: chance, SHOWN: 0.1, COPY_DISAGREEMENT: 0.02 * (place % 5)}
        studio.store.candidates.add_scores(one.id, scores)


@pytest.mark.parametrize("name", NAMES)
def test_a_stored_round_is_chosen_from_and_every_prompt_has_its_reason(studio: Studio, name: str) -> None:
    assert name in deciders()
    project = studio.create_project(draft())
    round_id = studio.rounds(project)[0].id
    drawn_round(studio, round_id)
    studio.change_settings(project, {"gal": {"policy": name}})
    made = studio.proposal(round_id, name)
    assert len(made.suggestions) == Settings().gal.top_k
    view = studio.round_view(round_id, name)
    assert [one.anchor_id for one in view.scores][:3] == [one.anchor_id for one in made.suggestions]
    assert all(one.reason for one in view.scores)
    studio.decide([made.suggestions[0].candidate_id], "accepted")
    assert studio.proposal(round_id, name).suggestions == made.suggestions, "they stay while a person decides"
    second = studio.next_round(round_id).id
    drawn_round(studio, second)
    later = studio.proposal(second, name)
    assert len(later.suggestions) == 3
    assert made.suggestions[0].anchor_id not in {one.anchor_id for one in later.suggestions}
    if name == "core-set":
        assert "to an image that you accepted" in later.suggestions[0].reason
