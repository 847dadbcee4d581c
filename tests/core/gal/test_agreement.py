import pytest

from gal_studio.core.gal.agreement import Agreement, cohen_kappa


def test_kappa_worked_by_hand() -> None:
    # of 10 pictures both mark 2, the first 1 more, the second 1 more: p_o = 0.8, p_e = 0.09 + 0.49
    assert cohen_kappa(10, "abc", "abd") == pytest.approx((0.8 - 0.58) / 0.42)
    assert cohen_kappa(4, "ab", "ab") == 1.0
    assert cohen_kappa(4, "ab", "cd") == -1.0
    assert cohen_kappa(4, "ab", "ac") == 0.0


def test_kappa_is_not_defined_when_both_say_the_same_of_every_picture() -> None:
    assert cohen_kappa(0, "", "") is None
    assert cohen_kappa(5, "", "") is None
    assert cohen_kappa(2, "ab", "ab") is None
    assert cohen_kappa(5, "a", "") == 0.0


def test_more_marks_than_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        cohen_kappa(2, "abc", "")


@pytest.mark.parametrize(("first", "second"), [("abc", "abd"), ("a", "zyx"), ("abcdef", "cdefgh"), ("", "k")])
def test_kappa_is_that_of_scikit_learn(first: str, second: str) -> None:
    from sklearn.metrics import cohen_kappa_score

    pictures = "abcdefghijklmnopqrstuvwxyz"
    marks = [[picture in marked for picture in pictures] for marked in (first, second)]
    assert cohen_kappa(len(pictures), first, second) == pytest.approx(cohen_kappa_score(*marks))


def test_rate_of_no_choice_is_unknown() -> None:
    assert Agreement(0, 0, None).rate is None
    assert Agreement(4, 3, 0.5).rate == 0.75
