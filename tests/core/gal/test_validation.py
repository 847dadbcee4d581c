"""Eq. G22: the step after which more steps only copied."""

import pytest

from gal_studio.core.gal.validation import Validation, only_copies_since, steps_to_keep

Made = list[tuple[int, float | None]]


def validations(made: Made) -> list[Validation]:
    return [Validation(10 * place, 4, copies, carried) for place, (copies, carried) in enumerate(made, 1)]


@pytest.mark.parametrize(
    ("made", "step"),
    [
        ([], None),
        ([(4, 0.9)], None),  # nothing follows it
        ([(0, 0.2), (1, 0.5), (4, 0.52), (4, 0.5)], 20),  # 30 and 40 copy all and carry what 20 does
        ([(0, 0.2), (1, 0.5), (4, 0.8), (4, 0.82)], 30),  # 30 still learned
        ([(0, 0.2), (1, 0.5), (2, 0.5), (3, 0.5)], None),  # of 4 pictures 3 copies are no half for certain
        ([(0, 0.2), (1, 0.5), (1, 0.5), (1, 0.5)], None),  # few copies: nothing is lost by more steps
        ([(1, 0.5), (4, 0.5), (1, 0.5), (4, 0.5)], 30),  # the copies of 20 went again
        ([(4, 0.5), (3, 0.5)], None),  # fewer copies
        ([(2, None), (4, None)], 10),  # what is carried is not known
        ([(2, 0.5), (4, 0.54), (4, 0.4)], 10),
    ],
)
def test_the_step_since_which_steps_only_copy(made: Made, step: int | None) -> None:
    assert only_copies_since(validations(made)) == step


def test_a_step_that_is_not_saved_is_not_named() -> None:
    made = validations([(1, 0.5), (4, 0.5), (4, 0.5)])
    assert only_copies_since(made, {20, 30}) == 20
    assert only_copies_since(made, {30}) is None, "nothing follows it"
    assert steps_to_keep(made, {20, 30}) == {20}
    assert steps_to_keep(made[:1], {10}) == {10}, "the next validation may name it"
    assert steps_to_keep(made, set()) == set()
