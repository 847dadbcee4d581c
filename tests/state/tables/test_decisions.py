import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.round import Round
from gal_studio.state import Store


def test_newest_verdict_counts_and_nothing_is_overwritten(
    store: Store, first_round: Round, drawn: tuple[str, ...]
) -> None:
    store.decisions.record(first_round.id, [(drawn[0], "accepted"), (drawn[1], "rejected")], "sampler")
    store.decisions.record(first_round.id, [(drawn[0], "rejected")], "human")
    assert store.decisions.of_round(first_round.id).verdicts == {drawn[0]: "rejected", drawn[1]: "rejected"}
    assert [
        (decision.candidate_id, decision.verdict, decision.author)
        for decision in store.decisions.log(first_round.id)
    ] == [
        (drawn[0], "accepted", "sampler"),
        (drawn[1], "rejected", "sampler"),
        (drawn[0], "rejected", "human"),
    ]
    assert store.decisions.of_round(first_round.id).accepted == ()


def test_part_of_a_picture_is_a_verdict_of_its_own(
    store: Store, first_round: Round, drawn: tuple[str, ...]
) -> None:
    """Undo and redo of one are those of any verdict: `test_undo_log`."""
    identity, decisions = first_round.id, store.decisions
    for mask, kept in (("left", {drawn[0]: "left"}), ("right", {drawn[0]: "right"}), (None, {})):
        for _ in range(2):  # the same again is no entry
            decisions.record(identity, [(drawn[0], "accepted")], "human", {drawn[0]: mask} if mask else None)
        assert decisions.of_round(identity).masks == kept
        assert decisions.of_round(identity).accepted == (drawn[0],)
    decisions.undo(identity)
    decisions.record(identity, [(drawn[0], "rejected")], "human")
    assert decisions.of_round(identity).masks == {}
    assert [decision.mask for decision in decisions.log(identity)] == ["left", "right", None, "right", None]


def test_whole_pictures_beside_parts_in_one_batch(
    store: Store, first_round: Round, drawn: tuple[str, ...]
) -> None:
    batch = [(drawn[0], "accepted"), (drawn[1], "accepted"), (drawn[2], "rejected")]
    store.decisions.record(first_round.id, batch, "human", {drawn[1]: "part"})  # type: ignore[arg-type]
    assert store.decisions.of_round(first_round.id).masks == {drawn[1]: "part"}
    store.decisions.undo(first_round.id)
    assert store.decisions.of_round(first_round.id).verdicts == {}


def test_unknown_verdicts_and_authors_are_refused_by_name(
    store: Store, first_round: Round, drawn: tuple[str, ...]
) -> None:
    with pytest.raises(StudioError, match="The verdict is 'perhaps'"):
        store.decisions.record(first_round.id, [(drawn[0], "perhaps")], "human")  # type: ignore[list-item]
    with pytest.raises(StudioError, match="The author is 'nobody'"):
        store.decisions.record(first_round.id, [(drawn[0], "accepted")], "nobody")  # type: ignore[arg-type]
    assert store.decisions.of_round(first_round.id).verdicts == {}
