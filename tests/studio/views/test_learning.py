"""The offer to learn from overrides: from ten on, shown with its agreement, and only if it is switched on."""

import pytest

from gal_studio.rounds.suggestions import judged_rounds
from gal_studio.studio import Studio
from tests.studio.seeding import chosen, draw, train


def override(studio: Studio, round_id: str, prompts: int) -> None:
    """Accept the worst good picture of some test prompts, which is never the suggested one."""
    anchors = studio.pool(round_id)[:prompts]
    candidates = studio.store.candidates.of_round(round_id)
    for anchor in anchors:
        good = [one for one in candidates if one.anchor_id == anchor.id and not one.overfit]
        studio.decide([min(good, key=lambda one: one.similarity_anchor).id], "accepted")


@pytest.fixture
def two_rounds(studio: Studio, round_id: str) -> tuple[str, str]:
    """A round with nine overrides, and the next one, drawn and undecided."""
    draw(studio, round_id, [2] * 18)
    override(studio, round_id, 9)
    child = studio.next_round(round_id)
    train(studio, child.id)
    draw(studio, child.id, [2] * 9)
    return round_id, child.id


def switch_on(studio: Studio, round_id: str) -> str:
    project = studio.store.rounds.get(round_id).project_id
    studio.change_settings(project, {"gal": {"policy": "learned"}})
    return project


def worst(studio: Studio, round_id: str) -> set[str]:
    """The worst good picture of each test prompt."""
    candidates = [one for one in studio.store.candidates.of_round(round_id) if not one.overfit]
    anchors = {one.anchor_id for one in candidates}
    return {
        min((c for c in candidates if c.anchor_id == anchor), key=lambda c: c.similarity_anchor).id
        for anchor in anchors
    }


def test_nine_overrides_are_too_few(studio: Studio, two_rounds: tuple[str, str]) -> None:
    _, child = two_rounds
    before = chosen(studio, child)
    project = switch_on(studio, child)
    offer = studio.learning(project)
    assert (offer.overrides, offer.needed, offer.on, offer.agreement) == (9, 10, True, None)
    assert chosen(studio, child) == before


def test_from_ten_on_suggestions_follow_the_choices_of_other_rounds(
    studio: Studio, two_rounds: tuple[str, str]
) -> None:
    first, child = two_rounds
    studio.decide(
        sorted(worst(studio, first) - set(studio.store.decisions.of_round(first).accepted))[:1], "accepted"
    )
    plain = chosen(studio, child)
    assert worst(studio, child).isdisjoint(plain), "the plain sampler takes the best image"
    project = switch_on(studio, child)
    learned = chosen(studio, child)
    assert len(learned) == 3
    assert set(learned) <= worst(studio, child)
    reasons = [score.reason for score in studio.round_view(child).scores if score.suggested]
    assert all("learned from your choices" in reason for reason in reasons)
    assert studio.learning(project).agreement is None, "one round alone cannot be tried on another"


def test_agreement_is_measured_in_rounds_that_were_not_learned_from(
    studio: Studio, two_rounds: tuple[str, str]
) -> None:
    _, child = two_rounds
    override(studio, child, 3)
    project = studio.store.rounds.get(child).project_id
    agreement = studio.learning(project).agreement
    assert agreement is not None
    assert agreement.choices == 12
    assert agreement.learned > agreement.plain == 0


def test_overrides_that_were_undone_teach_nothing(studio: Studio, two_rounds: tuple[str, str]) -> None:
    first, child = two_rounds
    studio.undo(first)
    project = studio.store.rounds.get(child).project_id
    assert studio.learning(project).overrides == 8


def test_a_copy_of_a_round_teaches_its_choices_once(studio: Studio, two_rounds: tuple[str, str]) -> None:
    first, child = two_rounds
    override(studio, child, 3)
    project = studio.store.rounds.get(child).project_id
    before = studio.learning(project).agreement
    branch = studio.what_if(first, seed=7).id
    assert studio.learning(project).agreement == before
    spare = sorted(worst(studio, branch) - set(studio.store.decisions.of_round(branch).accepted))[:1]
    studio.decide(spare, "accepted")
    after = studio.learning(project).agreement
    assert before is not None and after is not None
    assert after.choices == before.choices + 1, "only the choice that is new"
    here = studio.store.snapshots.project(project, choices=True)
    assert [drew.id for drew in judged_rounds(here)] == [first, child]
