"""Of an object, only pictures that contain it are suggested (Eq. G6, G19)."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.gal.policies.uncertainty import UNCERTAINTY
from gal_studio.core.gal.reasons import explain_picture
from gal_studio.core.gal.selection import explain_all, preferred
from gal_studio.core.gal.uncertainty import score_pool
from gal_studio.core.patchdpo.patch_quality import Limits
from gal_studio.core.patchdpo.shown import find_subject
from gal_studio.core.types import SHOWS_SUBJECT, SUBJECT, Anchor, Candidate
from tests.core.builders import snapshot_of

LIMITS = Limits(0.2, 1.0)


def anchor(number: int) -> Anchor:
    return Anchor(f"a{number}", f"a <x> robot in place {number}", number)


def drawn(of: int, index: int, margin: float, subject: float | None, prompt: float = 0.5) -> Candidate:
    scores = {} if subject is None else {SUBJECT: subject}
    return Candidate(
        f"{of}-{index}", f"a{of}", index, index, "i", prompt, prompt - margin, more_scores=scores
    )


def test_a_subway_without_the_robot_is_not_suggested_however_near_to_its_prompt() -> None:
    lost, found, copy = drawn(0, 0, 0.3, 0.1, 0.9), drawn(0, 1, 0.1, 0.6, 0.4), drawn(0, 2, -0.1, 0.9)
    scores = score_pool([anchor(0)], [lost, found, copy])
    (made,) = UNCERTAINTY.suggest(snapshot_of([lost, found, copy], scores)).suggestions
    assert made.candidate_id == found.id
    assert explain_picture(scores[0]) == (
        "the only good one of 3 (not a copy, matches its prompt and resembles the reference)."
    )


def test_a_prompt_of_which_no_clean_picture_has_the_object_gives_way_to_the_next() -> None:
    first = [drawn(0, 0, 0.3, 0.1), drawn(0, 1, -0.3, 0.9)]
    second = [drawn(1, 0, 0.3, 0.8), drawn(1, 1, -0.3, 0.9), drawn(1, 2, 0.3, 0.8), drawn(1, 3, 0.3, 0.8)]
    scores = score_pool([anchor(0), anchor(1)], [*first, *second])
    made = UNCERTAINTY.suggest(snapshot_of([*first, *second], scores, 1))
    assert [each.anchor_id for each in made.suggestions] == ["a1"]
    assert explain_all(scores, 1)["a0"] == (
        "No image to suggest: 1 of 2 is a copy, 1 does not show the object."
    )


@given(
    st.lists(
        st.tuples(st.sampled_from([-0.2, 0.2]), st.one_of(st.none(), st.floats(0, 1)), st.floats(-1, 1)),
        min_size=1,
        max_size=10,
    )
)
def test_what_is_suggested_is_no_copy_and_has_the_object(rows: list) -> None:
    pictures = [drawn(0, index, *row) for index, row in enumerate(rows)]
    scores = score_pool([anchor(0)], pictures)
    made = UNCERTAINTY.suggest(snapshot_of(pictures, scores)).suggestions
    by_id = {each.id: each for each in pictures}
    for each in made:
        chosen = by_id[each.candidate_id]
        assert not chosen.overfit
        assert chosen.more_scores.get(SUBJECT, 1.0) >= SHOWS_SUBJECT
    good = [each for each in pictures if not each.overfit and not each.lacks_subject]
    assert set(preferred(pictures)) == set(good)
    assert bool(made) == (bool(good) and any(each.overfit for each in pictures))


def test_an_object_is_found_wherever_it_is_and_by_the_reference_that_shows_it_best() -> None:
    directions = np.eye(4)
    reference = np.stack(
        [directions[[0, 1]], directions[[2, 2]]]
    )  # 2 x 2 patches; the object is the first row
    inside = np.array([[True, True], [False, False]])
    moved = np.stack([directions[[3, 3]], directions[[1, 0]]])
    half = np.stack([directions[[3, 3]], directions[[3, 0]]])
    elsewhere = np.stack([directions[[2, 3]], directions[[2, 2]]])
    subject = [(reference, inside)]
    assert [find_subject(subject, each, LIMITS) for each in (moved, half, elsewhere)] == [1.0, 0.5, 0.0]
    both = [*subject, (elsewhere, None)]
    assert find_subject(both, elsewhere, LIMITS) == 1.0
