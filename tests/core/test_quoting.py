import pytest

from gal_studio.core.quoting import csv_cell, csv_table, markdown, prompt_for


@pytest.mark.parametrize(
    ("syntax", "prompt", "expected"),
    [
        ("plain", "saber (fate) [V]", "saber (fate) [V]"),
        ("comfyui", "saber (fate) [V]", "saber \\(fate\\) [V]"),
        ("a1111", "saber (fate) [V]", "saber \\(fate\\) \\[V\\]"),
        ("a1111", "a\\b", "a\\\\b"),
        ("compel", 'saber (fate) [V] "x"', 'saber \\(fate\\) [V] \\"x\\"'),
    ],
)
def test_brackets_are_brackets_where_they_are_read(syntax: str, prompt: str, expected: str) -> None:
    assert prompt_for(syntax, prompt) == expected  # type: ignore[arg-type]


def test_no_cell_is_a_formula_and_numbers_stay_numbers() -> None:
    plain = ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "--x")
    hidden = (" =1", "\uff1d1", "\u00a0=1", "\ufeff=1", "\u200b\uff0b1", "\u3000\uff201", "\ufe631")
    for formula in (*plain, *hidden):
        assert csv_cell(formula) == f"'{formula}"
    for plain in ("-0.5", "+3", "-1e-05", "-inf", "a=b", "A tie", "", -0.5, 3, None):
        assert csv_cell(plain) is plain


def test_a_semicolon_begins_no_cell() -> None:
    told = csv_table([["prompt", "score"], ["A tie;=HYPERLINK(1)", 0.1], ['a "b"', None]])
    assert told == '\ufeff"prompt","score"\n"A tie;=HYPERLINK(1)",0.1\n"a ""b""",\n'


def test_words_stay_words_in_markdown() -> None:
    assert markdown("*a* [V] | `x`\n<b> a_b") == "\\*a\\* \\[V\\] \\| \\`x\\` &lt;b> a_b"
