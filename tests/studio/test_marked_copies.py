"""What a person calls a copy counts: in the scores, in the suggestion, after the picture is drawn again."""

import pytest

from gal_studio.core.errors import StudioError
from gal_studio.core.types import Candidate
from gal_studio.studio import Studio
from tests.studio.seeding import chosen, draw


@pytest.fixture
def drawn(studio: Studio, round_id: str) -> str:
    """A round with four pictures for each prompt, three prompts of which are undecided."""
    draw(studio, round_id, [2, 2, 2])
    return round_id


def pictures(studio: Studio, round_id: str, anchor_id: str) -> list[Candidate]:
    return [one for one in studio.store.candidates.of_round(round_id) if one.anchor_id == anchor_id]


def test_the_suggestion_follows_the_eye(studio: Studio, drawn: str) -> None:
    first = studio.store.candidates.get(chosen(studio, drawn)[0])
    before = {score.anchor.id: score.score.overfit for score in studio.round_view(drawn).scores}
    studio.mark_copies([first.id], True)
    after = {score.anchor.id: score.score.overfit for score in studio.round_view(drawn).scores}
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
    view = next(score for score in studio.round_view(drawn).scores if score.anchor.id == first.anchor_id)
    assert (
        view.reason
        == "All 4 look like the reference, as you marked: there is no good picture to learn from yet."
    )


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
    with pytest.raises(StudioError, match="flat colour"):
        studio.mark_copies([picture], True)
    assert studio.store.candidates.get(picture).marked_copy is None
