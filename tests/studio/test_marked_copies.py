"""What a person calls a copy counts: in the scores, in the suggestion, after the picture is drawn again."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.records.candidate import Candidate
from gal_studio.studio import Studio
from tests.studio.seeding import chosen, draw


def pictures(studio: Studio, round_id: str, anchor_id: str) -> list[Candidate]:
    return [one for one in studio.store.candidates.of_round(round_id) if one.anchor_id == anchor_id]


def test_the_suggestion_follows_the_eye(studio: Studio, drawn: str) -> None:
    first = studio.store.candidates.get(chosen(studio, drawn)[0])
    before = {score.anchor_id: score.copies for score in studio.round_view(drawn).scores}
    studio.mark_copies([first.id], True)
    after = {score.anchor_id: score.copies for score in studio.round_view(drawn).scores}
    assert after == {**before, first.anchor_id: before[first.anchor_id] + 1}
    assert first.id not in chosen(studio, drawn)
    studio.mark_copies([first.id], None)
    assert chosen(studio, drawn)[0] == first.id


def test_a_prompt_of_which_all_are_called_copies_has_no_suggestion(studio: Studio, drawn: str) -> None:
    first = studio.store.candidates.get(chosen(studio, drawn)[0])
    mine = pictures(studio, drawn, first.anchor_id)
    studio.mark_copies([one.id for one in mine], True)
    anchors = {studio.store.candidates.get(name).anchor_id for name in chosen(studio, drawn)}
    assert first.anchor_id not in anchors
    view = next(score for score in studio.round_view(drawn).scores if score.anchor_id == first.anchor_id)
    assert view.reason == "No image to suggest: all 4 are copies, as you marked."


def test_a_mark_stays_when_the_picture_is_drawn_again(studio: Studio, drawn: str) -> None:
    marked = studio.store.candidates.of_round(drawn)[0]
    studio.mark_copies([marked.id], not marked.overfit)
    draw(studio, drawn, [2, 2, 2])
    assert studio.store.candidates.get(marked.id).overfit is not marked.overfit


def test_what_cannot_be_marked_changes_nothing(studio: Studio, drawn: str) -> None:
    picture = studio.store.candidates.of_round(drawn)[0].id
    with pytest.raises(StudioError):
        studio.mark_copies([picture, "nothing"], True)
    studio.store.database.write("UPDATE candidates SET remark = 'flat' WHERE id = ?", (picture,))
    with pytest.raises(StudioError, match="flat color"):
        studio.mark_copies([picture], True)
    assert studio.store.candidates.get(picture).marked_copy is None


def test_a_mark_is_undone_and_redone_like_a_decision(studio: Studio, drawn: str) -> None:
    first, second, third = (one.id for one in studio.store.candidates.of_round(drawn)[:3])
    studio.decide([first], "accepted")
    studio.mark_copies([first, second], True)
    studio.decide([third], "rejected")
    words = [step.words for step in studio.history(drawn)]
    assert words[1] == "mark 2 images of A tie as a copy"

    def marks() -> list[bool | None]:
        return [studio.store.candidates.get(name).marked_copy for name in (first, second, third)]

    assert marks() == [True, True, None]
    studio.undo(drawn)
    assert marks() == [True, True, None], "the verdict was undone, not the mark"
    assert set(studio.undo(drawn)) == {first, second}
    assert marks() == [None, None, None]
    assert studio.store.decisions.of_round(drawn).accepted == (first,)
    studio.redo(drawn)
    assert marks() == [True, True, None]
    studio.go_to(drawn, None)
    assert marks() == [None, None, None]


def test_a_mark_is_no_verdict(studio: Studio, drawn: str) -> None:
    first, second, third = (one.id for one in studio.store.candidates.of_round(drawn)[:3])
    studio.decide([first], "accepted")
    studio.decide([second], "accepted")
    logged = studio.store.overrides.of_round(drawn)
    studio.mark_copies([first, third], True)
    decided = studio.store.decisions.of_round(drawn)
    assert decided.accepted == (first, second), "the order of acceptance stays"
    assert dict(decided.verdicts) == {first: "accepted", second: "accepted"}
    assert studio.store.overrides.of_round(drawn) == logged
    studio.decide([first], "rejected")
    assert studio.store.candidates.get(first).marked_copy is True, "a verdict leaves the mark"


def test_marks_that_differ_are_one_step(studio: Studio, drawn: str) -> None:
    first, second = (one.id for one in studio.store.candidates.of_round(drawn)[:2])
    studio.mark_copies([second], True)
    studio.mark_each({first: True, second: None})
    assert studio.history(drawn)[-1].words == "mark 2 images of A tie"
    studio.undo(drawn)
    assert studio.store.candidates.get(second).marked_copy is True
