from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gal_studio.core.naming import file_stem, round_names, shortened, unique_name
from gal_studio.core.records.round import Round


def _round(name: str, number: int, kind: str = "fine_tune") -> Round:
    return Round(name, "project", None, number, None, 0.0, kind)


def test_the_rounds_of_a_tree_have_unique_names() -> None:
    rounds = (
        _round("a", 1), _round("b", 1, "refine"), _round("c", 1, "refine"), _round("d", 2), _round("e", 2),
        _round("f", 2),
    )  # fmt: skip
    assert round_names(rounds) == {
        "a": "Round 1", "b": "Round 1 refined", "c": "Round 1 refined (2)",
        "d": "Round 2", "e": "Round 2 (2)", "f": "Round 2 (3)",
    }  # fmt: skip


def test_a_number_that_is_the_name_of_another_round_gets_a_counter() -> None:
    rounds = (replace(_round("a", 1), title="Round 2"), _round("b", 2), _round("c", 2))
    assert round_names(rounds) == {"a": "Round 2", "b": "Round 2 (2)", "c": "Round 2 (3)"}


@given(st.text(), st.sets(st.text()))
def test_a_name_is_unique(name: str, others: set[str]) -> None:
    made = unique_name(name, others)
    assert made not in others
    assert made == name if name not in others else made.startswith(f"{name} (")


def test_the_counter_continues() -> None:
    assert unique_name("Tea", {"Tea", "Tea (2)"}) == "Tea (3)"


def test_a_long_name_keeps_its_end_where_files_of_one_training_differ() -> None:
    assert shortened("a-rubber-duck-in-pop-art-style-round-1", 35) == "a-rubber-duck-in-…art-style-round-1"
    assert shortened("ink", 35) == "ink"


def test_names_of_files_are_plain_and_stay_apart() -> None:
    assert file_stem("Ink & Wash (2)", "0123456789ab") == "ink-wash-2"
    assert file_stem("Café Zürich", "0123456789ab") == "cafe-zurich"
    assert file_stem("水彩", "0123456789ab") == "01234567"
    assert file_stem("水彩 2", "0123456789ab") == "2-01234567"
    assert file_stem("!", "0123456789ab") == "01234567"
    assert file_stem("a" * 100, "x") == "a" * 60
    assert file_stem("CON", "0123456789ab") == "con-01234567", "a device of Windows"
    assert file_stem("Com1", "0123456789ab") == "com1-01234567"
    assert file_stem("Console", "0123456789ab") == "console"
