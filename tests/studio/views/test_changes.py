"""What the choice of a round changed: its accepted pictures beside the benchmark's before and after."""

from tests.studio.conftest import Place
from tests.ui.seeded import go_on, measure, train


def test_each_accepted_picture_stands_beside_its_prompt_before_and_after(place: Place) -> None:
    studio, first = place.studio, place.round
    accepted = studio.accept_suggestion(first)
    second = go_on(studio, first)
    assert studio.changes(second) == (), "nothing is measured yet"
    measure(studio, second)
    found = studio.changes(second)
    assert {one.accepted.id for one in found} == set(accepted)
    pictures = {one.candidate.id: one for one in studio.measures(place.project).pictures}
    for one in found:
        assert one.before is not None
        before, now = pictures[one.before.id], pictures[one.now.id]
        assert (before.round_id, now.round_id) == (first, second)
        assert (one.before.round, one.now.round) == ("Round 1", "Round 2")
        assert before.candidate.seed == now.candidate.seed
        assert before.prompt_id == now.prompt_id
    assert len({one.accepted.prompt for one in found}) == len(accepted)


def test_a_first_round_and_a_round_after_none_was_accepted_have_nothing_to_say(place: Place) -> None:
    studio, first = place.studio, place.round
    measure(studio, first)
    assert studio.changes(first) == ()
    second = studio.next_round(first).id
    train(studio, second)
    measure(studio, second)
    assert studio.changes(second) == ()
