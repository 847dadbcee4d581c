"""Numbers and names within a sentence."""

from gal_studio.core.words import counted, listed


def test_one_is_said_otherwise_than_more_and_none() -> None:
    assert [counted(number, "round") for number in (0, 1, 2)] == ["0 rounds", "1 round", "2 rounds"]
    assert counted(2, "mark of a copy", "marks of copies") == "2 marks of copies"


def test_names_are_listed_with_one_and() -> None:
    names = ("owl", "cat", "fox")
    assert [listed(names[:number]) for number in range(4)] == ["", "owl", "owl and cat", "owl, cat and fox"]
